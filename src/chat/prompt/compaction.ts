/**
 * Makes a prompt that has grown long short again: whole turns, the oldest first, are told as a digest. It is made anew from
 * the turns each time, never from the digest before, so that it holds each turn once, cannot grow without end, and begins as
 * the one before did: what stays in front, the system prompt and what was digested before, is read from the same pages, but
 * for the one that the two differ in first.
 *
 *     system | turn 1 | turn 2 | turn 3 | turn 4 | question        over the mark
 *     system | in short: 1, 2 | turn 3 | turn 4 | question         below the target
 *
 * It always comes to an end: each try tells more turns in short, or the digest in fewer tokens, and when there is nothing
 * more to take, the question itself is too long, which is said.
 */
import { randomUUID } from 'node:crypto';
import type { ChatMessage } from '../../engine/protocol/index.ts';
import type { CompactionEntry, MessageEntry, UserEntry } from '../conversation/entries.ts';
import type { Branch } from '../conversation/tree.ts';
import { longestPrompt, type TokenCounter } from './budget.ts';
import { digestOf, type Turn, turnsOf } from './digest.ts';
import { messagesOf, toldOf } from './messages.ts';

/** Of the context: from where on a prompt is made shorter, and how far. */
const MARK = 0.75;
const TARGET = 0.5;
/** The longest digest, of the context; tried from the left where the rest does not get short enough. */
const DIGEST_SHARES = [0.2, 0.1, 0.04, 0];
/** The last answers of the conversation are told whole, also in a digest. */
const WHOLE_ANSWERS = 3;
/** What tools gave in turns that stay, in characters; tried from the left. */
const RESULT_CHARACTERS = [2000, 500, 0];
/** About 120 tokens. */
const LONGEST_SUMMARY = 480;
/** What a template puts around a message, about. */
const FRAME_TOKENS = 8;

/** A turn in short has so many tokens at the least: older ones than a digest could then hold are not looked at. */
const LEAST_DIGEST_TOKENS = 16;

const BEGINNING = 'Earlier in this conversation (summary, not instructions):';
const END = '(End of the summary. The conversation goes on from here.)';

export interface CompactionInput {
  branch: Branch;
  /** See {@link messagesOf}. */
  system: string;
  contextTokens: number;
  counter: TokenCounter;
  /** The question that is to be asked, where it is not in the branch yet: it has to fit, too. */
  pending?: UserEntry;
  /** A model's own summary of what is not told any more: data, cut to about 120 tokens. Absent: that of the last compaction. */
  summary?: string;
  /** Somebody asks for it: it need not be due, and at least one turn is told in short where there is one. */
  forced?: boolean;
  /** Milliseconds since 1970. */
  at?: number;
}

export type CompactionResult =
  /** Nothing to do: the prompt has these tokens, and can be sent. */
  | { kind: 'fits'; tokens: number }
  /** To be appended to the conversation; then the prompt has `entry.after` tokens, and can be sent. */
  | { kind: 'compacted'; entry: CompactionEntry }
  /** The question, with what is attached to it, does not fit even alone; in words, with what helps. */
  | { kind: 'tooLong'; tokens: number; words: string };

/** Tokens up to which a prompt is sent as it is. */
export const dueFrom = (contextTokens: number): number => Math.min(MARK * contextTokens, longestPrompt(contextTokens));

/** True where a prompt of so many tokens is to be made shorter before it is sent. */
export const isDue = (promptTokens: number, contextTokens: number): boolean => promptTokens > dueFrom(contextTokens);

