import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { newNode, search, subtree } from '../../../../../../src/engine/server/core/kv/treeNode.ts';

const text = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 6 });
const node = (tokens: number[]) => newNode('w', undefined, tokens);

function order(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((token, i) => token !== b[i]);
  if (at < 0) return a.length - b.length;
  return at >= b.length ? 1 : a[at]! - b[at]!;
}

function common(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((token, i) => token !== b[i]);
  return at < 0 ? a.length : at;
}

test('a place is where sorting would put it, and nobody has more in common than what is found', () => {
  fc.assert(
    fc.property(fc.array(text), text, fc.nat(3), (texts, wanted, offset) => {
      const children = texts.sort(order).map(node);
      const tokens = [...Array<number>(offset).fill(9), ...wanted, 9];
      const { place, best } = search(children, tokens, offset, offset + wanted.length);
      assert.equal(place, texts.filter((each) => order(each, wanted) < 0).length);
      assert.equal(best?.common ?? 0, Math.max(0, ...texts.map((each) => common(each, wanted))));
      if (best) assert.equal(common(best.node.tokens, wanted), best.common);
    }),
  );
});

test('nothing is found where nothing is looked for', () => {
  assert.deepEqual(search([node([1])], [1], 1, 0), { place: 0, best: undefined });
});

test('a subtree has parents first, and nothing below what is left out', () => {
  const root = node([]);
  const add = (parent: ReturnType<typeof node>, token: number) => {
    const child = newNode('w', parent, [token]);
    parent.children.push(child);
    return child;
  };
  const a = add(root, 1);
  add(a, 2);
  add(add(root, 3), 4);
  const tokens = (nodes: ReturnType<typeof subtree>) => nodes.flatMap((each) => each.tokens);
  assert.deepEqual(tokens(subtree(root)), [3, 4, 1, 2]);
  assert.deepEqual(tokens(subtree(root, (child) => child !== a)), [3, 4]);
});
