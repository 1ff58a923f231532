import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { common, newNode, placeOf } from '../../../../../../src/engine/server/core/kv/treeNode.ts';

const text = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 6 });
const node = (tokens: number[]) => newNode('w', undefined, 0, tokens);

function order(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((token, i) => token !== b[i]);
  if (at < 0) return a.length - b.length;
  return at >= b.length ? 1 : a[at]! - b[at]!;
}

test('a place is where sorting would put it', () => {
  fc.assert(
    fc.property(fc.array(text), text, fc.nat(3), (texts, wanted, offset) => {
      const children = texts.sort(order).map(node);
      const tokens = [...Array<number>(offset).fill(9), ...wanted, 9];
      const smaller = texts.filter((each) => order(each, wanted) < 0).length;
      assert.equal(placeOf(children, tokens, offset, offset + wanted.length), smaller);
    }),
  );
});

test('counts leading tokens up to the end of either', () => {
  assert.equal(common([1, 2, 3], [9, 1, 2, 4], 1, 4), 2);
  assert.equal(common([1, 2, 3], [1, 2, 3, 4], 0, 4), 3);
  assert.equal(common([1, 2, 3], [1, 2, 3, 4], 0, 2), 2);
  assert.equal(common([1], [1], 1, 0), 0);
});
