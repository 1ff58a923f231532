/** From prompt segments to tokens that fit the room; cuts move in steps so that the beginning stays shareable. */
import { CUT_STEP, type DocumentRange, type SeenSegment } from '../../../protocol/index.ts';
import type { Tokenizer } from '../../core/backend.ts';
import { tooLong } from '../../core/checks.ts';
import { EngineFailure } from '../../core/failure.ts';
import { brokenOff } from './healing.ts';
import type { FilledSegment } from './turns.ts';

export interface FittedPrompt {
  tokens: number[];
  /** Of these, how many are each segment's. */
  counts: number[];
  /** How many tokens gave way. */
  cut: number;
  /** Absent where no segment names one. */
  cursor?: Cursor;
}

/** The text around the cursor, in tokens. */
export interface Cursor {
  before: Int32Array;
  after: Int32Array;
  /** What the answer has to begin with: the spelling of tokens that were taken off the end of `before`. */
  beginning: Uint8Array;
  /** How many those were. */
  brokenOff: number;
}

/** The tokens of a part of a document. @throws EngineFailure `documentStale` */
export type RangeReader = (range: DocumentRange) => ArrayLike<number>;

interface Piece {
  tokens: ArrayLike<number>;
  cut: 'drop' | 'end' | 'start' | undefined;
  from: number;
  to: number;
  cursor?: 'before' | 'after' | undefined;
}

/**
 * Encodes a prompt and shortens it to `room` tokens. Segments give way in the order that {@link PromptSegment} states.
 * @throws EngineFailure `promptInvalid` (a special token that the model has not), `promptTooLong`, `documentStale`.
 */
export function fitPrompt(
  tokenizer: Tokenizer,
  segments: readonly FilledSegment[],
  room: number,
  read: RangeReader,
): FittedPrompt {
  const pieces = segments.map((segment) => encode(tokenizer, segment, read));
  const total = pieces.reduce((sum, piece) => sum + piece.to, 0);
  let excess = total - room;
  for (const piece of pieces) {
    if (excess <= 0) break;
    if (piece.cut === 'drop') excess -= shorten(piece, piece.to);
  }
  for (const piece of pieces) {
    if (excess <= 0) break;
    if (piece.cut === 'end') {
      const keep = Math.min(piece.to, Math.floor(room / 3));
      excess -= shorten(piece, Math.min(piece.to - keep, stepped(excess)));
    }
  }
  for (const piece of pieces) {
    if (excess <= 0) break;
    if (piece.cut !== 'start') continue;
    // A step that would leave nothing is not taken: a short prompt is better than none.
    const step = stepped(excess);
    excess -= shorten(piece, step < piece.to ? step : Math.min(piece.to, excess));
  }
  if (excess > 0) throw tooLong(excess, room);
  const cursor = cursorOf(tokenizer, pieces);
  const tokens: number[] = [];
  for (const piece of pieces) for (let i = piece.from; i < piece.to; i++) tokens.push(piece.tokens[i]!);
  if (tokens.length === 0) throw new EngineFailure('promptInvalid', 'The prompt is empty.');
  const broken = cursor?.brokenOff ?? 0;
  const counts = pieces.map(({ from, to }) => to - from);
  return { tokens, counts, cut: total - tokens.length - broken, ...(cursor ? { cursor } : {}) };
}

/** What each segment of a prompt came to. @param segments that it was fitted from. */
export function seenOf(
  { tokens, counts }: Pick<FittedPrompt, 'tokens' | 'counts'>,
  segments: readonly FilledSegment[],
  tokenizer: Pick<Tokenizer, 'bytes'>,
): SeenSegment[] {
  let at = 0;
  return segments.map((segment, index) => {
    const own = tokens.slice(at, at + counts[index]!);
    at += own.length;
    if ('special' in segment) return { of: segment.special, text: '', tokens: own.length };
    const text = Buffer.concat(own.map((token) => tokenizer.bytes(token))).toString();
    return { of: 'text' in segment ? (segment.of ?? '') : 'turn', text, tokens: own.length };
  });
}

/** Takes the word that the cursor stands in off the piece before it. */
function cursorOf(tokenizer: Tokenizer, pieces: Piece[]): Cursor | undefined {
  const before = pieces.find(({ cursor }) => cursor === 'before');
  if (!before) return undefined;
  const tokensOf = (piece: Piece | undefined) =>
    piece ? Int32Array.from(piece.tokens).subarray(piece.from, piece.to) : new Int32Array(0);
  const after = tokensOf(pieces.find(({ cursor }) => cursor === 'after'));
  const tokens = tokensOf(before);
  const { count, bytes } = brokenOff(tokens, tokenizer);
  before.to -= count;
  return { before: tokens.subarray(0, tokens.length - count), after, beginning: bytes, brokenOff: count };
}

const stepped = (tokens: number): number => Math.ceil(tokens / CUT_STEP) * CUT_STEP;

function shorten(piece: Piece, count: number): number {
  if (piece.cut === 'start') piece.from += count;
  else piece.to -= count;
  return count;
}

function encode(tokenizer: Tokenizer, segment: FilledSegment, read: RangeReader): Piece {
  if ('marks' in segment) return whole(segment.marks, undefined);
  if ('turn' in segment) throw new EngineFailure('promptInvalid', 'The template of this prompt is missing.');
  if ('special' in segment) {
    const id = tokenizer.special(segment.special);
    if (id === undefined) {
      throw new EngineFailure('promptInvalid', `This model has no ${segment.special} token.`);
    }
    return whole([id], undefined);
  }
  const { text, cut, cursor, begins } = segment;
  const parts = (Array.isArray(text) ? text : [text]).map((part) =>
    typeof part === 'string' ? tokenizer.encode(part) : read(part),
  );
  const tokens = parts.length === 1 ? parts[0]! : parts.flatMap((part) => [...Array.from(part)]);
  return { ...whole(begins ? afterSpace(tokenizer, tokens) : tokens, cut), cursor };
}

/** More is no word. */
const WORD_TOKENS = 8;
const BETWEEN_WORDS = new Set([0x20, 0x0a]);

/** The tokens of a text, with the space before its first word that {@link Tokenizer.encode} leaves out. */
function afterSpace(tokenizer: Tokenizer, tokens: ArrayLike<number>): ArrayLike<number> {
  if (!tokenizer.putsSpaceFirst || tokens.length === 0) return tokens;
  const all = Array.from(tokens);
  const next = all.findIndex((token, at) => at > 0 && BETWEEN_WORDS.has(tokenizer.bytes(token)[0]!));
  const count = Math.min(next < 0 ? all.length : next, WORD_TOKENS);
  const word = Buffer.concat(all.slice(0, count).map((token) => tokenizer.bytes(token)));
  return [...tokenizer.encode(` ${word.toString('utf8')}`), ...all.slice(count)];
}

const whole = (tokens: ArrayLike<number>, cut: Piece['cut']): Piece => ({ tokens, cut, from: 0, to: tokens.length });
