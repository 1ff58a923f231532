/**
 * How long the engine's own thread is held while the memory thread indexes: up to 5,000 files of code out of the folders that
 * it is given, in the real thread, with the flag for keystrokes looked after as in the engine.
 *
 *     node test/eval/memory/service/measure.ts FOLDER...
 */
import { copyFileSync, globSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineHelp } from '../../../../src/engine/server/services/memory/engineHelp.ts';
import { MemoryThread } from '../../../../src/engine/server/services/memory/memoryThread.ts';

const FILES = 5_000;
const CODE = '**/*.{ts,tsx,mts,js,jsx,mjs,cjs,py,go,rs,c,h,cpp,java,rb,cs,php,md,json,css}';
const LARGEST = 512 * 1024;

const root = mkdtempSync(path.join(tmpdir(), 'quire-thread-measured-'));
const folder = path.join(root, 'folder');
let [files, bytes] = [0, 0];
for (const from of process.argv.slice(2)) {
  for (const file of globSync(CODE, { cwd: from })) {
    if (files === FILES) break;
    const whole = path.join(from, file);
    const stats = statSync(whole);
    if (!stats.isFile() || stats.size > LARGEST || stats.size < 200 || /\.min\./.test(file)) continue;
    // Packages lie in a folder that is never indexed.
    const to = path.join(folder, path.basename(from), file.replaceAll('node_modules', 'packages'));
    mkdirSync(path.dirname(to), { recursive: true });
    copyFileSync(whole, to);
    files++;
    bytes += stats.size;
  }
}

const thread = new MemoryThread({ log: (level, message) => console.log(level, message) }, (event) => help.hear(event));
const none = () => Promise.reject(new Error('There is no model here.'));
const models = { list: () => [], embedders: () => [] };
const help = new EngineHelp({
  models,
  embed: none,
  generate: none,
  workspaceOf: () => undefined,
  answer: () => undefined,
});
thread.send('memory', 'begin', { budget: { indexMs: 600_000, modelTokens: 200_000, bytes: 2 ** 28 }, busy: help.busy });

async function delays(what: string, work: () => Promise<unknown>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const begun = performance.now();
  delay.enable();
  await work();
  delay.disable();
  const ms = (nanoseconds: number) => (nanoseconds / 1e6).toFixed(1);
  const over = [50, 95, 99, 99.9].map((share) => `p${share} ${ms(delay.percentile(share))}`).join(', ');
  console.log(
    `${what}: ${Math.round(performance.now() - begun)} ms; delay of the event loop in ms: ${over}, most ${ms(delay.max)}`,
  );
}

console.log(`${files} files, ${(bytes / 1e6).toFixed(0)} MB`);
await delays('idle', () => sleep(10_000));
const place = { file: path.join(root, 'memory.sqlite'), folder, reading: true, follows: false };
await delays('indexing', () => thread.ask(place, 'index', {}));
console.log((await thread.ask(place, 'status', {})).items);
await thread.close();
rmSync(root, { recursive: true, force: true });
