/**
 * Test A: the comment of a function finds the function, without its comment, among 1,000 of packages that nothing was trained
 * on. As CodeSearchNet has it (arXiv 1909.09436): functions of three lines or more, the first paragraph of a comment of three
 * words or more. In the hard part a comment has no word in common with the name of its function, in any form.
 */

import { piecesOf } from '../../../../src/engine/server/services/memory/embedding/pieces.ts';
import type { Embedder } from '../../../../src/engine/server/services/memory/items.ts';
import { wordsOf } from '../../../../src/engine/server/services/search/words.ts';
import { Grammars } from '../../../../src/syntax/grammars.ts';
import { HELD_OUT, sourcesOf, TUNING } from '../../packages.ts';
import { bm25 } from './bm25.ts';
import { type CommentPair, firstParagraph, pairsOf } from './pairs.ts';

/** So that there are 1,000: not trained on either. */
const MORE = ['moleculer@0.15.2', 'pdfmake@0.3.11', 'minio@8.0.7', 'jsonld@9.0.0'];
const LEAST = { lines: 3, words: 3 };
export const POOL = 1_000;

export interface Task {
  comments: string[];
  codes: string[];
  /** The hard ones. */
  hard: boolean[];
}

/** The same pairs in the same order every time. */
export async function commentTask(): Promise<Task> {
  const grammars = new Grammars(import.meta.filename);
  const pairs = new Map<string, CommentPair>();
  for (const name of [...HELD_OUT, ...TUNING, ...MORE]) {
    for (const { path, content } of await sourcesOf(name)) {
      for (const pair of await pairsOf(grammars, path, content)) {
        const comment = firstParagraph(pair.comment);
        const isLong = pair.code.trim().split('\n').length >= LEAST.lines && wordsOf(comment).length >= LEAST.words;
        if (pair.kind === 'function' && isLong && !pairs.has(comment)) pairs.set(comment, { ...pair, comment });
      }
    }
  }
  const all = [...pairs.values()];
  const codes = new Set<string>();
  const some = all.filter(({ code }) => !codes.has(code) && codes.add(code)).slice(0, POOL);
  return {
    comments: some.map(({ comment }) => comment),
    codes: some.map(({ code }) => code),
    hard: some.map(({ comment, name }) => {
      const parts = new Set(piecesOf(name));
      return piecesOf(comment).every((piece) => !parts.has(piece));
    }),
  };
}

/** Likeness of each comment to each code: rows are comments. */
export type Matrix = Float32Array[];

/** @param split of a text to the words that it is compared by. */
export function byWords({ comments, codes }: Task, split: (text: string) => string[]): Matrix {
  const score = bm25(codes.map(split));
  return comments.map((comment) => score(split(comment)));
}

export async function byLikeness({ comments, codes }: Task, embedder: Embedder): Promise<Matrix> {
  const [asked, has] = [await embedder.embed(comments), await embedder.embed(codes)];
  return asked.map((one) => Float32Array.from(has, (other) => dot(one, other)));
}

const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** Both, each brought to where its rows have their middle at 0 and a spread of 1. */
export function together(words: Matrix, vectors: Matrix, share: number): Matrix {
  return words.map((row, i) => {
    const [a, b] = [standard(row), standard(vectors[i]!)];
    return a.map((value, j) => share * value + (1 - share) * b[j]!);
  });
}

function standard(row: Float32Array): Float32Array {
  const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
  const spread = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length) || 1;
  return row.map((value) => (value - mean) / spread);
}

/** nDCG@10 of each comment; what is as good as the right one stands before it. */
export function gains(matrix: Matrix): number[] {
  return matrix.map((row, i) => {
    const rank = 1 + row.reduce((count, value, j) => count + (j !== i && value >= row[i]! ? 1 : 0), 0);
    return rank <= 10 ? 1 / Math.log2(1 + rank) : 0;
  });
}
