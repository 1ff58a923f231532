/** What chats get done: beside somebody who types, and four at a time against one after the other. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../traces/random.ts';
import { type Bed, type Subject, withBed } from './bed.ts';
import { ChatTexts } from './corpus.ts';
import { Keyboard } from './keyboard.ts';
import { decoding } from './loads.ts';
import { type Measured, median } from './report.ts';

export interface ThroughputPlan {
  rounds: number;
  /** How long a chat is watched, alone and beside keys. */
  windowMs: number;
  /** Tokens of each of the answers that are batched. */
  answer: number;
}

const KEY_INTERVAL_MS = 200;
const CHATS = 4;
const PROMPT = 100;
const SEED = 5;

export function benchThroughput(subject: Subject, plan: ThroughputPlan): Promise<Measured[]> {
  return withBed(subject, 'preemptive', async (bed) => [
    ...(await besideKeys(bed, plan)),
    ...(await batched(bed, plan)),
  ]);
}

async function besideKeys(bed: Bed, { rounds, windowMs }: ThroughputPlan): Promise<Measured[]> {
  const random = new Random(SEED);
  const keyboard = new Keyboard(bed, 'keys', 0, random);
  await keyboard.warm();
  const speeds: Record<'alone' | 'beside', number[]> = { alone: [], beside: [] };
  for (let round = 0; round < rounds; round++) {
    for (const way of round % 2 === 0 ? (['alone', 'beside'] as const) : (['beside', 'alone'] as const)) {
      const load = await decoding(bed, 1, random);
      const started = performance.now();
      const keys: Promise<unknown>[] = [];
      while (performance.now() - started < windowMs) {
        if (way === 'beside') keys.push(keyboard.press().times);
        await sleep(KEY_INTERVAL_MS);
      }
      const generated = await load.stop();
      speeds[way].push((generated * 1000) / (performance.now() - started));
      await Promise.all(keys);
    }
  }
  const note = `medians of ${rounds} windows of ${windowMs / 1000} s`;
  const kept = median(speeds.beside.map((speed, round) => speed / speeds.alone[round]!));
  return [
    { name: 'one chat answers', value: median(speeds.alone), unit: 'tokens/s', note },
    { name: 'the same beside 5 keys a second', value: median(speeds.beside), unit: 'tokens/s' },
    { name: 'kept beside 5 keys a second', value: kept, unit: 'x' },
  ];
}

async function batched(bed: Bed, { rounds, answer }: ThroughputPlan): Promise<Measured[]> {
  const texts = await ChatTexts.of(bed, new Random(SEED));
  const prompts = Array.from({ length: CHATS }, () => texts.next(PROMPT));
  const generate = (text: string, maxTokens: number, seed: number) =>
    bed.client.generate({
      model: bed.model.id,
      workspace: bed.workspace,
      class: 'chat',
      prompt: { text },
      maxTokens,
      sampling: { temperature: 0.8, seed },
    });
  // The prompts are in the cache: what is measured are the answers.
  for (const text of prompts) await generate(text, 1, 0);
  const speed = async (work: () => Promise<number>): Promise<number> => {
    const started = performance.now();
    return ((await work()) * 1000) / (performance.now() - started);
  };
  const together = async () => {
    const results = await Promise.all(prompts.map((text, seed) => generate(text, answer, seed)));
    return results.reduce((sum, { generatedTokens }) => sum + generatedTokens, 0);
  };
  const inTurn = async () => {
    let tokens = 0;
    for (const [seed, text] of prompts.entries()) tokens += (await generate(text, answer, seed)).generatedTokens;
    return tokens;
  };
  const speeds: Record<'together' | 'inTurn', number[]> = { together: [], inTurn: [] };
  for (let round = 0; round < rounds; round++) {
    const early = round % 2 === 0 ? await speed(inTurn) : undefined;
    speeds.together.push(await speed(together));
    speeds.inTurn.push(early ?? (await speed(inTurn)));
  }
  const note = `medians of ${rounds} alternating rounds, ${answer} tokens each at most`;
  const ratio = median(speeds.together.map((tokens, round) => tokens / speeds.inTurn[round]!));
  return [
    { name: `${CHATS} chats one after the other`, value: median(speeds.inTurn), unit: 'tokens/s', note },
    { name: `${CHATS} chats at a time`, value: median(speeds.together), unit: 'tokens/s' },
    { name: 'at a time over one after the other', value: ratio, unit: 'x' },
  ];
}