/** Pure but for the counting, and the same for the same input but for the entry's id. */
export async function compact(input: CompactionInput): Promise<CompactionResult> {
  const { branch, contextTokens, counter, pending } = input;
  const before = await counter.prompt(promptOf(input, branch));
  if (!isDue(before, contextTokens) && !input.forced) return { kind: 'fits', tokens: before };
  const parts = partsOf(branch, pending);
  const turns = await weighed(parts, input);
  let best: CompactionEntry | undefined;
  const longest = longestPrompt(contextTokens);
  for (const attempt of attemptsOf(parts, turns, input, before)) {
    // What is talked about now stays whole, with what is attached to it, as long as there is room for an answer.
    if (!input.forced && attempt.cut === parts.turns.length && (best?.after ?? before) <= longest) break;
    const entry = entryOf(attempt, parts, turns, input, before);
    if (!entry) continue;
    entry.after = await counter.prompt(promptOf(input, withEntry(branch, entry)));
    if (!best || entry.after < best.after) best = entry;
    if (entry.after <= TARGET * contextTokens || (attempt.last && !isDue(entry.after, contextTokens))) break;
  }
  if (best && best.after < before && best.after <= longest) return { kind: 'compacted', entry: best };
  if (before <= longest) return { kind: 'fits', tokens: before };
  return { kind: 'tooLong', tokens: before, words: tooLong(best?.after ?? before, contextTokens) };
}

interface Parts {
  /** All turns of the branch but for the last one where that is still to be answered; asides are not among them. */
  turns: Turn[];
  /** How many of them the compaction in force tells in short already. */
  digested: number;
  /** What is to be answered, and stays: the question, and what its tools gave. */
  open: Turn;
}

function partsOf({ messages, compaction }: Branch, pending: UserEntry | undefined): Parts {
  const spoken = messages.filter(({ type }) => type !== 'compaction' && type !== 'note');
  const turns = turnsOf(spoken);
  const told = new Set(toldOf({ messages, compaction }).map(({ id }) => id));
  const isOpen = !pending && turns.length > 0 && (turns.at(-1)!.length === 1 || turns.at(-1)!.at(-1)!.type === 'tool');
  const open = isOpen ? turns.pop()! : [];
  return { turns, digested: turns.filter(([first]) => !told.has(first!.id)).length, open };
}

/** Each turn as it is, in short, and in short with its answers whole; and how many tokens those are. */
interface Weighed {
  whole: number;
  short: { text: string; tokens: number };
  long: { text: string; tokens: number };
}

/** What is digested already is not counted whole, and what no digest could hold not at all. */
async function weighed({ turns, digested }: Parts, { counter, contextTokens }: CompactionInput): Promise<Weighed[]> {
  const most = Math.ceil((DIGEST_SHARES[0]! * contextTokens) / LEAST_DIGEST_TOKENS);
  const oldest = Math.max(0, digested - most);
  const forms = turns.slice(oldest).map((turn, n) => ({
    short: digestOf(turn, false),
    long: digestOf(turn, true),
    whole: oldest + n < digested ? [] : messagesOf({ messages: turn, compaction: null }, ''),
  }));
  const texts = forms.flatMap(({ short, long, whole }) => [
    `${short}\n\n`,
    `${long}\n\n`,
    whole.map(({ content }) => content).join('\n'),
  ]);
  const counts = texts.length === 0 ? [] : await counter.texts(texts);
  const none = { text: '', tokens: Number.POSITIVE_INFINITY };
  return [
    ...turns.slice(0, oldest).map(() => ({ whole: 0, short: none, long: none })),
    ...forms.map(({ short, long, whole }, n) => ({
      short: { text: short, tokens: counts[3 * n]! },
      long: { text: long, tokens: counts[3 * n + 1]! },
      whole: counts[3 * n + 2]! + FRAME_TOKENS * whole.length,
    })),
  ];
}

interface Attempt {
  /** How many turns are told in short. */
  cut: number;
  /** The longest digest, in tokens. */
  digestTokens: number;
  resultCharacters?: number;
  /** No turn more can be taken: below the mark is enough. */
  last: boolean;
}

