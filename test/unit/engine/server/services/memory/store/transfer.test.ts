import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MemoryStore } from '../../../../../../../src/engine/server/services/memory/store/memoryStore.ts';
import { exportMemory, importMemory } from '../../../../../../../src/engine/server/services/memory/store/transfer.ts';
import { secretIn } from '../../../../../../../src/engine/server/services/memory/stream/secrets.ts';
import { temporaryFolder } from '../../../storage/pages/savedPages.ts';
import { anchor, newItem } from './items.ts';

const folder = temporaryFolder();
let number = 0;
const opened = () => new MemoryStore(path.join(folder, String(number++), 'memory.db'));
const factOf = (text: string) => newItem(`fact:${text}`, { text, source: 'import' });
const take = (store: MemoryStore, text: string, mode: 'merge' | 'replace' = 'merge') =>
  importMemory(store, text, { mode, factOf, secretIn });
const textsOf = (store: MemoryStore) =>
  store
    .list({ superseded: true })
    .items.map(({ text }) => text)
    .sort();

function filled(): MemoryStore {
  const store = opened();
  const gone = store.put(newItem('gone'));
  const sentences = [{ text: 'It reads.', anchors: [anchor('src/a.ts', 'A.m'), anchor('src/a.ts')] }];
  store.put(
    newItem('file:src/a.ts', {
      kind: 'file',
      source: 'code',
      made: 'extracted',
      path: 'src/a.ts',
      summary: 'Reads',
      sentences,
    }),
  );
  const old = store.put(newItem('old', { text: 'Use tabs\n\nEverywhere' }));
  const young = store.put(newItem('young', { text: 'Use spaces', recalled: [old.id], pinned: true }));
  store.change(old.id, { supersededBy: young.id });
  store.activated([young.id], 77);
  store.remove([gone.id]);
  return store;
}

