/**
 * What indexing costs: copies up to 5,000 files of code out of the folders that it is given, fills up to 500 MB with files
 * that are too large or no code, indexes that with the real store and summaries, and tells how long the event loop of the
 * thread was held, how long it took, and what is in memory and on disk; then the same of a scan and of one edit.
 *
 *     node test/eval/memory/indexing/measure.ts FOLDER...
 */
import {
  appendFileSync,
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { realIndexer } from '../../../unit/engine/server/services/memory/indexing/realParts.ts';

const FILES = 5_000;
const BYTES = 500e6;
const CODE = '**/*.{ts,tsx,mts,js,jsx,mjs,cjs,py,go,rs,c,h,cpp,java,rb,cs,php,md,json,css}';
const LARGEST = 512 * 1024;

const root = mkdtempSync(path.join(tmpdir(), 'quire-measured-'));
const folder = path.join(root, 'folder');
const database = path.join(root, 'memory.db');

function fill(): { files: number; code: number; bytes: number } {
  let [files, code, bytes] = [0, 0, 0];
  let last = '';
  for (const from of process.argv.slice(2)) {
    for (const file of globSync(CODE, { cwd: from })) {
      if (files === FILES * 0.92) break;
      const whole = path.join(from, file);
      const stats = statSync(whole);
      if (!stats.isFile() || stats.size > LARGEST || stats.size < 200 || /\.min\./.test(file)) continue;
      // Packages lie in a folder that is never indexed.
      last = path.join(folder, path.basename(from), file.replaceAll('node_modules', 'packages'));
      mkdirSync(path.dirname(last), { recursive: true });
      copyFileSync(whole, last);
      files++;
      bytes += stats.size;
    }
  }
  code = bytes;
  const line = 'a line of data that a program wrote, with a number of its own, 1234567890\n';
  for (let at = 0; files < FILES; at++, files++) {
    const size = Math.max(LARGEST * 1.1, (BYTES - bytes) / (FILES - files));
    mkdirSync(path.join(folder, `data/${at % 10}`), { recursive: true });
    writeFileSync(path.join(folder, `data/${at % 10}/${at}.txt`), line.repeat(Math.ceil(size / line.length)));
    bytes += size;
  }
  return { files, code, bytes };
}

/** Processor time of the thread between two looks at whether others are busy: what a search has to wait for. */
let pieces: number[] = [];
let last = process.threadCpuUsage();
function noteWork(): false {
  const { user, system } = process.threadCpuUsage(last);
  pieces.push((user + system) / 1000);
  last = process.threadCpuUsage();
  return false;
}

async function measured(what: string, work: () => Promise<unknown>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const begun = performance.now();
  const cpu = process.cpuUsage();
  delay.enable();
  noteWork();
  pieces = [];
  await work();
  delay.disable();
  const { user, system } = process.cpuUsage(cpu);
  const ms = (nanoseconds: number) => Number((nanoseconds / 1e6).toFixed(1));
  const over = [50, 90, 99, 99.9].map((share) => `p${share} ${ms(delay.percentile(share))}`).join(', ');
  console.log(
    `${what}: ${Math.round(performance.now() - begun)} ms (${Math.round((user + system) / 1000)} of the processor); ` +
      `pieces of work in ms of it: ${sharesOf(pieces)}; delay of the event loop in ms: ${over}, most ${ms(delay.max)}`,
  );
}

function sharesOf(numbers: number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(1);
  return `p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}, most ${at(1)}`;
}

const { files, code, bytes } = fill();
console.log(`${files} files, ${(bytes / 1e6).toFixed(0)} MB, ${(code / 1e6).toFixed(0)} MB of it code`);
const { indexer, store, close } = realIndexer(folder, database, { restMs: 2, busy: noteWork });
let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss);
}, 100);
await measured('first', () => indexer.index({ beyondBudget: true }));
clearInterval(watch);
console.log(`${JSON.stringify(indexer.status)}`);
console.log(
  `${JSON.stringify(store.status().items)}, ${(statSync(database).size / 1e6).toFixed(0)} MB on disk, ` +
    `${(peak / 1e6).toFixed(0)} MB in memory at most`,
);
const { heapUsed, external, rss } = process.memoryUsage();
console.log(
  `in memory then: ${[rss, heapUsed, external].map((one) => (one / 1e6).toFixed(0)).join(', ')} MB (all, heap, buffers)`,
);
await measured('nothing changed', () => indexer.index({ beyondBudget: true }));
const some = store.files().filter(({ path: one }) => one.endsWith('.ts'))[100]!.path;
appendFileSync(path.join(folder, some), '\nexport function addedToIt(): number {\n  return 1;\n}\n');
await measured('one edit that is told of', async () => {
  indexer.changed([some]);
  while (indexer.status.state === 'running') await new Promise((resolve) => setTimeout(resolve, 1));
});
await measured('a scan after it', () => indexer.index({ beyondBudget: true }));
await close();
rmSync(root, { recursive: true });
