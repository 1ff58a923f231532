/** What tests of the index have in common: scopes out of texts, in the simulated model's tokens, which are bytes. */

import { simulatedTokenizer } from '../../../../../../../src/engine/server/core/simulated/tokenizer.ts';
import { LineTokens } from '../../../../../../../src/engine/server/services/completion/lines/lineTokens.ts';
import { Evidence, type Scope } from '../../../../../../../src/engine/server/services/completion/project/evidence.ts';
import {
  LARGEST_SHARD,
  LONGEST_MATCH,
  ORDERS,
  Shard,
} from '../../../../../../../src/engine/server/services/completion/project/shard.ts';

/** The bytes, the end of an answer, six special tokens. */
export const BYTE_VOCABULARY = 263;

export const byteSpelling = new LineTokens(simulatedTokenizer, BYTE_VOCABULARY);

export const bytesOf = (text: string): Int32Array => simulatedTokenizer.encode(text);

/** Each text is a segment, the last one the newest. */
export function scopeOf(texts: readonly ArrayLike<number>[], own = false): Scope {
  const shard = new Shard(1 + texts.reduce((sum, { length }) => sum + length, 0));
  for (const body of texts) shard.add({ before: [], body, after: [] });
  return { shard, own };
}

export function evidenceOf(
  context: ArrayLike<number>,
  scopes: readonly Scope[],
  admit: (token: number) => number = (token) => token,
): Evidence {
  const evidence = new Evidence();
  evidence.gather(context, scopes, admit);
  return evidence;
}

/** How many tokens before a place of `all` equal the end of the context. */
export function commonAt(all: ArrayLike<number>, place: number, context: ArrayLike<number>): number {
  const most = Math.min(context.length, place, LONGEST_MATCH);
  let common = 0;
  while (common < most && all[place - 1 - common] === context[context.length - 1 - common]) common++;
  return common;
}

/** The hashed order under which a match is found; -1: none. */
export function orderOf(common: number): number {
  return ORDERS.findIndex((order) => common >= order);
}

/** What follows a text of at least five bytes wherever all of it occurred, the nearest scope first. */
export function followers(text: string, scopes: readonly Scope[]): string {
  const context = bytesOf(text);
  let next = '';
  for (const { shard, except } of scopes) {
    const add = (token: number, length: number) => {
      if (length === context.length) next += String.fromCharCode(token);
      return true;
    };
    shard.find(context, 0, LARGEST_SHARD, add, except);
  }
  return next;
}
