import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PAGE_TOKENS } from '../../../../../../src/engine/server/core/kv/pagePool.ts';
import { type Placed, SequenceIds } from '../../../../../../src/engine/server/core/kv/sequenceIds.ts';

const FIRST = 16;

function setUp(count: number) {
  const ids = new SequenceIds<Placed>(FIRST, count);
  const pages = (sequence: number, start: number, end: number): Placed[] =>
    Array.from({ length: end - start }, (_, i) => ({ sequence, start: (start + i) * PAGE_TOKENS }));
  return {
    ids,
    taken: () => Array.from({ length: 80 }, (_, page) => ids.at(page).length).reduce((sum, owners) => sum + owners, 0),
    find: ids.find.bind(ids),
    /** Takes what is found. */
    take: (preferred: number, start: number, end: number) => {
      const run = ids.find(preferred, start, end);
      for (const page of run ? pages(run.id, start, run.end) : []) ids.take(page);
      return run;
    },
    give: (sequence: number, start: number, end: number) => {
      for (const page of pages(sequence, start, end)) ids.give(page);
    },
  };
}

test('a path keeps its id, a branch gets another', () => {
  const { take } = setUp(4);
  const path = take(-1, 0, 3)!;
  assert.deepEqual(take(path.id, 3, 5), { id: path.id, end: 5 });
  const branch = take(path.id, 3, 4)!;
  assert.notEqual(branch.id, path.id);
  assert.deepEqual(take(branch.id, 4, 6), { id: branch.id, end: 6 });
});

test('an id serves several paths where they do not overlap', () => {
  const { taken, take, give } = setUp(1);
  assert.deepEqual(take(-1, 0, 3), { id: FIRST, end: 3 });
  assert.equal(take(-1, 2, 4), undefined);
  assert.deepEqual(take(-1, 3, 40), { id: FIRST, end: 40 });
  give(FIRST, 0, 3);
  assert.deepEqual(take(-1, 1, 2), { id: FIRST, end: 2 });
  assert.equal(taken(), 38);
});

test('gives as much as one id has, and none when each has a page there', () => {
  const { take, give } = setUp(2);
  const [a, b] = [take(-1, 0, 33)!, take(-1, 32, 64)!];
  assert.notEqual(a.id, b.id);
  assert.equal(take(-1, 32, 33), undefined);
  give(b.id, 40, 64);
  assert.deepEqual(take(a.id, 33, 64), { id: a.id, end: 64 });
  give(a.id, 0, 33);
  give(b.id, 32, 40);
  assert.deepEqual(take(-1, 20, 50), { id: b.id, end: 50 });
  assert.deepEqual(take(-1, 30, 40), { id: a.id, end: 33 });
});

test('there may be none at all', () => {
  assert.equal(setUp(0).find(-1, 0, 1), undefined);
});

const range = fc.tuple(fc.nat(79), fc.integer({ min: 1, max: 40 })).map(([start, length]) => ({
  start,
  end: Math.min(80, start + length),
}));
const step = fc.record({ give: fc.boolean(), which: fc.nat(), range });

test('no page of an id is taken twice, none is refused that could be had, and each knows its owner', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 150 }), (count, steps) => {
      const { ids, taken } = setUp(count);
      const all = Array.from({ length: count }, (_, i) => FIRST + i);
      let owned: Placed[] = [];
      for (const { give, which, range } of steps) {
        const { start, end } = range;
        if (give && owned.length > 0) {
          const { sequence } = owned[which % owned.length]!;
          const given = owned.filter((one) => one.sequence === sequence && one.start < end * PAGE_TOKENS);
          owned = owned.filter((one) => !given.includes(one));
          for (const one of given) ids.give(one);
        } else {
          const reach = (id: number): number => {
            let page = start;
            while (page < end && !owned.some((one) => one.sequence === id && one.start === page * PAGE_TOKENS)) page++;
            return page;
          };
          const preferred = which % 3 === 0 ? -1 : all[which % count]!;
          const most = Math.max(...all.map(reach));
          const expected = all.includes(preferred) && reach(preferred) === end ? [preferred] : all;
          const found = ids.find(preferred, start, end);
          assert.equal(found?.end, most > start ? most : undefined);
          if (found) assert(expected.includes(found.id) && reach(found.id) === most);
          for (let page = start; found && page < found.end; page++) {
            owned.push({ sequence: found.id, start: page * PAGE_TOKENS });
            ids.take(owned.at(-1)!);
          }
        }
        assert.equal(taken(), owned.length);
        const there = owned.filter((one) => one.start === start * PAGE_TOKENS);
        assert.deepEqual(new Set(ids.at(start)), new Set(there));
      }
    }),
  );
});
