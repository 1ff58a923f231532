import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CheckpointStore } from '../../../../../../src/engine/server/core/kv/checkpointStore.ts';

/** A line of tokens that is told from others by its second number. */
const line = (length: number, which = 0) => Array.from({ length }, (_, i) => i * 10 + which);
const state = (number: number, bytes = 8) => new Uint8Array(bytes).fill(number);
const lengthsOf = (store: CheckpointStore, tokens: number[]) => {
  const lengths: number[] = [];
  for (let limit = tokens.length; ; ) {
    const found = store.longest('w', tokens, limit);
    if (!found) return lengths;
    lengths.push(found.length);
    limit = found.length - 1;
  }
};

describe('CheckpointStore', () => {
  it('finds the longest state that a request goes on from', () => {
    const store = new CheckpointStore({ maxBytes: 1e6 });
    store.put('w', line(100), state(1));
    store.put('w', line(200), state(2));
    store.put('w', [...line(150), ...line(100, 1)], state(3));
    store.put('v', line(220), state(4));
    assert.deepEqual(store.longest('w', line(300), 300), { length: 200, state: state(2) });
    assert.deepEqual(store.longest('w', line(300), 199), { length: 100, state: state(1) });
    assert.deepEqual(store.longest('w', line(200), 200)?.length, 200);
    assert.deepEqual(store.longest('w', line(180), 500)?.length, 100);
    assert.equal(store.longest('w', line(300), 99), undefined);
    assert.equal(store.longest('w', line(300, 2), 300), undefined);
    assert.equal(store.longest('x', line(300), 300), undefined);
  });

  it('keeps what was used last under a smaller bound', () => {
    const store = new CheckpointStore({ maxBytes: 1e6 });
    for (const which of [0, 1, 2]) store.put('w', line(10, which), state(which));
    store.longest('w', line(10, 0), 10);
    store.setLimit(store.bytes - 1);
    assert.equal(store.longest('w', line(10, 1), 10), undefined);
    for (const which of [0, 2]) assert.equal(store.longest('w', line(10, which), 10)?.length, 10);
    store.setLimit(0);
    assert.equal(store.count, 0);
  });

  it('replaces the state of the same tokens, and forgets a workspace', () => {
    const store = new CheckpointStore({ maxBytes: 1e6 });
    store.put('w', line(10), state(1));
    store.put('w', line(10), state(2));
    store.put('v', line(10), state(3));
    assert.deepEqual([store.count, store.bytes], [2, 96]);
    assert.deepEqual(store.longest('w', line(20), 20)?.state, state(2));
    store.forget('w');
    assert.deepEqual([store.count, store.bytes], [1, 48]);
    assert.equal(store.longest('w', line(20), 20), undefined);
    assert.ok(store.longest('v', line(20), 20));
  });

  it('loses the least recently used state first, and takes none that is too large', () => {
    const store = new CheckpointStore({ maxBytes: 300 });
    for (const which of [1, 2, 3]) store.put('w', line(5, which), state(which, 70));
    assert.ok(store.longest('w', line(9, 1), 9));
    store.put('w', line(5, 4), state(4, 70));
    assert.deepEqual(
      [1, 2, 3, 4].map((which) => store.longest('w', line(9, which), 9) !== undefined),
      [true, false, true, true],
    );
    store.put('w', line(5, 5), state(5, 281));
    store.put('w', [], state(6));
    assert.deepEqual([store.count, store.bytes], [3, 270]);
    const none = new CheckpointStore({ maxBytes: 0 });
    none.put('w', line(1), state(1, 0));
    assert.equal(none.count, 0);
  });

  it('keeps few states of a growing line, ever further apart', () => {
    const store = new CheckpointStore({ maxBytes: 1e9 });
    for (let length = 16; length <= 4096; length += 16) {
      store.put('w', line(length), state(1));
      assert.ok(store.count <= 12);
      if (length % 512 !== 0) continue;
      const lengths = lengthsOf(store, line(length));
      for (let back = 0; back < length - 16; back += 16) {
        const found = lengths.find((kept) => kept <= length - back)!;
        assert.ok(length - found <= Math.max(3 * back, back + 32));
      }
    }
  });

  it('keeps the last state before another line branches off', () => {
    const store = new CheckpointStore({ maxBytes: 1e9 });
    store.put('w', line(4000), state(1));
    store.put('w', [...line(4010), ...line(100, 1)], state(2));
    for (let length = 4100; length <= 9000; length += 100) store.put('w', line(length), state(3));
    assert.ok(lengthsOf(store, line(9000)).includes(4000));
  });
});

/** The same, written as it is said: every list is gone through whole. */
class NaiveStore {
  kept: { workspace: string; tokens: readonly number[]; state: Uint8Array }[] = [];

