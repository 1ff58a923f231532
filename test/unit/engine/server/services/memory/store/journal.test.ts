import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CannotUndo } from '../../../../../../../src/engine/server/services/memory/store/journal.ts';
import { MemoryStore } from '../../../../../../../src/engine/server/services/memory/store/memoryStore.ts';
import { temporaryFolder } from '../../../storage/pages/savedPages.ts';
import { newItem } from './items.ts';

const folder = temporaryFolder();
let number = 0;
const opened = () => new MemoryStore(path.join(folder, String(number++), 'memory.db'));
/** The newest change. */
const last = (store: MemoryStore) => store.journal(1)[0]!;

describe('Journal', () => {
  it('brings back what was forgotten, with its id, as often as it is undone and done again', () => {
    const store = opened();
    const item = store.put(newItem('a', { text: 'Use tabs' }));
    store.inTransaction(() => store.remove([item.id]), 'Forgot 1 memory');
    assert.equal(store.get(item.id), undefined);
    const forgot = last(store);
    assert.deepEqual({ ...store.undo(forgot.id), at: 0 }, { ...forgot, at: 0, undone: true });
    assert.deepEqual(store.get(item.id), item);
    assert.equal(store.byWords('tabs', 5).length, 1);
    assert.throws(() => store.undo(forgot.id), CannotUndo);
    const undid = last(store);
    assert.equal(undid.what, 'Undid: Forgot 1 memory');
    store.undo(undid.id);
    assert.equal(store.get(item.id), undefined);
    assert.equal(store.journal().find(({ id }) => id === forgot.id)?.undone, false);
    store.close();
  });

  it('takes back only what was not changed again since', () => {
    const store = opened();
    const { id } = store.put(newItem('a', { text: 'one' }));
    store.inTransaction(() => store.change(id, { pinned: true, title: 'A' }), 'Pinned');
    const pinned = last(store);
    store.inTransaction(() => store.put(newItem('a', { text: 'two', title: 'B' })), 'Indexed 1 file');
    store.undo(pinned.id);
    const { text, title, pinned: isPinned } = store.get(id)!;
    assert.deepEqual({ text, title, isPinned }, { text: 'two', title: 'B', isPinned: false });
    store.close();
  });

  it('says why something cannot be undone', () => {
    const store = opened();
    const { id } = store.put(newItem('a', { text: 'one' }));
    store.inTransaction(() => store.change(id, { title: 'two' }), 'Edited');
    const edited = last(store);
    store.inTransaction(() => store.change(id, { title: 'three' }), 'Edited');
    // When it was changed may be the same millisecond.
    store.change(id, { key: 'b' });
    const forgotten = last(store);
    assert.throws(() => store.undo(99), /not in the journal/);
    store.inTransaction(() => store.remove([id]), 'Forgot');
    assert.throws(() => store.undo(edited.id), /undo the later change first/);
    assert.throws(() => store.undo(forgotten.id), /undo the later change first/);
    const before = store.journal().length;
    store.put(newItem('b', { text: 'another' }));
    assert.throws(() => store.undo(last(store).id), /undo the later change first/);
    assert.equal(store.journal().length, before);
    store.close();
  });

  it('has one entry for what was read on a day, which takes nothing from what can be undone', () => {
    const store = opened();
    store.recordIndexed(0, 0);
    assert.equal(store.journal().length, 0);
    store.recordIndexed(1, 0);
    store.inTransaction(() => store.put(newItem('a', { text: 'one' })), 'Remembered “one”');
    for (let n = 0; n < 1200; n++) store.recordIndexed(1, n % 2);
    while (store.step(50));
    assert.deepEqual(
      store.journal().map(({ what, final }) => ({ what, final })),
      [
        { what: 'Indexed 1201 files, removed 600', final: true },
        { what: 'Remembered “one”', final: false },
      ],
    );
    assert.throws(() => store.undo(last(store).id), /follows the files/);
    store.undo(store.journal()[1]!.id);
    assert.equal(store.list({}).total, 0);
    store.close();
  });

  it('tells the number of the change that some work wrote', () => {
    const store = opened();
    const put = () => store.inTransaction(() => store.put(newItem('a', { text: 'one' })), 'Remembered “one”');
    assert.equal(store.writing(put).change, last(store).id);
    assert.equal(store.writing(put).change, null, 'it was there already');
    assert.equal(store.writing(() => store.list({}).total).result, 1);
    store.close();
  });

  it('keeps nothing of what was erased for good', () => {
    const store = opened();
    const item = store.inTransaction(() => store.put(newItem('a', { text: 'my secret' })), 'Remembered “my secret”');
    store.inTransaction(() => store.change(item.id, { text: 'my other secret' }), 'Edited “my other secret”');
    assert.equal(store.erase([item.id], 'Erased 1 memory'), 1);
    assert.deepEqual(
      store.journal().map(({ what, final }) => ({ what, final })),
      [
        { what: 'Erased 1 memory', final: true },
        { what: 'Edited “…”', final: true },
        { what: 'Remembered “…”', final: true },
      ],
    );
    for (const { id } of store.journal()) assert.throws(() => store.undo(id), /erased for good/);
    store.close();
  });

  it('keeps nothing of it either where other things are done in the same change', () => {
    const store = opened();
    const { id } = store.put(newItem('a', { text: 'my secret' }));
    store.inTransaction(() => {
      store.change(id, { text: 'my other secret' });
      store.erase([id], 'Erased 1 memory');
      store.put(newItem('b'));
    }, 'Tidied up');
    for (const change of store.journal()) if (!change.final) store.undo(change.id);
    assert.equal(store.list({}).total, 0);
    store.close();
  });

  it('is one change for what is done in one transaction, whatever is inside', () => {
    const store = opened();
    store.inTransaction(() => {
      store.inTransaction(() => store.put(newItem('a')), 'one');
      store.inTransaction(() => store.put(newItem('b')), 'two');
    }, 'Indexed 2 files');
    assert.deepEqual(
      store.journal().map(({ what }) => what),
      ['Indexed 2 files'],
    );
    store.undo(last(store).id);
    assert.equal(store.list({}).total, 0);
    store.close();
  });

  it('does what a plain map does, and takes any change back', () => {
    const key = fc.constantFrom('a', 'b', 'c');
    const word = fc.constantFrom('tabs', 'spaces', 'camelCase');
    const step = fc.oneof(
      fc.record({ do: fc.constant('put' as const), key, word }),
      fc.record({ do: fc.constant('change' as const), key, word, pinned: fc.boolean(), superseded: fc.boolean() }),
      fc.record({ do: fc.constant('remove' as const), key }),
      fc.record({ do: fc.constant('undo' as const) }),
      fc.record({ do: fc.constant('cleanUp' as const) }),
    );
    const store = opened();
    const vector = (word: string) => new Float32Array([word.length, 1, word === 'tabs' ? 3 : 0]);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        store.eraseAll();
        type Model = Map<string, { text: string; pinned: boolean; superseded: boolean }>;
        let model: Model = new Map();
        const undoable: Model[] = [];
        const change = (after: Model) => {
          const isSame = JSON.stringify([...model].sort()) === JSON.stringify([...after].sort());
          if (!isSame) undoable.push(model);
          model = after;
        };
        for (const step of steps) {
          const item = 'key' in step ? store.byKey(step.key) : undefined;
          const known = 'key' in step ? model.get(step.key) : undefined;
          assert.equal(item?.text, known?.text);
          if (step.do === 'put') {
            store.inTransaction(() => store.put(newItem(step.key, { text: step.word })), 'put');
            const id = store.byKey(step.key)!.id;
            if (store.get(id)!.embedder === null) store.setVectors('e', [{ id, vector: vector(step.word) }]);
            const put = { text: step.word, pinned: known?.pinned ?? false, superseded: false };
            change(new Map([...model, [step.key, put]]));
          } else if (step.do === 'change' && item) {
            const supersededBy = step.superseded ? 1000 : null;
            store.inTransaction(
              () => store.change(item.id, { text: step.word, pinned: step.pinned, supersededBy }),
              'change',
            );
            const { word: text, pinned, superseded } = step;
            change(new Map([...model, [step.key, { text, pinned, superseded }]]));
          } else if (step.do === 'remove' && item) {
            store.inTransaction(() => store.remove([item.id]), 'remove');
            change(new Map([...model].filter(([key]) => key !== step.key)));
          } else if (step.do === 'undo' && undoable.length > 0) {
            store.undo(last(store).id);
            change(undoable.at(-1)!);
          } else if (step.do === 'cleanUp') while (store.step(50));
          assert.equal(store.journal().length, undoable.length);
        }
        const stored = store.list({ superseded: true }).items;
        const expected = [...model].map(([key, fields]) => ({ key, ...fields }));
        const actual = stored.map(({ key, text, pinned, supersededBy }) => ({
          key,
          text,
          pinned,
          superseded: supersededBy !== null,
        }));
        assert.deepEqual(
          new Set(actual.map((item) => JSON.stringify(item))),
          new Set(expected.map((item) => JSON.stringify(item))),
        );
        for (const word of ['tabs', 'spaces', 'camelCase']) {
          const wanted = stored.filter(({ text, supersededBy }) => text === word && supersededBy === null);
          assert.deepEqual(new Set(store.byWords(word, 9).map(({ id }) => id)), new Set(wanted.map(({ id }) => id)));
        }
        const embedded = stored.filter(({ embedder, supersededBy }) => embedder !== null && supersededBy === null);
        assert.deepEqual(
          new Set(store.byVector(vector('tabs'), 9).map(({ id }) => id)),
          new Set(embedded.map(({ id }) => id)),
        );
      }),
      { numRuns: 60 },
    );
    store.close();
  });
});
