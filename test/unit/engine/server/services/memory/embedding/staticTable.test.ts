import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { StaticEmbedder } from '../../../../../../../src/engine/server/services/memory/embedding/staticEmbedder.ts';
import { StaticTable } from '../../../../../../../src/engine/server/services/memory/embedding/staticTable.ts';
import { repository } from '../../../../../../helpers/engine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-table-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const SHIPPED = path.join(repository, 'media', 'memory', 'static-code.bin');
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** The stem of `page` is the first direction, that of `cache` the second and half as long, other words the third. */
function small(): string {
  const head = JSON.stringify({ name: 'small', dimensions: 3, buckets: 1, words: 'pag cach' });
  const padded = `${head}${' '.repeat(3 - (head.length % 4))}\n`;
  const scales = Buffer.from(Float32Array.of(1 / 127, 0.5 / 127, 0.1 / 127).buffer);
  const rows = Buffer.from(Int8Array.of(127, 0, 0, 0, 127, 0, 0, 0, 127).buffer);
  const file = path.join(folder, 'small.bin');
  writeFileSync(file, Buffer.concat([Buffer.from(padded), scales, rows]));
  return file;
}

test('a text is the weighted sum of its stems, brought to length 1', () => {
  const table = StaticTable.read(small());
  assert.deepEqual([table.name, table.dimensions], ['small', 3]);
  assert.deepEqual([...table.vectorOf('pages')], [1, 0, 0]);
  const [first, second, third] = table.vectorOf('page caching');
  const ratio = Math.sqrt((1 + Math.exp(-1 / 16)) / 2) / 2;
  assert(Math.abs(second! / first! - ratio) < 1e-6);
  assert.equal(third, 0);
  assert.deepEqual([...table.vectorOf('pageCache')], [...table.vectorOf('page_CACHES')]);
  assert.deepEqual([...table.vectorOf('unheard')], [0, 0, 1]);
  assert.deepEqual([...table.vectorOf('12 + a')], [0, 0, 0]);
});

test('a word that is there often counts by the root of it', () => {
  const table = StaticTable.read(small());
  const [page, cache] = table.vectorOf('cache cache cache cache page');
  const weights = (places: number[]) => Math.sqrt(places.reduce((sum, at) => sum + 1 + Math.exp(-at / 16), 0));
  assert(Math.abs(cache! / page! - (weights([0, 1, 2, 3]) * 0.5) / weights([4])) < 1e-6);
});

test('a table that is missing or broken is told of in words', () => {
  const none = path.join(folder, 'none.bin');
  assert.throws(
    () => StaticTable.read(none),
    /cannot search by meaning: .*none\.bin cannot be read \(ENOENT\)\. Install/,
  );
  writeFileSync(none, 'nonsense');
  assert.throws(() => StaticTable.read(none), /is no such table/);
  writeFileSync(none, readFileSync(small()).subarray(0, -1));
  assert.throws(() => StaticTable.read(none), /is not whole/);
});

test('the table that ships takes 8 MB at most, and knows what is alike', async () => {
  assert(readFileSync(SHIPPED).length <= 8e6);
  const embedder = new StaticEmbedder(SHIPPED);
  assert.equal(embedder.id, 'static-code-1');
  const [asked, right, wrong] = await embedder.embed([
    'Removes a file from disk',
    'export async function deleteFile(path) { await fs.unlink(path); }',
    'export function parseColor(text) { return hexToRgb(text.trim()); }',
  ]);
  assert.equal(asked!.length, 256);
  for (const vector of [asked!, right!, wrong!]) assert(Math.abs(dot(vector, vector) - 1) < 1e-5);
  assert(dot(asked!, right!) > dot(asked!, wrong!) + 0.2);
});

test('embedding many texts lets others have their turn, and can be stopped', async () => {
  const embedder = new StaticEmbedder(small());
  const texts = Array.from({ length: 3_000 }, (_, i) => `page ${i}`);
  let turns = 0;
  const timer = setImmediate(function again() {
    turns++;
    setImmediate(again).unref();
  });
  const vectors = await embedder.embed(texts);
  clearImmediate(timer);
  assert.equal(vectors.length, texts.length);
  assert(turns >= 10, `${turns}`);
  const stopped = new AbortController();
  setImmediate(() => stopped.abort(new Error('enough')));
  await assert.rejects(embedder.embed(texts, stopped.signal), /enough/);
});
