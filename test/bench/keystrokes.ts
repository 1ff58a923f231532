/**
 * Promise 1, a keystroke never waits for chat: from a key to the first token of its suggestion, in the client, with
 * nothing else to do, while chats read a long prompt and while they answer, of the same model and of another, and while a
 * project is indexed; by class with preemption, and in order of arrival. Scenarios take turns, so that a machine that slows
 * down favours none.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Times } from '../../src/cli/timed.ts';
import { Random } from '../traces/random.ts';
import { type Bed, type Policy, type Subject, withBed } from './bed.ts';
import { indexing } from './indexing.ts';
import { Keyboard } from './keyboard.ts';
import { another, decoding, longPrompt, prefilling } from './loads.ts';
import { type Measured, percentile } from './report.ts';

export interface KeystrokePlan {
  rounds: number;
  /** Keys in a round; in order of arrival fewer, where a key may wait for a whole prompt. */
  keys: Record<Policy, number>;
  /**
   * A scenario in which keys take longer than this in all, ms, gets no more of them; one that is not answered by then is
   * given up and counts as if it had been.
   */
  limitMs: number;
}

const SEED = 11;
const QUANTILES = { p50: 0.5, p95: 0.95, p99: 0.99 };
/** The chats are under way for so long before the first key. */
const SETTLE_MS = 200;

const SCENARIOS = {
  idle: async () => undefined,
  prefill: (bed: Bed, random: Random) => prefilling(bed, random),
  decode: (bed: Bed, random: Random) => decoding(bed, 2, random),
  other: async (bed: Bed, random: Random) => prefilling(await another(bed), random),
  otherDecode: async (bed: Bed, random: Random) => decoding(await another(bed), 1, random),
  index: (bed: Bed) => indexing(bed),
} satisfies Record<string, (bed: Bed, random: Random) => Promise<{ stop(): Promise<unknown> } | undefined>>;
type Scenario = keyof typeof SCENARIOS;

const POLICIES: Record<Policy, string> = { preemptive: 'preemption', fcfs: 'order of arrival' };

/** One scenario under one policy: who types there, and how long each key took to its first token, ms. */
interface Cell {
  bed: Bed;
  policy: Policy;
  scenario: Scenario;
  keyboard: Keyboard;
  random: Random;
  samples: number[];
  spentMs: number;
  givenUp: number;
}

export function benchKeystrokes(subject: Subject, plan: KeystrokePlan): Promise<Measured[]> {
  return withBed(subject, 'preemptive', (preemptive) =>
    withBed(subject, 'fcfs', async (fcfs) => {
      const cells = [...cellsOf(preemptive, 'preemptive'), ...cellsOf(fcfs, 'fcfs')];
      for (const { keyboard } of cells) await keyboard.warm();
      for (let round = 0; round < plan.rounds; round++) {
        const from = round % cells.length;
        for (const cell of [...cells.slice(from), ...cells.slice(0, from)]) await type(cell, plan);
      }
      return rowsOf(cells, longPrompt(preemptive));
    }),
  );
}

function cellsOf(bed: Bed, policy: Policy): Cell[] {
  return (Object.keys(SCENARIOS) as Scenario[]).map((scenario) => {
    // The same keys at the same pace in every cell; nothing is shared between them.
    const keyboard = new Keyboard(bed, scenario, 0, new Random(SEED));
    return { bed, policy, scenario, keyboard, random: new Random(SEED), samples: [], spentMs: 0, givenUp: 0 };
  });
}

/** Presses the keys of one round. */
async function type(cell: Cell, { keys, limitMs }: KeystrokePlan): Promise<void> {
  if (cell.spentMs >= limitMs) return;
  const load = await SCENARIOS[cell.scenario](cell.bed, cell.random);
  await sleep(SETTLE_MS);
  const started = performance.now();
  const left = () => limitMs - cell.spentMs - (performance.now() - started);
  const pressed: Promise<Times>[] = [];
  for (let i = 0; i < keys[cell.policy] && left() > 0; i++) {
    await cell.keyboard.pause();
    const sent = performance.now();
    const key = cell.keyboard.press();
    const late = setTimeout(
      () => {
        cell.givenUp++;
        cell.samples.push(performance.now() - sent);
        key.giveUp();
      },
      Math.max(0, left()),
    );
    await key.answered;
    clearTimeout(late);
    pressed.push(key.times);
  }
  for (const { firstTokenMs } of await Promise.all(pressed)) if (firstTokenMs !== null) cell.samples.push(firstTokenMs);
  cell.spentMs += performance.now() - started;
  await load?.stop();
}

function rowsOf(cells: readonly Cell[], promptTokens: number): Measured[] {
  const rows: Measured[] = [];
  const names: Record<Scenario, string> = {
    idle: 'idle',
    prefill: `beside a chat that reads ${promptTokens} tokens`,
    decode: 'beside two chats that answer',
    other: 'beside a chat that is read on a second model',
    otherDecode: 'beside a chat that answers on a second model',
    index: 'while 10 MB of source are read into the index',
  };
  for (const { policy, scenario, samples, givenUp } of cells) {
    const note = `${samples.length} keys${givenUp > 0 ? `, ${givenUp} given up` : ''}`;
    for (const [quantile, share] of Object.entries(QUANTILES)) {
      const name = `first token ${names[scenario]}, ${POLICIES[policy]}, ${quantile}`;
      rows.push({ name, value: percentile(samples, share), unit: 'ms', note });
    }
  }
  for (const { policy, scenario, samples } of cells) {
    if (scenario === 'idle') continue;
    const idle = cells.find((other) => other.policy === policy && other.scenario === 'idle')!;
    const value = percentile(samples, 0.95) / percentile(idle.samples, 0.95);
    const name = `p95 ${names[scenario]} over idle, ${POLICIES[policy]}`;
    rows.push({ name, value, unit: 'x', ...(policy === 'preemptive' ? { goal: '<= 1.3' } : {}) });
  }
  return rows;
}
