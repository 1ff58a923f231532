import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { MemoryStore } from '../../../../../../../src/engine/server/services/memory/store/memoryStore.ts';
import { temporaryFolder } from '../../../storage/pages/savedPages.ts';
import { anchor, newItem } from './items.ts';

const folder = temporaryFolder();
let number = 0;
const newFile = () => path.join(folder, String(number++), 'memory.db');

describe('MemoryStore', () => {
  it('keeps an item whole, for this user alone, until it is opened again', () => {
    const file = newFile();
    const store = new MemoryStore(file);
    const sentences = [{ text: 'It reads.', anchors: [anchor('src/a.ts', 'A.m')] }];
    const item = store.put(newItem('file:src/a.ts', { kind: 'file', path: 'src/a.ts', summary: 'Reads', sentences }));
    assert.deepEqual(store.get(item.id), item);
    assert.equal(item.supersededBy, null);
    store.close();
    const again = new MemoryStore(file);
    assert.deepEqual(again.byKey('file:src/a.ts'), item);
    assert.equal(again.status().trouble, null);
    again.close();
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('puts what has the same key in the place of what was there, which keeps id, pin, time and use', () => {
    const store = new MemoryStore(newFile());
    const first = store.put(newItem('a', { created: 5 }));
    store.change(first.id, { pinned: true });
    store.activated([first.id], 1234);
    const second = store.put(newItem('a', { text: 'Other' }));
    assert.equal(second.id, first.id);
    assert.equal(second.text, 'Other');
    assert.deepEqual([second.pinned, second.activated, second.activations, second.created], [true, 1234, 1, 5]);
    assert.equal(store.list({}).total, 1);
    store.close();
  });

  it('changes nothing when the same is put fifty times', () => {
    const store = new MemoryStore(newFile());
    const first = store.put(newItem('rule'));
    for (let i = 0; i < 50; i++) store.inTransaction(() => store.put(newItem('rule')), 'Remembered “rule”');
    assert.deepEqual(store.list({}).items, [first]);
    assert.deepEqual(store.journal(), []);
    store.close();
  });

  it('never gives the id of a removed item to another', () => {
    const store = new MemoryStore(newFile());
    const { id } = store.put(newItem('a'));
    store.remove([id]);
    assert.ok(store.put(newItem('b')).id > id);
    store.close();
  });

  it('finds an item by the stems of its file, which are told to nobody and stay while its text changes', () => {
    const file = newFile();
    const store = new MemoryStore(file);
    const item = store.put(newItem('file:src/a.ts', { kind: 'file', path: 'src/a.ts', text: 'Reads numbers.' }));
    const other = store.put(newItem('other', { text: 'The quokka itself, in a text.' }));
    store.setBody(item.id, 'quokka wombat numbat');
    const found = (word: string, from = store) => from.byWords(word, 5).map(({ id }) => id);
    assert.deepEqual(found('numbats'), [item.id]);
    assert.deepEqual(found('quokka'), [other.id, item.id]);
    assert.doesNotMatch(JSON.stringify(store.list({})) + JSON.stringify(store.get(item.id)), /numbat/);
    assert.equal(store.get(item.id)!.changed, item.changed);
    store.put(newItem('file:src/a.ts', { kind: 'file', path: 'src/a.ts', text: 'Reads letters.' }));
    store.change(item.id, { pinned: true });
    assert.deepEqual([found('numbat'), found('letters'), found('numbers')], [[item.id], [item.id], []]);
    store.inTransaction(() => store.remove([item.id]), 'Forgot it');
    assert.deepEqual(found('numbat'), []);
    store.undo(store.journal()[0]!.id);
    assert.deepEqual(found('numbat'), [item.id]);
    store.setBody(item.id, 'wombat');
    assert.deepEqual([found('numbat'), store.body(item.id)], [[], 'wombat']);
    store.setBody(item.id, '');
    assert.deepEqual([found('wombat'), store.body(item.id)], [[], '']);
    store.close();
  });

  it('reads many vectors in steps: searches find none before, and all afterwards', () => {
    const file = newFile();
    const filled = new MemoryStore(file);
    const count = 4_300;
    const east = Float32Array.of(1, 0, 0, 0);
    filled.inTransaction(() => {
      for (let i = 0; i < count; i++) {
        const { id } = filled.put(newItem(String(i)));
        filled.setVectors('e', [{ id, vector: Float32Array.of(0, 1, 0, i / count) }]);
      }
    });
    filled.close();
    const store = new MemoryStore(file);
    assert.deepEqual(store.byVector(east, 5), []);
    store.close();
    const warmed = new MemoryStore(file);
    assert.equal(warmed.warm(0), true);
    // Written while the others are being read.
    const [first, last] = [1, count].map((n) => warmed.byKey(String(n - 1))!.id);
    warmed.setVectors(
      'e',
      [first!, last!].map((id) => ({ id, vector: east })),
    );
    warmed.remove([warmed.byKey('1')!.id, warmed.byKey('4000')!.id]);
    let steps = 0;
    while (warmed.warm(0)) steps++;
    assert.ok(steps > 10);
    assert.deepEqual(new Set(warmed.byVector(east, 2).map(({ id }) => id)), new Set([first, last]));
    assert.equal(warmed.byVector(east, count).length, count - 2);
    warmed.close();
  });

  it('finds identifiers by their parts, names before texts, and only of the kinds asked for', () => {
    const store = new MemoryStore(newFile());
    const named = store.put(newItem('a', { title: 'maxTokens', kind: 'symbol', text: 'How long it may be.' }));
    const told = store.put(
      newItem('b', { title: 'remark', text: 'the max_token of an answer, which is a number of words' }),
    );
    store.put(newItem('c', { text: 'nothing of this' }));
    const ids = (query: string, kinds?: ['fact']) => store.byWords(query, 10, kinds).map(({ id }) => id);
    assert.deepEqual(ids('MAX_TOKENS'), [named.id, told.id]);
    assert.deepEqual(ids('tokens', ['fact']), [told.id]);
    assert.deepEqual(ids('"tokens" AND NOT ( ** ^ :'), [named.id, told.id]);
    assert.deepEqual(ids(''), []);
    assert.deepEqual(ids('zebra'), []);
    assert.ok(store.byWords('tokens', 10).every(({ score }) => score > 0));
    store.close();
  });

  it('takes a word for rare that few texts have, though it is the name of a kind of many items', () => {
    const store = new MemoryStore(newFile());
    const said = ['symbol', 'zebra'].map((word) => store.put(newItem(word, { text: `It asks for ${word}.` })));
    for (let i = 0; i < 50; i++) store.put(newItem(`${i}`, { kind: 'symbol', text: 'nothing of this' }));
    const [symbol, zebra] = ['symbol', 'zebra'].map((word) => store.byWords(word, 9));
    assert.deepEqual(
      [symbol, zebra].map((found) => found!.map(({ id }) => id)),
      said.map(({ id }) => [id]),
    );
    assert.equal(symbol![0]!.score, zebra![0]!.score);
    store.close();
  });

  it('finds runs of Chinese by a part of them', () => {
    const store = new MemoryStore(newFile());
    const { id } = store.put(newItem('a', { text: '我们使用制表符缩进代码' }));
    assert.deepEqual(
      store.byWords('制表符', 5).map(({ id }) => id),
      [id],
    );
    store.close();
  });

  it('finds no superseded item, by words or by vector, until it is no more', () => {
    const store = new MemoryStore(newFile());
    const old = store.put(newItem('old', { text: 'tabs' }));
    const young = store.put(newItem('new', { text: 'spaces' }));
    const vector = new Float32Array(64).fill(1);
    store.setVectors('e', [{ id: old.id, vector }]);
    const found = () => [store.byWords('tabs', 5).length, store.byVector(vector, 5).length];
    assert.deepEqual(found(), [1, 1]);
    store.change(old.id, { supersededBy: young.id });
    assert.deepEqual(found(), [0, 0]);
    assert.deepEqual(
      store.list({}).items.map(({ id }) => id),
      [young.id],
    );
    assert.equal(store.list({ superseded: true }).total, 2);
    store.change(old.id, { supersededBy: null });
    assert.deepEqual(found(), [1, 1]);
    store.close();
  });

  it('compares vectors of one embedder only, and asks for those that are missing', () => {
    const store = new MemoryStore(newFile());
    const [a, b] = [store.put(newItem('a')), store.put(newItem('b'))];
    const [east, north] = [new Float32Array([1, 0, 0.1]), new Float32Array([0, 1, 0.1])];
    assert.deepEqual(store.withoutVector('one', 9), [b.id, a.id]);
    store.setVectors('one', [
      { id: a.id, vector: east },
      { id: b.id, vector: north },
    ]);
    assert.deepEqual(store.withoutVector('one', 9), []);
    assert.deepEqual(
      store.byVector(east, 9).map(({ id }) => id),
      [a.id, b.id],
    );
    assert.equal(store.get(a.id)?.embedder, 'one');
    store.setVectors('two', [{ id: b.id, vector: east }]);
    assert.deepEqual(
      store.byVector(east, 9).map(({ id }) => id),
      [b.id],
    );
    assert.deepEqual(
      store.byVector(east, 9, undefined, 'one').map(({ id }) => id),
      [a.id],
    );
    assert.deepEqual(store.withoutVector('two', 9), [a.id]);
    assert.deepEqual(store.byVector(new Float32Array(7), 9), []);
    store.change(b.id, { text: 'other' });
    assert.deepEqual(store.withoutVector('two', 9), [b.id, a.id]);
    assert.throws(() => store.setVectors('two', [{ id: a.id, vector: new Float32Array([Number.NaN]) }]), RangeError);
    store.close();
  });

  it('lists from the newest change, by kind, path and pin, in pages', () => {
    const store = new MemoryStore(newFile());
    const paths = ['src', 'src/a.ts', 'src/b/c.ts', 'src0', 'srcs/a.ts', null];
    const items = paths.map((path, at) =>
      store.put(newItem(`k${at}`, { path, created: at, kind: at < 2 ? 'file' : 'fact' })),
    );
    const keys = (filter: object) => store.list(filter).items.map(({ key }) => key);
    assert.deepEqual(keys({ path: 'src' }), ['k2', 'k1', 'k0']);
    assert.deepEqual(keys({ path: '' }).length, 6);
    assert.deepEqual(keys({ kinds: ['file'] }), ['k1', 'k0']);
    assert.deepEqual(keys({ offset: 1, limit: 2 }), ['k4', 'k3']);
    assert.equal(store.list({ limit: 1 }).total, 6);
    store.change(items[3]!.id, { pinned: true });
    assert.deepEqual(keys({ pinned: true }), ['k3']);
    store.close();
  });

  it('takes back all of a transaction that fails, and only the inner one of two', () => {
    const store = new MemoryStore(newFile());
    const vector = new Float32Array(32).fill(1);
    store.setVectors('e', [{ id: store.put(newItem('a')).id, vector }]);
    assert.equal(store.byVector(vector, 5).length, 1);
    assert.throws(() =>
      store.inTransaction(() => {
        store.remove([1]);
        throw new Error('no');
      }, 'Forgot'),
    );
    assert.equal(store.byVector(vector, 5).length, 1);
    store.inTransaction(() => {
      store.put(newItem('b'));
      assert.throws(() =>
        store.inTransaction(() => {
          store.put(newItem('c'));
          throw new Error('no');
        }),
      );
    }, 'Remembered');
    assert.deepEqual(
      store
        .list({})
        .items.map(({ key }) => key)
        .sort(),
      ['a', 'b'],
    );
    assert.equal(store.journal().length, 1);
    store.close();
  });

  it('keeps files and small values', () => {
    const store = new MemoryStore(newFile());
    const file = { path: 'a', size: 3, mtimeMs: 1.5, contentHash: 'c', treeHash: 't' };
    store.putFile(file);
    assert.deepEqual(store.file('a'), file);
    store.putFile({ ...file, size: 4 });
    assert.deepEqual(store.files(), [{ ...file, size: 4 }]);
    store.removeFiles(['a', 'b']);
    assert.equal(store.file('a'), undefined);
    store.setValue('at', '7');
    assert.equal(store.value('at'), '7');
    store.setValue('at', undefined);
    assert.equal(store.value('at'), undefined);
    store.close();
  });

  it('says in words that another has the file open', () => {
    const file = newFile();
    const store = new MemoryStore(file);
    store.put(newItem('a'));
    assert.throws(() => new MemoryStore(file), /in use by another process/);
    store.close();
  });
});