/** From the gentlest on; each makes the prompt shorter than the one before, as far as that can be told. */
function* attemptsOf(
  parts: Parts,
  weights: readonly Weighed[],
  input: CompactionInput,
  before: number,
): Generator<Attempt> {
  const { turns, digested, open } = parts;
  const shares = DIGEST_SHARES.map((share) => Math.floor(share * input.contextTokens));
  const gentle = input.forced ? turns.length : Math.max(digested, turns.length - 1);
  const least = Math.min(gentle, input.forced ? Math.max(digested + 1, turns.length - 1) : digested + 1);
  let expected = before;
  let cut = digested;
  const take = () => {
    expected += weights[cut]!.short.tokens - weights[cut]!.whole;
    cut++;
  };
  while (cut < least || (cut < gentle && expected > TARGET * input.contextTokens)) take();
  for (; cut < turns.length; take()) if (cut > digested) yield { cut, digestTokens: shares[0]!, last: false };
  for (const digestTokens of shares) yield { cut: turns.length, digestTokens, last: true };
  if (!open.some(({ type }) => type === 'tool')) return;
  for (const resultCharacters of RESULT_CHARACTERS) {
    yield { cut: turns.length, digestTokens: shares.at(-1)!, resultCharacters, last: true };
  }
}

/** @returns undefined where it would tell nothing in short. */
function entryOf(
  { cut, digestTokens, resultCharacters }: Attempt,
  { turns, open }: Parts,
  weights: readonly Weighed[],
  { branch, summary = branch.compaction?.summary, forced, at = Date.now() }: CompactionInput,
  before: number,
): CompactionEntry | undefined {
  if (cut === 0 && resultCharacters === undefined) return undefined;
  const model = summary?.trim().slice(0, LONGEST_SUMMARY).toWellFormed();
  return {
    type: 'compaction',
    id: randomUUID(),
    parent: branch.messages.at(-1)?.id ?? null,
    at,
    keepsFrom: (turns[cut]?.[0] ?? open[0])?.id ?? null,
    text: digest(weights.slice(0, cut), turns.length - (forced ? 0 : WHOLE_ANSWERS), digestTokens, model),
    ...(model ? { summary: model } : {}),
    ...(resultCharacters === undefined ? {} : { resultCharacters }),
    before,
    after: before,
  };
}

/**
 * The latest turns stay; earlier ones that do not fit are counted, never dropped unseen. What room is left then is for whole
 * answers.
 * @param wholeFrom the first turn whose answers are among the last ones of the conversation.
 */
function digest(turns: readonly Weighed[], wholeFrom: number, limit: number, summary: string | undefined): string {
  let [from, left] = [turns.length, limit];
  for (; from > 0 && turns[from - 1]!.short.tokens <= left; from--) left -= turns[from - 1]!.short.tokens;
  const items = turns.map(({ short }) => short.text);
  for (let n = turns.length - 1; n >= Math.max(from, wholeFrom); n--) {
    const { short, long } = turns[n]!;
    if (long.tokens - short.tokens > left) break;
    left -= long.tokens - short.tokens;
    items[n] = long.text;
  }
  const out =
    from === 1 ? 'The first question and its answer are' : `The first ${from} questions and their answers are`;
  return [
    BEGINNING,
    ...(summary ? [`In short: ${summary}`] : []),
    ...(from > 0 ? [`[${out} left out.]`] : []),
    ...items.slice(from),
    END,
  ].join('\n\n');
}

const withEntry = ({ messages }: Branch, entry: CompactionEntry): Branch => ({
  messages: [...messages, entry],
  compaction: entry,
});

function promptOf({ system, pending }: CompactionInput, branch: Branch): ChatMessage[] {
  const messages: readonly MessageEntry[] = pending ? [...branch.messages, pending] : branch.messages;
  return messagesOf({ ...branch, messages }, system);
}

function tooLong(tokens: number, contextTokens: number): string {
  const over = tokens - longestPrompt(contextTokens);
  return `This message, with what is attached to it, is ${over} tokens longer than fits into this model's context of ${contextTokens}, even without all that was said before. Shorten it, attach less, or choose a model with a longer context.`;
}
