import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { UNDO_FORGETTING_MS } from '../../../../../../../src/engine/server/services/memory/store/cleanUp.ts';
import { MemoryStore } from '../../../../../../../src/engine/server/services/memory/store/memoryStore.ts';
import { temporaryFolder } from '../../../storage/pages/savedPages.ts';
import { newItem } from './items.ts';

const folder = temporaryFolder();
let number = 0;
const newFile = () => path.join(folder, String(number++), 'memory.db');
const DAY = 86_400_000;

function cleanUp(store: MemoryStore, now = Date.now()): void {
  while (store.step(1000, now));
}

describe('CleanUp', () => {
  it('lets what was forgotten be brought back for some minutes, and then no more', () => {
    const store = new MemoryStore(newFile());
    const { id } = store.inTransaction(() => store.put(newItem('a', { text: 'planted' })), 'Remembered “planted”');
    store.inTransaction(() => store.remove([id]), 'Forgot “planted”');
    cleanUp(store);
    const [forgot] = store.journal();
    assert.equal(forgot?.final, false);
    cleanUp(store, Date.now() + UNDO_FORGETTING_MS + 1);
    assert.deepEqual(
      store.journal().map(({ what, final }) => [what, final]),
      [
        ['Forgot “…”', true],
        ['Remembered “…”', true],
      ],
    );
    assert.throws(() => store.undo(forgot!.id), /erased for good/);
    store.close();
  });

  it('drops changes that are old, and the oldest beyond a thousand', () => {
    const store = new MemoryStore(newFile());
    store.inTransaction(() => store.put(newItem('0')), 'old');
    cleanUp(store, Date.now() + 31 * DAY);
    assert.deepEqual(store.journal(), []);
    store.inTransaction(() => {
      for (let i = 0; i < 1010; i++) store.erase([store.put(newItem(`k${i}`)).id], `change ${i}`);
    });
    cleanUp(store);
    const left = store.journal(2000);
    assert.deepEqual([left.length, left[0]?.what, left.at(-1)?.what], [1000, 'change 1009', 'change 10']);
    store.close();
  });

  it('compresses what was not used for long, which reads as before', () => {
    const file = newFile();
    const store = new MemoryStore(file, { hotBytes: 1 });
    const text = 'nothing new '.repeat(400);
    const sentences = [{ text, anchors: [] }];
    const old = store.put(newItem('old', { text, sentences, created: Date.now() - 60 * DAY }));
    const used = store.put(newItem('used', { text, created: Date.now() - 60 * DAY }));
    const short = store.put(newItem('short', { created: Date.now() - 60 * DAY }));
    store.activated([used.id], Date.now());
    cleanUp(store);
    assert.deepEqual(store.get(old.id), old);
    assert.deepEqual(store.byWords('nothing', 1).length, 1);
    store.close();
    const database = new DatabaseSync(file);
    const types = database.prepare('SELECT typeof(text) AS type FROM items ORDER BY id').all();
    assert.deepEqual(
      types.map(({ type }) => type),
      ['blob', 'text', 'text'],
    );
    database.close();
    const again = new MemoryStore(file);
    assert.equal(again.change(old.id, { text: 'now this' })?.text, 'now this');
    assert.deepEqual(
      again.byWords('nothing', 9).map(({ id }) => id),
      [used.id],
    );
    assert.deepEqual(
      again.byWords('now', 9).map(({ id }) => id),
      [old.id],
    );
    assert.equal(again.remove([old.id, used.id, short.id]), 3);
    assert.deepEqual(again.byWords('nothing new this says', 9), []);
    again.close();
  });

  it('lets go of what is worth least until the file is small enough: nothing pinned, nothing a person wrote', () => {
    const file = newFile();
    const budgetBytes = 600_000;
    const store = new MemoryStore(file, { budgetBytes });
    const now = Date.now();
    const long = (i: number) => Array.from({ length: 120 }, (_, j) => `word${i}x${j}`).join(' ');
    const code = { kind: 'symbol', source: 'code', made: 'extracted' } as const;
    const keep = store.inTransaction(() => {
      for (let i = 0; i < 600; i++)
        store.put(newItem(`symbol:${i}`, { ...code, text: long(i), created: now - i * DAY }));
      const used = store.put(newItem('symbol:used', { ...code, text: long(7000), created: now - 300 * DAY }));
      store.activated([used.id, used.id, used.id], now);
      const pinned = store.put(newItem('symbol:pinned', { ...code, text: long(7001), pinned: true, created: 0 }));
      const fact = store.put(newItem('fact', { text: long(7002), created: 0 }));
      return [used.id, pinned.id, fact.id];
    });
    cleanUp(store, now);
    const { items } = store.list({ limit: 1000 });
    assert.ok(store.status().bytes <= budgetBytes, `${store.status().bytes} bytes`);
    assert.ok(items.length < 550 && items.length > 50, `${items.length} items`);
    for (const id of keep) assert.ok(store.get(id));
    const left = items.filter(({ key }) => /\d/.test(key)).map(({ key }) => Number(key.slice(7)));
    assert.equal(Math.max(...left), left.length - 1, 'the youngest are left');
    assert.match(store.journal()[0]!.what, new RegExp(`^Let go of ${603 - items.length} memories`));
    assert.equal(store.journal().length, 1);

    store.setBudget(budgetBytes / 2);
    cleanUp(store, now);
    assert.equal(store.status().budgetBytes, budgetBytes / 2);
    assert.ok(store.status().bytes <= budgetBytes / 2, `${store.status().bytes} bytes`);
    for (const id of keep) assert.ok(store.get(id));
    store.close();
  });

  it('does not go on for ever where all that is left is kept by rule', () => {
    const store = new MemoryStore(newFile(), { budgetBytes: 1000 });
    store.put(newItem('a', { pinned: true }));
    cleanUp(store);
    assert.equal(store.list({}).total, 1);
    assert.ok(store.status().bytes > 1000);
    store.close();
  });

  it('gives room back to the disk, and leaves no log', () => {
    const file = newFile();
    const store = new MemoryStore(file);
    const ids = store.inTransaction(() =>
      Array.from({ length: 500 }, (_, i) => store.put(newItem(`k${i}`, { text: `text ${i} `.repeat(200) })).id),
    );
    cleanUp(store);
    const full = statSync(file).size;
    store.erase(ids, 'Erased 500 memories');
    cleanUp(store);
    assert.ok(statSync(file).size < full / 4);
    assert.equal(statSync(`${file}-wal`).size, 0);
    store.close();
  });

  it('does a little at a time', () => {
    const store = new MemoryStore(newFile());
    store.inTransaction(() => {
      for (let i = 0; i < 200; i++) store.put(newItem(`k${i}`, { text: 'again '.repeat(100), created: 0 }));
    });
    let steps = 1;
    while (store.step(0)) steps++;
    assert.ok(steps > 3);
    store.close();
  });
});
