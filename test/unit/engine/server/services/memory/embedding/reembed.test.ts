import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ModelEmbedder } from '../../../../../../../src/engine/server/services/memory/embedding/modelEmbedder.ts';
import { step, textOf } from '../../../../../../../src/engine/server/services/memory/embedding/reembed.ts';
import type { NewItem } from '../../../../../../../src/engine/server/services/memory/items.ts';
import { search } from '../../../../../../../src/engine/server/services/memory/ranking/search.ts';
import { MemoryStore } from '../../../../../../../src/engine/server/services/memory/store/memoryStore.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-reembed-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const fact = (text: string): NewItem => ({
  kind: 'fact',
  source: 'person',
  made: 'person',
  key: `fact:${text}`,
  title: text,
  path: null,
  text,
  sentences: [],
});
/** A direction for each first letter. */
const byLetter = (id: string, on: () => void = () => {}) =>
  new ModelEmbedder({
    id,
    dimensions: 26,
    vectors: async (texts) => {
      on();
      return texts.map((text) => Float32Array.from({ length: 26 }, (_, i) => (text.charCodeAt(0) - 97 === i ? 1 : 0)));
    },
  });
const WORDS = ['apple tree', 'bread oven', 'cheese board', 'dough bowl', 'egg cup'];

function filled(name: string): MemoryStore {
  const store = new MemoryStore(path.join(folder, `${name}.db`));
  for (const word of WORDS) store.put(fact(word));
  return store;
}

test('steps give every item a vector, the newest first, and end', async () => {
  const store = filled('steps');
  const embedder = byLetter('x');
  const done: number[] = [];
  for (let count = -1; count !== 0; done.push(count)) count = await step(store, embedder, { atOnce: 2 });
  assert.deepEqual(done, [2, 2, 1, 0]);
  assert.equal(store.status().unembedded, 0);
  assert.equal(store.status().embedder, 'model:x');
  store.close();
});

test('another embedder begins anew, can be interrupted and goes on, and search finds by words meanwhile', async () => {
  const store = filled('change');
  while ((await step(store, byLetter('old'))) > 0);
  const embedder = byLetter('new');
  await step(store, embedder, { atOnce: 2 });
  assert.equal(store.withoutVector('model:new', 10).length, 3);
  const find = async (query: string) => {
    const checker = { check: async () => [] };
    const { hits } = await search({ query, top: 3 }, { store, embedder, checker, now: Date.now() });
    return hits.map(({ item }) => item.text);
  };
  for (const word of WORDS) assert.deepEqual(await find(word), [word]);
  const stop = new AbortController();
  stop.abort(new Error('closing'));
  await assert.rejects(step(store, embedder, { signal: stop.signal }), /closing/);
  assert.equal(store.withoutVector('model:new', 10).length, 3);
  while ((await step(store, embedder)) > 0);
  assert.equal(store.withoutVector('model:new', 10).length, 0);
  store.close();
});

test('what was changed or forgotten while its vector was made does not get it', async () => {
  const store = filled('race');
  const [changed, forgotten] = WORDS.map((word) => store.byKey(`fact:${word}`)!);
  let rounds = 0;
  const embedder = byLetter('x', () => {
    if (rounds++ > 0) return;
    store.change(changed!.id, { text: 'zebra crossing' });
    store.remove([forgotten!.id]);
  });
  await step(store, embedder);
  assert.deepEqual(store.withoutVector('model:x', 10), [changed!.id]);
  assert.equal(store.get(forgotten!.id), undefined);
  await step(store, embedder);
  assert.deepEqual(store.withoutVector('model:x', 10), []);
  store.close();
});

test('what is embedded of an item is its title, its path and its text', () => {
  assert.equal(textOf({ title: 'a.ts', path: 'src/a.ts', text: 'It does a.' }), 'a.ts\nsrc/a.ts\nIt does a.');
  assert.equal(textOf({ title: '', path: null, text: 'Yes.' }), 'Yes.');
});

test('a model is asked for as many texts as a request may have, and must answer for each', async () => {
  const sizes: number[] = [];
  const vectors = async (texts: readonly string[]) => {
    sizes.push(texts.length);
    return texts.map(() => Float32Array.of(1));
  };
  const embedder = new ModelEmbedder({ id: 'x', dimensions: 1, vectors });
  assert.equal((await embedder.embed(Array.from({ length: 2_500 }, () => 'a'))).length, 2_500);
  assert.deepEqual(sizes, [1024, 1024, 452]);
  const short = new ModelEmbedder({ id: 'y', dimensions: 1, vectors: async () => [] });
  await assert.rejects(short.embed(['a']), /gave 0 vectors for 1 texts/);
});