  put(workspace: string, tokens: readonly number[], state: Uint8Array): void {
    if (tokens.length === 0) return;
    const mine = this.kept.filter((kept) => kept.workspace === workspace);
    const line = mine.filter((kept) => kept.tokens.length < tokens.length && isPrefix(kept.tokens, tokens));
    const branches = mine.filter((kept) => !isPrefix(kept.tokens, tokens) && !isPrefix(tokens, kept.tokens));
    const same = mine.filter((kept) => kept.tokens.length === tokens.length && isPrefix(kept.tokens, tokens));
    const stays = (kept: (typeof line)[0]) =>
      branches.some(
        (branch) =>
          isPrefix(kept.tokens, branch.tokens) &&
          !line.some((other) => other.tokens.length > kept.tokens.length && isPrefix(other.tokens, branch.tokens)),
      );
    const superfluous = (kept: (typeof line)[0]) => {
      const longer = line.map((other) => other.tokens.length).filter((length) => length > kept.tokens.length);
      const shorter = line.map((other) => other.tokens.length).filter((length) => length < kept.tokens.length);
      if (shorter.length === 0) return false;
      const after = Math.min(tokens.length, ...longer);
      return after - Math.max(...shorter) <= Math.max(32, 2 * (tokens.length - after));
    };
    line.sort((a, b) => b.tokens.length - a.tokens.length);
    for (;;) {
      const at = line.findIndex((kept) => superfluous(kept) && !stays(kept));
      if (at < 0) break;
      const [gone] = line.splice(at, 1);
      this.kept = this.kept.filter((kept) => kept !== gone);
    }
    this.kept = this.kept.filter((kept) => !same.includes(kept));
    this.kept.push({ workspace, tokens, state });
  }

  longest(workspace: string, tokens: readonly number[], limit: number) {
    return this.kept
      .filter((kept) => kept.workspace === workspace && kept.tokens.length <= limit && isPrefix(kept.tokens, tokens))
      .map(({ tokens, state }) => ({ length: tokens.length, state }))
      .sort((a, b) => b.length - a.length)[0];
  }

  forget(workspace: string): void {
    this.kept = this.kept.filter((kept) => kept.workspace !== workspace);
  }
}

const isPrefix = (a: readonly number[], b: readonly number[]) => a.every((token, i) => b[i] === token);

/** Requests out of few pieces, so that many begin alike. */
const tokens = fc
  .array(fc.record({ token: fc.nat(1), times: fc.constantFrom(1, 20, 40, 90) }), { maxLength: 8 })
  .map((pieces) => pieces.flatMap(({ token, times }) => new Array<number>(times).fill(token)));
const step = fc.record({
  do: fc.constantFrom('put', 'put', 'put', 'longest', 'forget'),
  workspace: fc.constantFrom('w', 'w', 'w', 'v'),
  tokens,
  limit: fc.nat(500),
});

describe('CheckpointStore, whatever is done', () => {
  it('is what its naive twin is', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const store = new CheckpointStore({ maxBytes: 1e9 });
        const naive = new NaiveStore();
        for (const [i, { do: what, workspace, tokens, limit }] of steps.entries()) {
          if (what === 'put') for (const each of [store, naive]) each.put(workspace, tokens, state(i));
          else if (what === 'forget' && i % 8 === 0) for (const each of [store, naive]) each.forget(workspace);
          assert.deepEqual(store.longest(workspace, tokens, limit), naive.longest(workspace, tokens, limit));
          assert.equal(store.count, naive.kept.length);
          assert.equal(
            store.bytes,
            naive.kept.reduce((sum, { tokens, state }) => sum + 4 * tokens.length + state.length, 0),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is bounded, and answers only with a state that was put for the very beginning of the request', () => {
    fc.assert(
      fc.property(fc.nat(6000), fc.array(step, { maxLength: 60, size: 'max' }), (maxBytes, steps) => {
        const store = new CheckpointStore({ maxBytes });
        const last = new Map<string, number>();
        for (const [i, { do: what, workspace, tokens, limit }] of steps.entries()) {
          if (what === 'put') {
            store.put(workspace, tokens, state(i, 1 + (i % 700)));
            if (4 * tokens.length + 1 + (i % 700) <= maxBytes) last.set(`${workspace} ${tokens}`, i);
          } else {
            const found = store.longest(workspace, tokens, limit);
            if (!found) continue;
            assert.ok(found.length <= Math.min(limit, tokens.length));
            assert.equal(found.state[0], last.get(`${workspace} ${tokens.slice(0, found.length)}`));
          }
          assert.ok(store.bytes <= maxBytes);
        }
      }),
      { numRuns: 300 },
    );
  });
});