describe('transfer', () => {
  it('brings the same memory back when it was exported, erased and imported', () => {
    const store = filled();
    const before = exportMemory(store, 'json');
    const items = store.list({ superseded: true });
    store.eraseAll();
    assert.deepEqual(take(store, before), { added: 3, same: 0, refused: [] });
    assert.equal(exportMemory(store, 'json'), before);
    assert.deepEqual(store.list({ superseded: true }), items);
    assert.deepEqual(store.byWords('tabs', 5), []);
    assert.equal(store.byWords('spaces', 5).length, 1);
    store.close();
  });

  it('leaves what is there as it is, and follows ids into another memory', () => {
    const [from, into] = [filled(), opened()];
    for (let i = 0; i < 10; i++) into.put(newItem(`mine ${i}`));
    into.put(newItem('young', { text: 'Mine' }));
    const text = exportMemory(from, 'json');
    assert.deepEqual(take(into, text), { added: 2, same: 1, refused: [] });
    assert.deepEqual(take(into, text), { added: 0, same: 3, refused: [] });
    assert.equal(into.byKey('young')?.text, 'Mine');
    assert.equal(into.byKey('old')?.supersededBy, into.byKey('young')?.id);
    assert.equal(into.list({ superseded: true }).total, 13);
    from.close();
    into.close();
  });

  it('is one change, which can be undone', () => {
    const [from, into] = [filled(), opened()];
    into.put(newItem('mine', { text: 'Mine' }));
    take(into, exportMemory(from, 'json'), 'replace');
    assert.deepEqual(textsOf(into), textsOf(from));
    into.undo(into.journal(1)[0]!.id);
    assert.deepEqual(textsOf(into), ['Mine']);
    from.close();
    into.close();
  });

  const hostile: [field: string, value: unknown][] = [
    ['id', -1],
    ['id', 2 ** 53],
    ['kind', 'admin'],
    ['source', 'root'],
    ['made', null],
    ['key', 'a\0b'],
    ['title', 'x'.repeat(2000)],
    ['text', ['x']],
    ['text', '\ud800'],
    ['text', 'x'.repeat(2 ** 20 + 1)],
    ['path', '../../etc/passwd'],
    ['path', '/etc/passwd'],
    ['path', 'C:/Windows'],
    ['path', 'a\\..\\b'],
    ['sentences', 'none'],
    ['sentences', [{ text: 'a', anchors: [{ path: '../x', symbol: null, hash: 'ab' }] }]],
    ['sentences', [{ text: 'a', anchors: [{ path: 'x', symbol: 3, hash: 'ab' }] }]],
    ['sentences', [{ text: 'a', anchors: [{ path: 'x', symbol: null, hash: '<script>' }] }]],
    ['created', 'now'],
    ['pinned', 1],
    ['supersededBy', '1; DROP TABLE items'],
    ['recalled', [1.5]],
  ];
  it('refuses an item with a field that is not what it should be, says which, and takes the others', () => {
    for (const [field, value] of hostile) {
      const [from, into] = [filled(), opened()];
      const file = JSON.parse(exportMemory(from, 'json'));
      file.items[1][field] = value;
      const { added, refused } = take(into, JSON.stringify(file));
      assert.equal(added, 2, field);
      assert.equal(refused.length, 1);
      assert.match(refused[0]!, /^Item 2: /);
      const before = exportMemory(into, 'json');
      assert.throws(() => take(into, JSON.stringify(file), 'replace'), /Nothing was replaced: Item 2: /);
      assert.equal(exportMemory(into, 'json'), before);
      from.close();
      into.close();
    }
  });

  it('says in words what is no memory, and loses nothing', () => {
    const store = filled();
    const before = exportMemory(store, 'json');
    const broken: [text: string, why: RegExp][] = [
      ['', /nothing to import/],
      ['just words', /nothing to import/],
      ['## Facts\n\nno list', /nothing to import/],
      ['{"format": "quire-memory", "version": 1, "items": [', /not complete JSON/],
      ['[]', /no exported memory/],
      ['{"format": "other", "items": []}', /no exported memory/],
      ['{"format": "quire-memory", "version": 9, "items": []}', /another version/],
    ];
    for (const [text, why] of broken) {
      for (const mode of ['merge', 'replace'] as const) assert.throws(() => take(store, text, mode), why);
    }
    assert.equal(exportMemory(store, 'json'), before);
    store.close();
  });

  it('takes any JSON without a failure that is not in words', () => {
    const store = opened();
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.json().map((text) => JSON.parse(text)),
            fc.record({ id: fc.nat(), text: fc.string() }),
          ),
        ),
        (items) => {
          const { added, same, refused } = take(store, JSON.stringify({ format: 'quire-memory', version: 1, items }));
          assert.equal(added + same + refused.length, items.length);
        },
      ),
    );
    store.close();
  });

  it('writes Markdown for people, whose facts can be taken in again', () => {
    const store = filled();
    const markdown = exportMemory(store, 'markdown');
    assert.match(
      markdown,
      /^# What Quire remembers\n\n## Facts\n\n- Use tabs\n {2}\n {2}Everywhere \*\(superseded\)\*\n- Use spaces \*\(pinned\)\*\n/,
    );
    assert.match(markdown, /## Files\n\n### file:src\/a\.ts \(src\/a\.ts\)\n/);
    const into = opened();
    assert.deepEqual(take(into, markdown), { added: 1, same: 0, refused: [] });
    assert.deepEqual(take(into, markdown), { added: 0, same: 1, refused: [] });
    const [fact] = into.list({}).items;
    assert.deepEqual([fact?.text, fact?.pinned, fact?.source], ['Use spaces', true, 'import']);
    store.close();
    into.close();
  });

  it('takes no secret in, neither from Markdown nor from JSON, and says so without a letter of it', () => {
    const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
    const store = opened();
    const markdown = `## Facts\n- Use tabs\n- The token is ${token}\n`;
    const taken = take(store, markdown);
    assert.deepEqual([taken.added, taken.same, taken.refused.length], [1, 0, 1]);
    assert.match(taken.refused[0]!, /^Fact 2: it looks like a.* which is not remembered$/);
    const file = JSON.parse(exportMemory(store, 'json'));
    file.items[0] = { ...file.items[0], key: 'fact:other', text: `It is ${token}.` };
    const { added, refused } = take(store, JSON.stringify(file));
    assert.deepEqual([added, refused.length], [0, 1]);
    assert(![...taken.refused, ...refused].join().includes(token));
    assert.throws(() => take(store, markdown, 'replace'), /Nothing was replaced: Fact 2/);
    assert.deepEqual(textsOf(store), ['Use tabs']);
    store.close();
  });

  it('makes one item of a rule that is imported fifty times', () => {
    const store = opened();
    assert.deepEqual(take(store, `## Facts\n${'- Use tabs\n'.repeat(50)}`), { added: 1, same: 49, refused: [] });
    const from = filled();
    const file = JSON.parse(exportMemory(from, 'json'));
    file.items = Array.from({ length: 50 }, () => file.items[1]);
    assert.deepEqual(take(store, JSON.stringify(file)), { added: 1, same: 49, refused: [] });
    assert.equal(store.list({ superseded: true }).total, 2);
    store.close();
    from.close();
  });
});
