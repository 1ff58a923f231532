/** What a memory looks like after 1,000 turns of which most are not worth keeping: copies, echoes, small talk, secrets. */
import { secretIn } from '../../../../src/engine/server/services/memory/stream/secrets.ts';
import { jaccard, shinglesOf } from '../../../../src/engine/server/services/memory/stream/wording.ts';
import { generator } from '../retrieval/interval.ts';
import { type Replay, setDate } from './replay.ts';
import { ATTRIBUTES, chatter, REPLIES, REQUESTS, SERVICES } from './templates.ts';

const TURNS = 1_000;
const NEAR = 0.9;

export interface Junk {
  items: number;
  kept: number;
  /** Shares of the items. */
  exact: number;
  near: number;
  /** Items that say again what was recalled for them. */
  loops: number;
  secrets: number;
}

/** Ways in which a model says what it was reminded of. */
const ECHOES = [
  (text: string) => text,
  (text: string) => `According to my notes: ${text}`,
  (text: string) => `As you told me earlier, ${text[0]!.toLowerCase()}${text.slice(1)} Let me know if that is right.`,
  (text: string) => `- ${text}\n\nThat is what the project memory says.`,
];
const TALK = ['thanks!', 'ok', 'great, thank you', '/clear', 'hello', 'perfect'];
const random = generator(7);
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
const token = (): string =>
  Array.from({ length: 36 }, () => pick([...'abcdefghjkmnpqrstuvwxyzABCDEFGH23456789'])).join('');

export async function junkAfter(replay: Replay): Promise<Junk> {
  const stream = replay.stream();
  const said: { question: string; answer: string }[] = [];
  const recalledBy = new Map<number, number[]>();
  let kept = 0;
  for (let n = 0; n < TURNS; n++) {
    setDate(Date.UTC(2026, 0, 5) + n * 45 * 60_000);
    const name = pick(Object.keys(ATTRIBUTES));
    const [service, attribute] = [pick(SERVICES), ATTRIBUTES[name]!];
    const way = random();
    let [turn, recalled] = [chatter(pick), [] as number[]];
    if (way < 0.2)
      turn = {
        question: `${pick(attribute.tell)(service, pick(attribute.values))} ${pick(REQUESTS)}`,
        answer: pick(REPLIES),
      };
    else if (way < 0.3) stream.addFact({ text: pick(attribute.tell)(service, pick(attribute.values)) });
    else if (way < 0.55) {
      const question = pick(attribute.ask)(service);
      const { memories } = await stream.activate({ query: question, tokens: 1_500, for: 'chat' });
      if (memories.length === 0) continue;
      recalled = memories.map(({ item }) => item.id);
      const best = memories[0]!.text.split('\n\nAnswered: ');
      turn = { question, answer: pick(ECHOES)(best.at(-1)!) };
    } else if (way < 0.7 && said.length > 0) turn = { ...pick(said) };
    else if (way < 0.8) turn.question = pick(TALK);
    else if (way < 0.85) turn.answer = pick(['', "I'm sorry, I don't know."]);
    else if (way < 0.9) turn.question += ` My token is ghp_${token()}`;
    said.push(turn);
    const { item } = await stream.recordTurn({ conversation: `c${n % 40}`, message: `m${n}`, ...turn, recalled });
    if (item) kept++;
    if (item && recalled.length > 0) recalledBy.set(item.id, recalled);
  }
  const { items } = replay.store.list({ superseded: true, limit: 10_000 });
  const texts = items.map(({ text }) => text.trim().toLowerCase());
  const shingles = texts.map(shinglesOf);
  const near = items.filter((_, at) =>
    shingles.some((other, to) => to < at && jaccard(shingles[at]!, other) >= NEAR),
  ).length;
  const loops = items.filter(({ id, text }) =>
    recalledBy.get(id)?.some((from) => {
      const before = shinglesOf(replay.store.get(from)?.text.split('\n\nAnswered: ').at(-1) ?? '');
      const own = shinglesOf(text);
      return [...before].filter((run) => own.has(run)).length > 0.5 * before.size;
    }),
  ).length;
  const secrets = items.filter((item) => secretIn(JSON.stringify(item)) !== undefined).length;
  return {
    items: items.length,
    kept,
    exact: (texts.length - new Set(texts).size) / items.length,
    near: near / items.length,
    loops,
    secrets,
  };
}
