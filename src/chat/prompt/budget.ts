/**
 * Who gets how much of a small context, and what of the attachments fits. Nothing is cut unseen: what is left out is said in
 * words, to the person and to the model, and which lines can be chosen instead.
 */
import type { ChatMessage } from '../../engine/protocol/index.ts';
import type { KeptAttachment } from '../conversation/entries.ts';
import { attachmentText, labelled } from './messages.ts';

/** Counts tokens as the model that is asked does; `tokens/count` of the engine. */
export interface TokenCounter {
  /** Of texts, each for itself. */
  texts(texts: string[]): Promise<number[]>;
  /** Of the whole prompt by the model's template, up to where its answer begins. */
  prompt(messages: ChatMessage[]): Promise<number>;
}

/** In tokens; together at most the context. */
export interface Rooms {
  fixed: number;
  attachments: number;
  answer: number;
  history: number;
}

const FIXED_TOKENS = 400;
const ATTACHMENTS_SHARE = 0.45;
const ANSWER = { share: 0.25, least: 256, most: 2048 };
/** An attachment of which less fits is left out whole: some lines of it would only mislead. */
const LEAST_TOKENS = 48;

/** @param contextTokens of prompt and answer together. */
export function roomsOf(contextTokens: number): Rooms {
  const answer = Math.min(
    Math.max(Math.floor(ANSWER.share * contextTokens), ANSWER.least),
    ANSWER.most,
    Math.floor(contextTokens / 2),
  );
  const fixed = Math.min(FIXED_TOKENS, contextTokens - answer);
  const attachments = Math.min(Math.floor(ATTACHMENTS_SHARE * contextTokens), contextTokens - answer - fixed);
  return { fixed, attachments, answer, history: contextTokens - answer - fixed - attachments };
}

/** Of a window, for what is recalled; a small one has none to spare, and beyond the last no more helps (SCM's 2,000). */
const MEMORIES = { share: 0.1, smallest: 2048, most: 2000 };

/**
 * Tokens for what is recalled for a question.
 * @param left until earlier turns would have to be told in short: no memory is worth that.
 */
export function memoryTokens(contextTokens: number, left: number): number {
  if (contextTokens < MEMORIES.smallest) return 0;
  return Math.max(0, Math.min(Math.floor(MEMORIES.share * contextTokens), MEMORIES.most, Math.floor(left)));
}

/** The longest prompt that leaves room for a short answer. */
export const longestPrompt = (contextTokens: number): number =>
  contextTokens - Math.min(ANSWER.least, Math.floor(contextTokens / 2));

/** How long an answer may get behind a prompt; 0: there is no room for one. */
export function answerTokens(contextTokens: number, promptTokens: number): number {
  return Math.max(0, Math.min(roomsOf(contextTokens).answer, contextTokens - promptTokens));
}

/** What is to be attached, whole. */
export interface Attachable extends KeptAttachment {
  /** Line of the file, from 1, around which it is cut: the cursor's, or the selection's first; absent: from its beginning. */
  focus?: number;
}

/** What was left out of an attachment. */
export interface LeftOut {
  id: string;
  /** `src/a.ts: lines 120-300 of 300 left out`. */
  words: string;
  /** Ranges of lines of the file, from 1, both included, each of which can be attached instead. */
  choices: [number, number][];
}

export interface FittedAttachments {
  /** To be kept with the question; those that are left out whole are not among them. */
  attachments: KeptAttachment[];
  /** As they come to stand in the prompt. */
  tokens: number;
  leftOut: LeftOut[];
}

/**
 * Fits attachments into a room, in their order. Where they are too long together, short ones stay whole and long ones share
 * what remains evenly (max-min fairness); each is cut to whole lines.
 * @param room in tokens: of {@link roomsOf}, less what other attachments of the same message take.
 */
export async function fitAttachments(
  given: readonly Attachable[],
  room: number,
  counter: Pick<TokenCounter, 'texts'>,
): Promise<FittedAttachments> {
  const whole = given.map(({ focus: _, ...attachment }) => attachment);
  const sizes = await sizesOf(whole, counter);
  const shares = sharesOf(sizes, room);
  const fitted: FittedAttachments = { attachments: [], tokens: 0, leftOut: [] };
  for (const [n, attachment] of whole.entries()) {
    if (sizes[n]! <= shares[n]!) {
      fitted.attachments.push(attachment);
      fitted.tokens += sizes[n]!;
      continue;
    }
    const cut = await cutToFit(attachment, given[n]!.focus, shares[n]!, sizes[n]!, counter);
    if (cut) {
      fitted.attachments.push(cut.attachment);
      fitted.tokens += cut.tokens;
    }
    fitted.leftOut.push(cut?.leftOut ?? leftOutWhole(attachment, sizes[n]!, shares[n]!));
  }
  return fitted;
}

