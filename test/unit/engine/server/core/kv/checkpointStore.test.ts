import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CheckpointStore } from '../../../../../../src/engine/server/core/kv/checkpointStore.ts';

/** A line of tokens that is told from others by its second number. */
const line = (length: number, which = 0) => Array.from({ length }, (_, i) => i * 10 + which);
const state = (number: number, bytes = 8) => new Uint8Array(bytes).fill(number);
/** Length and number of what is found. */
const longest = (store: CheckpointStore, workspace: string, tokens: number[], limit = tokens.length) => {
  const found = store.longest(workspace, tokens, limit);
  return found && [found.tokens.length, found.state[0]];
};

describe('CheckpointStore', () => {
  it('finds the longest state that a request goes on from', () => {
    const store = new CheckpointStore({ maxBytes: 1e6 });
    store.put('w', line(100), state(1));
    store.put('w', line(200), state(2));
    store.put('w', [...line(150), ...line(100, 1)], state(3));
    store.put('v', line(220), state(4));
    assert.deepEqual(longest(store, 'w', line(300)), [200, 2]);
    assert.deepEqual(longest(store, 'w', line(300), 199), [100, 1]);
    assert.deepEqual(longest(store, 'w', line(200)), [200, 2]);
    assert.deepEqual(longest(store, 'w', line(180), 500), [100, 1]);
    assert.equal(longest(store, 'w', line(300), 99), undefined);
    assert.equal(longest(store, 'w', line(300, 2)), undefined);
    assert.equal(longest(store, 'x', line(300)), undefined);
  });

  it('keeps what was used last under a smaller bound', () => {
    const store = new CheckpointStore({ maxBytes: 1e6 });
    for (const which of [0, 1, 2]) store.put('w', line(10, which), state(which));
    store.longest('w', line(10, 0), 10);
    store.setLimit(store.status.bytes - 1);
    assert.equal(store.longest('w', line(10, 1), 10), undefined);
    for (const which of [0, 2]) assert.equal(store.longest('w', line(10, which), 10)?.tokens.length, 10);
    store.setLimit(0);
    assert.equal(store.status.pages, 0);
  });

  it('replaces the state of the same tokens, and forgets a workspace', () => {
    const store = new CheckpointStore({ maxBytes: 1e6 });
    store.put('w', line(10), state(1));
    store.put('w', line(10), state(2));
    store.put('v', line(10), state(3));
    assert.deepEqual([store.status.pages, store.status.bytes], [2, 96]);
    assert.deepEqual(longest(store, 'w', line(20)), [10, 2]);
    store.forget('w');
    assert.deepEqual([store.status.pages, store.status.bytes], [1, 48]);
    assert.equal(longest(store, 'w', line(20)), undefined);
    assert.deepEqual(longest(store, 'v', line(20)), [10, 3]);
  });

  it('loses the least recently used state first, and takes none that is too large', () => {
    const store = new CheckpointStore({ maxBytes: 300 });
    for (const which of [1, 2, 3]) store.put('w', line(5, which), state(which, 70));
    assert.ok(longest(store, 'w', line(9, 1)));
    store.put('w', line(5, 4), state(4, 70));
    assert.deepEqual(
      [1, 2, 3, 4].map((which) => longest(store, 'w', line(9, which)) !== undefined),
      [true, false, true, true],
    );
    store.put('w', line(5, 5), state(5, 281));
    assert.deepEqual([store.status.pages, store.status.bytes], [3, 270]);
    const none = new CheckpointStore({ maxBytes: 0 });
    none.put('w', line(1), state(1, 0));
    assert.equal(none.status.pages, 0);
  });

  it('is bounded, and answers as a list of all that fits does', () => {
    /** Requests out of few pieces, so that many begin alike. */
    const tokens = fc
      .array(fc.record({ token: fc.nat(1), times: fc.constantFrom(1, 20, 40, 90) }), { minLength: 1, maxLength: 8 })
      .map((pieces) => pieces.flatMap(({ token, times }) => new Array<number>(times).fill(token)));
    const what = fc.constantFrom('put', 'put', 'put', 'longest', 'longest', 'forget');
    const step = fc.record({ what, workspace: fc.constantFrom('w', 'w', 'v'), tokens, limit: fc.nat(500) });
    fc.assert(
      fc.property(fc.nat(6000), fc.array(step, { maxLength: 60, size: 'max' }), (maxBytes, steps) => {
        const store = new CheckpointStore({ maxBytes });
        /** Used last at the end. */
        let kept: { workspace: string; tokens: number[]; state: number; bytes: number }[] = [];
        const use = (one: (typeof kept)[0]) => {
          kept = [...kept.filter((other) => other !== one), one];
        };
        for (const [i, { what, workspace, tokens, limit }] of steps.entries()) {
          const found = kept
            .filter((one) => one.workspace === workspace && one.tokens.length <= limit)
            .filter((one) => one.tokens.every((token, at) => token === tokens[at]))
            .sort((a, b) => b.tokens.length - a.tokens.length)[0];
          if (what === 'put') {
            const bytes = 4 * tokens.length + 1 + (i % 700);
            store.put(workspace, tokens, state(i, 1 + (i % 700)));
            kept = kept.filter((one) => one.workspace !== workspace || one.tokens.join() !== tokens.join());
            if (bytes <= maxBytes) kept.push({ workspace, tokens, state: i, bytes });
            while (kept.reduce((sum, one) => sum + one.bytes, 0) > maxBytes) kept.shift();
          } else if (what === 'forget') {
            store.forget(workspace);
            kept = kept.filter((one) => one.workspace !== workspace);
          } else {
            const answer = store.longest(workspace, tokens, limit);
            assert.deepEqual([answer?.tokens.length, answer?.state[0]], [found?.tokens.length, found?.state]);
            if (found) use(found);
          }
          assert.equal(store.status.pages, kept.length);
          assert.equal(
            store.status.bytes,
            kept.reduce((sum, one) => sum + one.bytes, 0),
          );
        }
      }),
      { numRuns: 300 },
    );
  });
});
