/** What test A gives, for people. */

import { piecesOf } from '../../../../src/engine/server/services/memory/embedding/pieces.ts';
import type { Embedder } from '../../../../src/engine/server/services/memory/items.ts';
import { wordsOf } from '../../../../src/engine/server/services/search/words.ts';
import { byLikeness, byWords, commentTask, gains, together } from './commentToFunction.ts';
import { withInterval } from './interval.ts';

/** Of words beside vectors; chosen on other packages (see embedders.md). */
const SHARE = 0.4;

export async function printComments(embedders: ReadonlyMap<string, Embedder>): Promise<void> {
  const task = await commentTask();
  const hard = task.hard.flatMap((is, i) => (is ? [i] : []));
  console.log(`A: ${task.comments.length} comments, ${hard.length} of them hard; nDCG@10`);
  const print = (name: string, matrix: Float32Array[]) => {
    const all = gains(matrix);
    const some = hard.map((i) => all[i]!);
    console.log(`  ${name.padEnd(40)} ${withInterval(all)}   hard ${withInterval(some)}`);
  };
  print(
    'BM25, words as they are spelled',
    byWords(task, (text) => wordsOf(text.toLowerCase())),
  );
  const stems = byWords(task, (text) => piecesOf(text, 2_000));
  print('BM25, stems of identifiers', stems);
  for (const [name, embedder] of embedders) {
    const vectors = await byLikeness(task, embedder);
    print(name, vectors);
    print(`${name} and BM25`, together(stems, vectors, SHARE));
  }
}
