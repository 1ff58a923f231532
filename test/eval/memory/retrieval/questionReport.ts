/**
 * Test B: questions about this repository, written for the search of files, and about packages find memories of the right
 * file; and what has nothing to do with it finds none. Questions that no ranking was chosen on are counted apart.
 */
import path from 'node:path';
import type { Embedder } from '../../../../src/engine/server/services/memory/items.ts';
import { ranked } from '../../../../src/engine/server/services/memory/ranking/search.ts';
import type { MemoryStore } from '../../../../src/engine/server/services/memory/store/memoryStore.ts';
import { repository } from '../../../helpers/engine.ts';
import { HELD_OUT, type SearchQuestion, TUNING } from '../../search/questions.ts';
import { packageFolder } from './packageFolder.ts';
import { type Asked, PACKAGE_QUESTIONS, type PackageQuestions } from './packageQuestions.ts';
import { CHECK_QUESTIONS, PLAIN_QUESTIONS } from './plainQuestions.ts';
import { strangers } from './strangers.ts';
import { type Summaries, storeOf, summariesOf } from './summarisedStore.ts';
import { UNTOUCHED_QUESTIONS } from './untouchedQuestions.ts';

/** The questions themselves are in the repository: that they are found says nothing. */
const isIn = (file: string): boolean => !/^test\/eval\/(?:search|memory)\//.test(file);

/** Figures are given for each package, and for all of a group together. */
const GROUPS = ['tuned on', 'plain words', 'checked', 'untouched'] as const;
type Group = (typeof GROUPS)[number];

interface Place {
  name: string;
  summaries: Summaries;
  group: Group;
  parts: readonly [name: string, questions: readonly SearchQuestion[]][];
}

/** @param untouched also those that nothing is chosen on: while ranking is being changed they are not looked at. */
export async function printQuestions(
  embedders: ReadonlyMap<string, Embedder>,
  { misses, untouched }: { misses: boolean; untouched: boolean },
): Promise<void> {
  const places = await everyPlace(untouched);
  for (const [name, embedder] of embedders) {
    console.log(
      `B: ${name}: among the first 1, 5, 10 memories shown; files shown; files of what is sure; nDCG@10 of memories`,
    );
    const groups = new Map<Group, Rank[]>(GROUPS.map((group) => [group, []]));
    for (const { name: where, summaries, parts, group } of places) {
      const store = await storeOf(summaries, embedder);
      console.log(`  ${where}, ${summaries.items.length} memories`);
      for (const [part, questions] of parts) {
        const ranks: Rank[] = [];
        for (const one of questions) ranks.push(await rankFor(store, embedder, one, misses));
        groups.get(group)!.push(...ranks);
        printRanks(part, ranks);
      }
      await printSilence(store, embedder, misses);
      store.close();
    }
    for (const [group, ranks] of groups) if (ranks.length > 0) printRanks(group, ranks);
  }
}

async function everyPlace(untouched: boolean): Promise<Place[]> {
  const own = await summariesOf(path.resolve(repository), isIn);
  const places: Place[] = [
    {
      name: 'this repository',
      summaries: own,
      group: 'tuned on',
      parts: [
        ['tuning', TUNING],
        ['held out', HELD_OUT],
      ],
    },
  ];
  for (const one of PACKAGE_QUESTIONS) places.push(await placeOf(one, 'tuned on'));
  for (const one of PLAIN_QUESTIONS) places.push(await placeOf(one, 'plain words'));
  if (untouched) {
    for (const one of CHECK_QUESTIONS) places.push(await placeOf(one, 'checked'));
    for (const one of UNTOUCHED_QUESTIONS) places.push(await placeOf(one, 'untouched'));
  }
  return places;
}

async function placeOf({ name, within, questions, statements }: PackageQuestions, group: Group): Promise<Place> {
  const summaries = await summariesOf(await packageFolder(name), (file) => within.test(file));
  const parts: Place['parts'] = [
    ['questions', questions.map(asked)],
    ['statements', statements.map(asked)],
  ];
  return { name, summaries, group, parts: parts.filter(([, some]) => some.length > 0) };
}

const asked = ([question, ...files]: Asked): SearchQuestion => ({ question, files });

/** From 1; Infinity: nowhere. */
interface Rank {
  memory: number;
  file: number;
  /** The file, among those of what is above the floor. */
  sure: number;
}

async function rankFor(store: MemoryStore, embedder: Embedder, asked: SearchQuestion, misses: boolean): Promise<Rank> {
  const { shown, sure } = await pathsFor(store, embedder, asked.question);
  const files = [...new Set(shown)];
  const rank = { memory: rankIn(shown, asked), file: rankIn(files, asked), sure: rankIn([...new Set(sure)], asked) };
  if (misses && rank.file > 5) console.log(`    ${rank.file} ${asked.question}\n      ${files.slice(0, 4).join(' ')}`);
  return rank;
}

function rankIn(found: readonly string[], { files }: SearchQuestion): number {
  const at = found.findIndex((file) => files.includes(file));
  return at < 0 ? Number.POSITIVE_INFINITY : at + 1;
}

function printRanks(part: string, ranks: readonly Rank[]): void {
  const shares = (of: keyof Rank) => [1, 5, 10].map((most) => share(ranks, (rank) => rank[of] <= most)).join('  ');
  const ndcg = ranks.map(({ memory }) => (memory <= 10 ? 1 / Math.log2(1 + memory) : 0));
  const mean = ndcg.reduce((sum, value) => sum + value, 0) / ndcg.length;
  const count = String(ranks.length).padStart(3);
  console.log(
    `    ${part.padEnd(11)} ${count}  ${shares('memory')}   files ${shares('file')}   sure ${shares('sure')}   ${mean.toFixed(3)}`,
  );
}

async function printSilence(store: MemoryStore, embedder: Embedder, misses: boolean): Promise<void> {
  for (const [kind, questions] of Object.entries(strangers)) {
    const found: Found[] = [];
    for (const question of questions) {
      const paths = await pathsFor(store, embedder, question);
      found.push(paths);
      if (misses && paths.sure.length > 0) console.log(`    ${question}: ${paths.sure.slice(0, 3).join(' ')}`);
    }
    const nothing = (of: keyof Found) => share(found, (paths) => paths[of].length === 0);
    console.log(
      `    for ${kind} nothing sure: ${nothing('sure')}, nothing shown: ${nothing('shown')} of ${found.length}`,
    );
  }
}

interface Found {
  /** To who searches: the nearest too. */
  shown: string[];
  sure: string[];
}

async function pathsFor(store: MemoryStore, embedder: Embedder, query: string): Promise<Found> {
  const found = await ranked({ query }, { store, embedder, now: Date.now() }, store.list({ limit: 1 }).total);
  const pathsOf = (some: typeof found) => some.map(({ item }) => item.path ?? '');
  return { shown: pathsOf(found), sure: pathsOf(found.filter(({ sure }) => sure)) };
}

const share = <T>(of: readonly T[], fits: (one: T) => boolean): string =>
  `${((100 * of.filter(fits).length) / of.length).toFixed(1)} %`;
