/** From prompt segments to tokens that fit the room; cuts move in steps so that the beginning stays shareable. */
import type { PromptSegment } from '../../../protocol/index.ts';
import { CUT_STEP } from '../../../protocol/index.ts';
import type { Tokenizer } from '../../core/backend.ts';
import { EngineFailure } from '../../core/failure.ts';
import { brokenOff } from './healing.ts';

export interface FittedPrompt {
  tokens: number[];
  /** How many tokens gave way. */
  cut: number;
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

interface Piece {
  tokens: ArrayLike<number>;
  cut: 'drop' | 'end' | 'start' | undefined;
  from: number;
  to: number;
  cursor?: 'before' | 'after' | undefined;
}

/**
 * Encodes a prompt and shortens it to `room` tokens. Segments give way in the order that {@link PromptSegment} states;
 * a string is a chat rendered by the model's template and is never cut.
 * @throws EngineFailure `promptInvalid` (a special token that the model has not), `promptTooLong`.
 */
export function fitPrompt(tokenizer: Tokenizer, prompt: PromptSegment[] | string, room: number): FittedPrompt {
  const pieces =
    typeof prompt === 'string'
      ? [whole(tokenizer.encodeTemplate(prompt), undefined)]
      : prompt.map((segment) => encode(tokenizer, segment));
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
  if (excess > 0) {
    throw new EngineFailure(
      'promptTooLong',
      `The prompt is ${excess} tokens longer than the ${room} that fit this model's context. Shorten it, or choose a model with a longer context.`,
    );
  }
  const cursor = cursorOf(tokenizer, pieces);
  const tokens: number[] = [];
  for (const piece of pieces) for (let i = piece.from; i < piece.to; i++) tokens.push(piece.tokens[i]!);
  if (tokens.length === 0) throw new EngineFailure('promptInvalid', 'The prompt is empty.');
  const broken = cursor?.brokenOff ?? 0;
  return { tokens, cut: total - tokens.length - broken, ...(cursor ? { cursor } : {}) };
}

/** Takes the word that the cursor stands in off the piece before it. */
function cursorOf(tokenizer: Tokenizer, pieces: Piece[]): Cursor | undefined {
  const before = pieces.find(({ cursor }) => cursor === 'before');
  if (!before) return undefined;
  const tokensOf = (piece: Piece | undefined) =>
    piece ? Int32Array.from(piece.tokens).subarray(piece.from, piece.to) : new Int32Array(0);
  const tokens = tokensOf(before);
  const { count, bytes } = brokenOff(tokens, tokenizer);
  before.to -= count;
  const after = pieces.find(({ cursor }) => cursor === 'after');
  return {
    before: tokens.subarray(0, tokens.length - count),
    after: tokensOf(after),
    beginning: bytes,
    brokenOff: count,
  };
}

const stepped = (tokens: number): number => Math.ceil(tokens / CUT_STEP) * CUT_STEP;

function shorten(piece: Piece, count: number): number {
  if (piece.cut === 'start') piece.from += count;
  else piece.to -= count;
  return count;
}

function encode(tokenizer: Tokenizer, segment: PromptSegment): Piece {
  if ('special' in segment) {
    const id = tokenizer.special(segment.special);
    if (id === undefined) {
      throw new EngineFailure('promptInvalid', `This model has no ${segment.special} token.`);
    }
    return whole([id], undefined);
  }
  return { ...whole(tokenizer.encode(segment.text), segment.cut), cursor: segment.cursor };
}

const whole = (tokens: ArrayLike<number>, cut: Piece['cut']): Piece => ({ tokens, cut, from: 0, to: tokens.length });
