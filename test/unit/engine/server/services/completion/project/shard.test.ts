import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  LARGEST_SHARD,
  LONGEST_MATCH,
  ORDERS,
  type Segment,
  type SegmentId,
  Shard,
} from '../../../../../../../src/engine/server/services/completion/project/shard.ts';
import { commonAt, orderOf } from './scopes.ts';

interface Match {
  token: number;
  length: number;
  next: number[];
}

const NEXT = 5;
const allOf = ({ before, body, after }: Segment): number[] => [
  ...Array.from(before),
  ...Array.from(body),
  ...Array.from(after),
];

/** The matches of every order, one list after the other. */
function found(shard: Shard, context: readonly number[], except?: SegmentId): Match[][] {
  return ORDERS.map((_, order) => {
    const matches: Match[] = [];
    shard.find(
      context,
      order,
      LARGEST_SHARD,
      (token, length, position) => {
        matches.push({ token, length, next: Array.from(shard.continuation(position, NEXT)) });
        return true;
      },
      except,
    );
    return matches;
  });
}

/** As {@link found}, by looking at every place of every segment, the newest first. */
function searched(segments: readonly Segment[], context: readonly number[]): Match[][] {
  const matches: Match[][] = ORDERS.map(() => []);
  for (const segment of [...segments].reverse()) {
    const all = allOf(segment);
    const begin = segment.before.length;
    for (let place = begin + segment.body.length - 1; place >= begin; place--) {
      const length = commonAt(all, place, context);
      matches[orderOf(length)]?.push({ token: all[place]!, length, next: all.slice(place, place + NEXT) });
    }
  }
  return matches;
}

const tokens = (maxLength: number) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.array(fc.nat(2), { maxLength, size: 'max' }) },
    // Long enough for matches that are longer than any that is told.
    fc.integer({ min: 0, max: maxLength }).map((length) => Array<number>(length).fill(1)),
  );
const segment = fc.record({ before: tokens(8), body: tokens(60), after: tokens(8) });