/** Of each as it comes to stand in the prompt; the blank line behind it counts. */
export async function sizesOf(
  attachments: readonly KeptAttachment[],
  counter: Pick<TokenCounter, 'texts'>,
): Promise<number[]> {
  return attachments.length === 0 ? [] : counter.texts(attachments.map((each) => `${attachmentText(each)}\n\n`));
}

/** Room for each: none gets more than it needs, nor less than another one that needs more. */
function sharesOf(sizes: readonly number[], room: number): number[] {
  const shares = new Array<number>(sizes.length).fill(0);
  let left = Math.max(0, room);
  const rising = [...sizes.keys()].sort((a, b) => sizes[a]! - sizes[b]!);
  for (const [done, n] of rising.entries()) {
    shares[n] = Math.min(sizes[n]!, Math.floor(left / (rising.length - done)));
    left -= shares[n]!;
  }
  return shares;
}

interface Cut {
  attachment: KeptAttachment;
  tokens: number;
  leftOut: LeftOut;
}

/** The most lines, around the focus, with which it fits; undefined where that is next to nothing. */
async function cutToFit(
  attachment: KeptAttachment,
  focus: number | undefined,
  room: number,
  size: number,
  counter: Pick<TokenCounter, 'texts'>,
): Promise<Cut | undefined> {
  if (room < LEAST_TOKENS) return undefined;
  const lines = attachment.text.split(/(?<=\n)/);
  const measure = async (count: number): Promise<Cut> => {
    const cut = cutTo(attachment, lines, focus, count);
    const [tokens] = await sizesOf([cut.attachment], counter);
    return { ...cut, tokens: tokens! };
  };
  // The first guess is the share that fits; lines are seldom all alike, so the border is then found by halving.
  let [fits, fitting, over] = [0, undefined as Cut | undefined, lines.length];
  for (let count = Math.floor((lines.length * room) / size); over - fits > 1; count = Math.floor((fits + over) / 2)) {
    count = Math.min(Math.max(count, fits + 1), over - 1);
    const cut = await measure(count);
    if (cut.tokens <= room) [fits, fitting] = [count, cut];
    else over = count;
  }
  return fitting;
}

/** `count` lines of it, with the focus among them. */
function cutTo(
  attachment: KeptAttachment,
  lines: readonly string[],
  focus: number | undefined,
  count: number,
): Omit<Cut, 'tokens'> {
  const first = attachment.lines?.[0] ?? 1;
  const total = first + lines.length - 1;
  const around = focus === undefined ? 0 : Math.min(Math.max(focus - first, 0), lines.length - 1);
  const from = Math.min(Math.max(0, around - Math.floor(count / 3)), lines.length - count);
  const ranges: [number, number][] = [];
  if (from > 0) ranges.push([first, first + from - 1]);
  if (from + count < lines.length) ranges.push([first + from + count, total]);
  const of = attachment.lines ? '' : ` of ${total}`;
  const words = `${attachment.label}: ${ranges.map(linesIn).join(' and ')}${of} left out`;
  const kept: [number, number] = [first + from, first + from + count - 1];
  return {
    attachment: {
      ...attachment,
      label: labelled(attachment.label, kept),
      text: lines.slice(from, from + count).join(''),
      lines: kept,
      cut: attachment.cut ? `${attachment.cut}; ${words}` : words,
    },
    leftOut: { id: attachment.id, words, choices: ranges },
  };
}

function leftOutWhole(attachment: KeptAttachment, size: number, room: number): LeftOut {
  const count = attachment.text.replace(/\n$/, '').split('\n').length;
  const first = attachment.lines?.[0] ?? 1;
  return {
    id: attachment.id,
    words: `${attachment.label}: left out whole (${size} tokens, of which ${room} would fit)`,
    choices: count > 1 ? [[first, first + count - 1]] : [],
  };
}

const linesIn = ([from, to]: [number, number]): string => (from === to ? `line ${from}` : `lines ${from}-${to}`);
