import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EvictionHeap, type HeapItem } from '../../../../../../src/engine/server/core/kv/evictionHeap.ts';

const item = (priority: number): HeapItem => ({ priority, heapIndex: -1 });

function drain(heap: EvictionHeap<HeapItem>): number[] {
  const priorities: number[] = [];
  for (let { first } = heap; first; first = heap.first) {
    priorities.push(first.priority);
    heap.remove(first);
    assert.equal(first.heapIndex, -1);
  }
  assert.equal(heap.size, 0);
  return priorities;
}

const priority = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.double({ noNaN: true, min: -1e6, max: 1e6 }));

test('gives items back from the smallest to the largest', () => {
  fc.assert(
    fc.property(fc.array(priority, { maxLength: 300 }), (priorities) => {
      const heap = new EvictionHeap<HeapItem>();
      for (const each of priorities) heap.put(item(each));
      assert.deepEqual(
        drain(heap),
        priorities.toSorted((a, b) => a - b),
      );
    }),
  );
});

test('items may move and leave at any time', () => {
  const step = fc.record({ what: fc.constantFrom('put', 'move', 'remove'), which: fc.nat(), priority });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const heap = new EvictionHeap<HeapItem>();
      const inside: HeapItem[] = [];
      for (const { what, which, priority } of steps) {
        const at = which % Math.max(1, inside.length);
        const chosen = inside[at];
        if (what === 'put' || !chosen) {
          inside.push(item(priority));
          heap.put(inside.at(-1)!);
        } else if (what === 'move') {
          chosen.priority = priority;
          heap.put(chosen);
        } else {
          heap.remove(chosen);
          inside.splice(at, 1);
          assert(!heap.has(chosen));
          heap.remove(chosen); // nothing happens
        }
        assert.equal(heap.size, inside.length);
        assert.equal(
          heap.first?.priority,
          inside.length > 0 ? Math.min(...inside.map((one) => one.priority)) : undefined,
        );
        assert.deepEqual(new Set(heap), new Set(inside));
        for (const one of inside) assert(heap.has(one));
      }
      assert.deepEqual(
        drain(heap),
        inside.map((one) => one.priority).sort((a, b) => a - b),
      );
    }),
  );
});