describe('Shard', () => {
  it('finds what a search through all segments finds, also once it is copied', () => {
    let longest = 0;
    let matches = 0;
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(5), { maxLength: 3 }),
        fc.nat(6),
        tokens(45),
        fc.constantFrom(undefined, 1 << 16, (1 << 16) + 1),
        (segments, removed, except, context, vocabulary) => {
          const shard = new Shard(
            segments.reduce((sum, each) => sum + allOf(each).length, 0),
            { vocabulary },
          );
          const ids = segments.map((each) => shard.add(each)!);
          assert.equal(shard.room, 0);
          for (const index of removed) shard.remove(ids[index] ?? ids.length);
          const alive = segments.filter((_, index) => !removed.includes(index));
          assert.equal(
            shard.live,
            alive.reduce((sum, each) => sum + allOf(each).length, 0),
          );
          const all = searched(alive, context);
          assert.deepEqual(found(shard, context), all);
          const others = alive.filter((each) => each !== segments[except]);
          assert.deepEqual(found(shard, context, ids[except]), searched(others, context));

          const copy = new Shard(shard.live + 3, { vocabulary });
          const copies = shard.copyTo(copy);
          assert.deepEqual(found(copy, context), all);
          assert.equal(copy.live, shard.live);
          assert.deepEqual(
            [...copies.keys()],
            ids.filter((_, index) => !removed.includes(index)),
          );
          for (const [old, id] of copies) assert.deepEqual(copy.segment(id), shard.segment(old));
          for (const match of all.flat()) longest = Math.max(longest, match.length);
          matches += all.flat().length;
        },
      ),
      { numRuns: 500 },
    );
    assert.equal(longest, LONGEST_MATCH);
    assert.ok(matches > 10_000);
  });

  it('takes contexts from before the body, and continuations from behind it, but finds no place there', () => {
    const shard = new Shard(20);
    shard.add({ before: [1, 2], body: [3, 4], after: [5, 6] });
    shard.add({ before: [], body: [7], after: [] });
    assert.deepEqual(found(shard, [1, 2]), [[], [{ token: 3, length: 2, next: [3, 4, 5, 6] }], []]);
    assert.deepEqual(found(shard, [4]), [[], [], []]);
    assert.deepEqual(found(shard, [1]), [[], [], []]);
    // What follows in the memory is another text.
    assert.deepEqual(found(shard, [5, 6]), [[], [], []]);
  });

  it('refuses a segment that it has no room for, and keeps what it has', () => {
    const shard = new Shard(4);
    assert.equal(shard.room, 4);
    const id = shard.add({ before: [1], body: [2], after: [3] });
    assert.equal(shard.add({ before: [1], body: [2], after: [] }), undefined);
    assert.deepEqual([shard.room, shard.live], [1, 3]);
    assert.deepEqual(found(shard, [1])[2], [{ token: 2, length: 1, next: [2, 3] }]);
    // Room comes back in a new shard only.
    shard.remove(id!);
    shard.remove(id!);
    assert.deepEqual([shard.room, shard.live], [1, 0]);
    assert.throws(() => new Shard(LARGEST_SHARD + 1), RangeError);
  });

  it('says so when it does not fit into the shard that it is copied to', () => {
    const shard = new Shard(4);
    shard.add({ before: [], body: [1, 2, 3], after: [] });
    assert.throws(() => shard.copyTo(new Shard(2)), RangeError);
  });

  it('uses the last position that its numbers have', () => {
    const shard = new Shard(LARGEST_SHARD);
    const body = new Int32Array(LARGEST_SHARD);
    body.set([5, 6], LARGEST_SHARD - 2);
    assert.equal(shard.add({ before: [], body, after: [] }), 0);
    assert.equal(shard.room, 0);
    assert.deepEqual(found(shard, [5])[2], [{ token: 6, length: 1, next: [6] }]);
  });

  it('ends a search when it was told to, or has looked at so many places', () => {
    const shard = new Shard(100);
    const id = shard.add({ before: [], body: [1, 2, 1, 3, 1, 4], after: [] })!;
    const seen: number[] = [];
    shard.find([1], 2, 10, (token) => seen.push(token) < 2);
    assert.deepEqual(seen, [4, 3]);
    shard.find([1], 2, 1, (token) => seen.push(token) > 0);
    assert.deepEqual(seen, [4, 3, 4]);
    // Places that are passed over count too.
    shard.add({ before: [], body: [1, 5], after: [] });
    shard.remove(id);
    shard.add({ before: [], body: [1, 6], after: [] });
    const alive: number[] = [];
    shard.find([1], 2, 2, (token) => alive.push(token) > 0);
    assert.deepEqual(alive, [6, 5]);
    shard.find([1], 2, 2, (token) => alive.push(token) > 0, 2);
    assert.deepEqual(alive, [6, 5, 5]);
  });

  it('keeps every token of its vocabulary, however wide', () => {
    for (const [vocabulary, token] of [
      [1 << 16, 65_535],
      [(1 << 16) + 1, 65_536],
      [undefined, 1 << 20],
    ] as const) {
      const shard = new Shard(10, { vocabulary });
      shard.add({ before: [], body: [token, token - 1, token], after: [] });
      assert.deepEqual(found(shard, [token])[2], [{ token: token - 1, length: 1, next: [token - 1, token] }]);
    }
  });

  it('knows the segment of every place, also of many small and empty ones', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(70), { minLength: 1, maxLength: 60 }), (lengths) => {
        const shard = new Shard(lengths.reduce((sum, length) => sum + length, 0) + 3);
        const segments = lengths.map((length, name) => Array.from({ length }, () => name));
        for (const body of segments) shard.add({ before: [], body, after: [] });
        for (const [at, body] of segments.entries()) {
          const places: number[] = [];
          shard.find([at], 2, LARGEST_SHARD, (_token, _length, position) => {
            places.push(shard.continuation(position, 100).length);
            return true;
          });
          assert.deepEqual(
            places,
            Array.from({ length: Math.max(0, body.length - 1) }, (_, i) => i + 1),
          );
        }
      }),
    );
  });

  it('finds no contexts of an order that is not hashed', () => {
    const shard = new Shard(20, { orders: 2 });
    shard.add({ before: [], body: [1, 2, 3, 4, 5, 6], after: [] });
    const [five, two, one] = found(shard, [1, 2, 3, 4, 5]);
    assert.deepEqual([five!.length, two!.length, one], [1, 0, []]);
    assert.deepEqual(
      found(shard, [4, 5])[1]!.map(({ token }) => token),
      [6],
    );
    assert.ok(shard.bytes < new Shard(20).bytes);
  });
});
