import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SequenceIds } from '../../../../../../src/engine/server/core/kv/sequenceIds.ts';

const FIRST = 16;

test('a path keeps its id, a branch gets another', () => {
  const ids = new SequenceIds(FIRST, 4, 100);
  const path = ids.take(-1, 0, 3)!;
  assert.deepEqual(ids.take(path.id, 3, 5), { id: path.id, end: 5 });
  const branch = ids.take(path.id, 3, 4)!;
  assert.notEqual(branch.id, path.id);
  assert.deepEqual(ids.take(branch.id, 4, 6), { id: branch.id, end: 6 });
});

test('an id serves several paths where they do not overlap', () => {
  const ids = new SequenceIds(FIRST, 1, 100);
  assert.deepEqual(ids.take(-1, 0, 3), { id: FIRST, end: 3 });
  assert.equal(ids.take(-1, 2, 4), undefined);
  assert.deepEqual(ids.take(-1, 3, 40), { id: FIRST, end: 40 });
  ids.give(FIRST, 0, 3);
  assert.deepEqual(ids.take(-1, 1, 2), { id: FIRST, end: 2 });
  assert.equal(ids.taken, 38);
});

test('gives as much as one id has, and none when each has a page there', () => {
  const ids = new SequenceIds(FIRST, 2, 64);
  const [a, b] = [ids.take(-1, 0, 33)!, ids.take(-1, 32, 64)!];
  assert.notEqual(a.id, b.id);
  assert.equal(ids.take(-1, 32, 33), undefined);
  ids.give(b.id, 40, 64);
  assert.deepEqual(ids.take(a.id, 33, 64), { id: a.id, end: 64 });
  ids.give(a.id, 0, 33);
  ids.give(b.id, 32, 40);
  assert.deepEqual(ids.take(-1, 20, 50), { id: b.id, end: 50 });
  assert.deepEqual(ids.take(-1, 30, 40), { id: a.id, end: 33 });
});

test('there may be none at all', () => {
  assert.equal(new SequenceIds(FIRST, 0, 10).take(-1, 0, 1), undefined);
});

const range = fc.tuple(fc.nat(79), fc.integer({ min: 1, max: 40 })).map(([start, length]) => ({
  start,
  end: Math.min(80, start + length),
}));
const step = fc.record({ give: fc.boolean(), which: fc.nat(), range });

test('no page of an id is taken twice, and none is refused that could be had', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 150 }), (count, steps) => {
      const ids = new SequenceIds(FIRST, count, 80);
      const all = Array.from({ length: count }, (_, i) => FIRST + i);
      const owned: { id: number; start: number; end: number }[] = [];
      for (const { give, which, range } of steps) {
        if (give && owned.length > 0) {
          const [{ id, start, end }] = owned.splice(which % owned.length, 1) as [(typeof owned)[number]];
          ids.give(id, start, end);
        } else {
          const { start, end } = range;
          const free = (id: number, page: number): boolean =>
            owned.every((other) => other.id !== id || page < other.start || page >= other.end);
          const reach = (id: number): number => {
            let page = start;
            while (page < end && free(id, page)) page++;
            return page;
          };
          const preferred = which % 3 === 0 ? -1 : all[which % count]!;
          for (const id of all) assert.equal(ids.reach(id, start, end), reach(id) - start);
          const most = Math.max(...all.map(reach));
          const expected = all.includes(preferred) && reach(preferred) === end ? [preferred] : all;
          const taken = ids.take(preferred, start, end);
          assert.equal(taken?.end, most > start ? most : undefined);
          if (taken) {
            assert(expected.includes(taken.id) && reach(taken.id) === most);
            owned.push({ id: taken.id, start, end: taken.end });
          }
        }
        assert.equal(
          ids.taken,
          owned.reduce((sum, { start, end }) => sum + end - start, 0),
        );
      }
    }),
  );
});
