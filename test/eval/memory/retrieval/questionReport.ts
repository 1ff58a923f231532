/**
 * Test B: questions about this repository, written for the search of files, find memories of the right file; and what has
 * nothing to do with it finds none.
 */
import path from 'node:path';
import type { Embedder } from '../../../../src/engine/server/services/memory/items.ts';
import { ranked } from '../../../../src/engine/server/services/memory/ranking/search.ts';
import type { MemoryStore } from '../../../../src/engine/server/services/memory/store/memoryStore.ts';
import { repository } from '../../../helpers/engine.ts';
import { HELD_OUT, type SearchQuestion, TUNING } from '../../search/questions.ts';
import { strangers } from './strangers.ts';
import { storeOf, summariesOf } from './summarisedStore.ts';

/** The questions themselves are in the repository: that they are found says nothing. */
const isIn = (file: string): boolean => !/^test\/eval\/(?:search|memory)\//.test(file);

export async function printQuestions(embedders: ReadonlyMap<string, Embedder>, misses: boolean): Promise<void> {
  const summaries = await summariesOf(path.resolve(repository), isIn);
  console.log(
    `B: questions on ${summaries.items.length} summaries of this repository: among the first 1, 5, 10 memories; files`,
  );
  for (const [name, embedder] of embedders) {
    const store = await storeOf(summaries, embedder);
    for (const [part, questions] of [
      ['tuning', TUNING],
      ['held out', HELD_OUT],
    ] as const) {
      const ranks: number[] = [];
      const files: number[] = [];
      for (const one of questions) {
        const found = await pathsFor(store, embedder, one.question);
        ranks.push(rankOf(found, one));
        files.push(rankOf([...new Set(found)], one));
        if (misses && files.at(-1)! > 5)
          console.log(`    ${files.at(-1)} ${one.question}\n      ${[...new Set(found)].slice(0, 4).join(' ')}`);
      }
      const shares = (of: number[]) => [1, 5, 10].map((most) => share(of, (rank) => rank <= most)).join('  ');
      const ndcg = ranks.map((rank) => (rank <= 10 ? 1 / Math.log2(1 + rank) : 0));
      console.log(
        `  ${name.padEnd(24)} ${part.padEnd(9)} ${shares(ranks)}   files ${shares(files)}   ` +
          `nDCG@10 ${mean(ndcg).toFixed(3)}`,
      );
    }
    for (const [kind, questions] of Object.entries(strangers)) {
      const silent: boolean[] = [];
      for (const question of questions) {
        const found = await pathsFor(store, embedder, question);
        silent.push(found.length === 0);
        if (misses && found.length > 0) console.log(`    ${question}: ${found.slice(0, 3).join(' ')}`);
      }
      console.log(`  ${name.padEnd(24)} nothing found for ${kind}: ${share(silent, (is) => is)} of ${silent.length}`);
    }
  }
}

async function pathsFor(store: MemoryStore, embedder: Embedder, query: string): Promise<string[]> {
  const found = await ranked({ query }, { store, embedder, now: Date.now() }, store.list({ limit: 1 }).total);
  return found.map(({ item }) => item.path ?? '');
}

/** From 1; Infinity: nowhere. */
function rankOf(found: readonly string[], { files }: SearchQuestion): number {
  const at = found.findIndex((file) => files.includes(file));
  return at < 0 ? Number.POSITIVE_INFINITY : at + 1;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const share = <T>(of: readonly T[], fits: (one: T) => boolean): string =>
  `${((100 * of.filter(fits).length) / of.length).toFixed(1)} %`;
