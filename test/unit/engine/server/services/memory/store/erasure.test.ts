import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { UNDO_FORGETTING_MS } from '../../../../../../../src/engine/server/services/memory/store/cleanUp.ts';
import { MemoryStore } from '../../../../../../../src/engine/server/services/memory/store/memoryStore.ts';
import { temporaryFolder } from '../../../storage/pages/savedPages.ts';
import { anchor, newItem } from './items.ts';

const folder = temporaryFolder();
let number = 0;
const newFile = () => path.join(folder, String(number++), 'memory.db');
/** Words that are nowhere else, and that no stemmer changes. */
const PLANTED = 'zyxomquat';
const BODY = `${PLANTED} is said here. `.repeat(20);
const VECTOR = Float32Array.from({ length: 64 }, (_, at) => Math.sin(at * 7.3));

/** All traces that a planted text can leave, in any file of a folder. */
function traces(file: string): string[] {
  const vector = Buffer.from(VECTOR.map((value) => Math.round((value * 127) / Math.max(...VECTOR.map(Math.abs)))));
  const looked: [string, Buffer][] = [
    ['as text', Buffer.from(PLANTED)],
    // FTS5 keeps of a word only what the one before it does not begin with.
    ['as the end of a word in the index', Buffer.from(PLANTED.slice(3))],
    ['as UTF-16', Buffer.from(PLANTED, 'utf16le')],
    ['compressed', deflateRawSync(BODY, { level: 9 }).subarray(0, 16)],
    ['as a vector', vector],
  ];
  return readdirSync(path.dirname(file)).flatMap((name) => {
    const bytes = readFileSync(path.join(path.dirname(file), name));
    return looked.filter(([, sought]) => bytes.includes(sought)).map(([how]) => `${name}: ${how}`);
  });
}

function cleanUp(store: MemoryStore, now = Date.now()): void {
  while (store.step(1000, now));
}

/** Others, before it and behind it, and the planted one: changed, embedded, compressed, superseded and active. */
function planted(file: string): { store: MemoryStore; ids: number[] } {
  const store = new MemoryStore(file);
  const others = (from: number) =>
    store.inTransaction(() => {
      for (let i = from; i < from + 100; i++) store.put(newItem(`k${i}`, { text: `zyx${i} says ${i}` }));
    });
  others(0);
  const sentences = [{ text: BODY, anchors: [anchor(`src/${PLANTED}.ts`, PLANTED)] }];
  const text = BODY;
  const ids = store.inTransaction(() => {
    const old = store.put(
      newItem(PLANTED, { title: PLANTED, path: `${PLANTED}/a.ts`, text, sentences, created: 1000 }),
    );
    store.setBody(old.id, `line ${PLANTED} word ${PLANTED.slice(3)}`);
    const young = store.put(newItem('fact', { text: `${PLANTED} of now` }));
    store.setVectors('e', [{ id: old.id, vector: VECTOR }]);
    return [old.id, young.id];
  }, `Remembered “${PLANTED}”`);
  others(100);
  cleanUp(store);
  store.inTransaction(() => store.change(ids[1]!, { text: `${PLANTED} again` }), `Edited “${PLANTED}”`);
  others(200);
  return { store, ids };
}

describe('erasure', () => {
  it('finds a planted text before, in every form', () => {
    const file = newFile();
    const { store } = planted(file);
    store.close();
    const found = traces(file);
    for (const how of ['as text', 'as the end of a word in the index', 'compressed', 'as a vector']) {
      assert.ok(found.includes(`memory.db: ${how}`), how);
    }
  });

  it('leaves no byte of what was erased, in file and log, when clean-up is done', () => {
    const file = newFile();
    const { store, ids } = planted(file);
    store.erase(ids, 'Erased 2 memories');
    cleanUp(store);
    assert.deepEqual(traces(file), []);
    assert.equal(store.list({}).total, 300);
    assert.equal(store.byWords('zyx7 says', 500).length, 300);
    store.close();
    assert.deepEqual(traces(file), []);
  });

  it('leaves no byte of what was forgotten, when it cannot be brought back any more and an hour has gone', () => {
    const file = newFile();
    const { store, ids } = planted(file);
    store.inTransaction(() => store.remove(ids), `Forgot “${PLANTED}”`);
    cleanUp(store, Date.now() + UNDO_FORGETTING_MS + 3_700_000);
    assert.deepEqual(traces(file), []);
    store.close();
  });

  it('leaves no byte of what was let go of', () => {
    const file = newFile();
    planted(file).store.close();
    const store = new MemoryStore(file, { budgetBytes: 1 });
    store.inTransaction(() => {
      for (const { id } of store.list({ limit: 1000 }).items) store.change(id, { kind: 'turn' });
    });
    cleanUp(store);
    assert.equal(store.list({}).total, 0);
    assert.deepEqual(traces(file), []);
    store.close();
  });

  it('leaves no file but an empty one after Erase All: none that was set aside, none of a log, and others alone', () => {
    const file = newFile();
    planted(file).store.close();
    const whole = readFileSync(file);
    // Damaged in a place, so that it is set aside, and what can be read goes over.
    writeFileSync(file, Buffer.from(whole).fill(0xa5, 2 * 8192, 3 * 8192));
    const store = new MemoryStore(file);
    assert.ok(store.status().trouble);
    assert.ok(readdirSync(path.dirname(file)).some((name) => name.includes('.broken-')));
    const neighbour = path.join(path.dirname(file), 'memory.db.txt');
    writeFileSync(neighbour, 'mine');
    store.put(newItem('last', { text: PLANTED }));
    const { items, bytes } = store.eraseAll();
    assert.ok(items > 0 && bytes > whole.length);
    assert.deepEqual(traces(file), []);
    assert.deepEqual(readdirSync(path.dirname(file)).sort(), ['memory.db', 'memory.db-wal', 'memory.db.txt']);
    assert.equal(readFileSync(neighbour, 'utf8'), 'mine');
    assert.deepEqual([store.list({}).total, store.journal(), store.status().trouble], [0, [], null]);
    store.put(newItem('new life'));
    store.close();
  });
});
