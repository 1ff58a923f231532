/**
 * How sentences are tied to the code. What is said of a symbol holds as long as its syntax tree is the same; comments and
 * formatting are no part of that. A sentence that quotes a comment also needs the comment: its anchor's hash is that of the
 * tree and, behind a `+`, that of the sentence as it was quoted. It holds while both do.
 */
import { createHash } from 'node:crypto';
import type { MemoryAnchor } from '../../../../protocol/index.ts';

/** 64 bits, hexadecimal. */
const quoteHash = (sentence: string): string =>
  createHash('sha256').update(sentence.replace(/\s+/g, ' ')).digest('hex').slice(0, 16);

/** The anchor of a sentence that is quoted from the comment of what `anchor` is about. */
export function quoting(anchor: MemoryAnchor, sentence: string): MemoryAnchor {
  return { ...anchor, hash: `${anchor.hash}+${quoteHash(sentence)}` };
}

/** The hash of the code and that of the quoted sentence, which most anchors do not have. */
export function partsOf(hash: string): { code: string; quote: string | undefined } {
  const [code = '', quote] = hash.split('+');
  return { code, quote };
}

/** Whether a comment still says what an anchor quotes. @param sentences that the comment has now. */
export function isQuoted(quote: string, sentences: readonly string[]): boolean {
  return sentences.some((sentence) => quoteHash(sentence) === quote);
}
