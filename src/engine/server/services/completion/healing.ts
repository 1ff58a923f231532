/**
 * Token healing: a cursor inside a word, or behind a character that has tokens in common with what follows it, would
 * force the model to go on from tokens that the finished text does not have. They are taken off, and the answer is held to
 * their spelling (as in guidance, github.com/guidance-ai/guidance, and in the tools of JetBrains and Meta).
 */
import type { Tokenizer } from '../../core/backend.ts';

/** More is no word. */
const MOST_TOKENS = 8;
const isWord = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x5f ||
  byte === 0x24 ||
  byte >= 0x80;
const NEWLINE = 0x0a;

/**
 * How many tokens are taken off the end of a text, and what they spell: all that the last word has a part in, or the last
 * one. A line break stays: what follows it is another line's.
 */
export function brokenOff(
  tokens: Int32Array,
  tokenizer: Pick<Tokenizer, 'bytes'>,
): { count: number; bytes: Uint8Array } {
  const spelled: Uint8Array[] = [];
  while (spelled.length < Math.min(MOST_TOKENS, tokens.length)) {
    const bytes = tokenizer.bytes(tokens[tokens.length - 1 - spelled.length]!);
    if (bytes.length === 0 || bytes.includes(NEWLINE)) break;
    const [first, last] = [bytes[0]!, bytes.at(-1)!];
    // A token that ends in something else has no part in the word behind it.
    if (spelled.length > 0 && !isWord(last)) break;
    spelled.unshift(bytes);
    if (!isWord(first)) break;
  }
  return { count: spelled.length, bytes: Buffer.concat(spelled) };
}
