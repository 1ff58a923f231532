/**
 * `npm run eval:search [-- --folder FOLDER] [--misses]`: how often the places that a search finds in this repository are of
 * the right file, and how long a question takes, and holds the event loop, in this repository or another one.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Slices } from '../../../src/engine/server/core/slices.ts';
import { FolderSearch } from '../../../src/engine/server/services/search/folderSearch.ts';
import { parseQuery } from '../../../src/engine/server/services/search/query.ts';
import { type Row, table } from '../../bench/report.ts';
import { repository } from '../../helpers/engine.ts';
import { HELD_OUT, type SearchQuestion, TUNING } from './questions.ts';

const { values } = parseArgs({
  options: { folder: { type: 'string' }, misses: { type: 'boolean', default: false } },
});
const TOP = 10;
/** Each question is asked so often for its time. */
const ROUNDS = 5;
const never = new AbortController().signal;
/** The questions themselves are in the repository: that they are found says nothing. */
const within = (file: string): boolean => !file.startsWith('test/eval/search/');

async function open(folder: string): Promise<FolderSearch> {
  const search = new FolderSearch({ folder, slices: new Slices(), documents: () => [] });
  await search.ask({ query: parseQuery('everything'), top: 1, within, waitMs: 600_000 }, never);
  assert.equal(search.reading, 1);
  return search;
}

const ask = (search: FolderSearch, question: string) =>
  search.ask({ query: parseQuery(question), top: TOP, within, waitMs: 0 }, never);

/** Where the first right file stands among the files that were found, from 1; Infinity: nowhere. */
async function rankOf(search: FolderSearch, { question, files }: SearchQuestion): Promise<number> {
  const found = (await ask(search, question)).places.map((place) => place.path);
  const at = found.findIndex((file) => files.includes(file));
  if (at !== 0 && values.misses) console.log(`  ${at + 1 || '-'} ${question}\n     ${found.slice(0, 3).join(' ')}`);
  return at < 0 ? Number.POSITIVE_INFINITY : at + 1;
}

/** In milliseconds. */
interface Times {
  whole: number;
  held: number;
}

/** Milliseconds that this thread has worked, so far: what other programs take from it does not count. */
function worked(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Milliseconds of a question, and the longest work of it that nobody else had a turn in. */
async function timeOf(search: FolderSearch, question: string): Promise<Times> {
  let [over, held] = [false, 0];
  const watching = (async () => {
    for (let last = worked(); !over; last = worked()) {
      await turn();
      held = Math.max(held, worked() - last);
    }
  })();
  await turn();
  const began = performance.now();
  await ask(search, question);
  const whole = performance.now() - began;
  over = true;
  await watching;
  return { whole, held };
}

function quantile(times: readonly Times[], what: keyof Times, share: number): number {
  const sorted = times.map((one) => one[what]).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

const all = [...TUNING, ...HELD_OUT];
for (const { files } of all)
  for (const file of files) assert(existsSync(path.join(repository, file)), `${file} is there no more`);

const search = await open(repository);
const rows: Row[] = [];
for (const [name, questions] of [
  ['tuning', TUNING],
  ['held out', HELD_OUT],
] as const) {
  const ranks: number[] = [];
  for (const one of questions) ranks.push(await rankOf(search, one));
  for (const most of [1, 5, TOP]) {
    const value = (100 * ranks.filter((rank) => rank <= most).length) / ranks.length;
    rows.push({
      group: `recall, ${name}`,
      name: `among the first ${most}`,
      value,
      unit: '%',
      note: `${ranks.length} questions`,
    });
  }
}

const timed = values.folder === undefined ? search : await open(path.resolve(values.folder));
const times: Times[] = [];
for (const { question } of all) {
  const some: Times[] = [];
  for (let round = 0; round < ROUNDS; round++) some.push(await timeOf(timed, question));
  const median = (what: keyof Times) => quantile(some, what, 0.5);
  times.push({ whole: median('whole'), held: median('held') });
}
for (const [what, group] of [
  ['whole', 'a question'],
  ['held', 'holds the loop'],
] as const) {
  for (const [name, share] of [
    ['median', 0.5],
    ['p95', 0.95],
    ['longest', 1],
  ] as const)
    rows.push({ group, name, value: quantile(times, what, share), unit: 'ms', note: `${timed.files} files` });
}
console.log(table(rows));
for (const one of new Set([search, timed])) one.dispose();
