import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { PAGE_TOKENS, PagePool } from '../../../../../../src/engine/server/core/kv/pagePool.ts';
import { PrefixTree } from '../../../../../../src/engine/server/core/kv/prefixTree.ts';
import { NaivePrefixTree } from './naivePrefixTree.ts';
import { TreeIndex } from './treeIndex.ts';
import { speltBy } from './world/checks.ts';

const page = (...tokens: number[]): number[] => [...tokens, ...Array<number>(PAGE_TOKENS - tokens.length).fill(0)];

function setUp() {
  const pool = new PagePool(32);
  const tree = new PrefixTree(pool);
  const take = (count: number): number[] => Array.from({ length: count }, () => pool.take());
  /** The pages are nobody's but the tree's. */
  const letGo = (pages: number[]): number[] => {
    for (const each of pages) pool.release(each);
    return pages;
  };
  return { pool, tree, take, letGo, root: tree.root('w') };
}

describe('PrefixTree', () => {
  test('finds the child with most in common, whatever the order they came in', () => {
    const { tree, root, take } = setUp();
    for (const text of [page(5, 1), page(1, 2), page(5, 3), [5, 3, 9], page(9)]) tree.add(root, text, take(1), 0);
    assert.deepEqual(
      root.children.map(({ tokens }) => tokens.slice(0, 3)),
      [
        [1, 2, 0],
        [5, 1, 0],
        [5, 3, 0],
        [5, 3, 9],
        [9, 0, 0],
      ],
    );
    const best = (...tokens: number[]) => tree.best(root, tokens, 0, tokens.length);
    assert.equal(best(5, 2)?.common, 1);
    assert.deepEqual(best(5, 3, 9, 9)?.node.tokens, [5, 3, 9]);
    assert.equal(best(5, 3, 0)?.common, 3);
    assert.equal(best(4), undefined);
    assert.equal(tree.best(root, [7, 9, 0, 0], 1, 3)?.common, 2);
    assert.equal(tree.best(root, [9], 1, 0), undefined);
  });

  test('a split leaves holders, children and the evictable leaf as they were', () => {
    const { tree, root, take, letGo, pool } = setUp();
    const pages = take(3);
    const node = tree.add(root, [...page(1), ...page(2), ...page(3)], pages, 4);
    letGo(pages);
    const tail = tree.add(node, [7, 7], take(1), 4);
    letGo(tail.pages);
    tree.refresh(tail);
    tree.retain(node);
    const upper = tree.split(node, 1);
    assert.deepEqual([upper.start, node.start, tail.start], [0, 32, 96]);
    assert.deepEqual([upper.pages, node.pages], [pages.slice(0, 1), pages.slice(1)]);
    assert.equal(node.parent, upper);
    assert.deepEqual(root.children, [upper]);
    assert.deepEqual([...tree.evictable], [tail]);
    assert(tree.held(upper) && tree.held(node));
    tree.release(node);
    tree.release(upper);
    tree.remove(tail);
    assert.deepEqual([...tree.evictable], [node]);
    assert.deepEqual(speltBy(node), [...page(1), ...page(2), ...page(3)]);
    pool.checkIntegrity();
    assert.throws(() => tree.split(node, 2), RangeError);
    assert.throws(() => tree.split(node, 0), RangeError);
    assert.throws(() => tree.split(root, 1), RangeError);
  });

  test('the last page is cut off with its children', () => {
    const { tree, root, take, letGo } = setUp();
    const node = tree.add(root, [...page(1), ...page(2)], take(2), 4);
    letGo(node.pages);
    const child = tree.add(node, page(3), [], -1);
    const last = tree.cutLast(node);
    assert.deepEqual([node.tokens, last.tokens], [page(1), page(2)]);
    assert.equal(child.parent, last);
    assert.deepEqual([node.residentChildren, last.residentChildren], [1, 0]);
    assert.deepEqual([...tree.evictable], [last]);
    tree.strip(last);
    assert.deepEqual([...tree.evictable], [node]);
    assert.throws(() => tree.cutLast(node), RangeError);
  });

  test('only leaves can be removed', () => {
    const { tree, root, take } = setUp();
    const node = tree.add(root, page(1), take(1), 0);
    tree.add(node, page(2), [], -1);
    assert.throws(() => tree.remove(node), /leaf/);
    assert.throws(() => tree.remove(root), /leaf/);
  });

  test('workspaces have nothing in common', () => {
    const { tree, take } = setUp();
    tree.add(tree.root('one'), page(1), take(1), 0);
    assert.equal(tree.best(tree.root('two'), page(1), 0, PAGE_TOKENS), undefined);
    assert.deepEqual(
      [...tree.nodes()].map(({ workspace }) => workspace),
      ['one'],
    );
  });
});

const text = fc
  .array(
    fc.record({
      letter: fc.integer({ min: 0, max: 2 }),
      length: fc.oneof(fc.constantFrom(PAGE_TOKENS, 2 * PAGE_TOKENS), fc.integer({ min: 1, max: 45 })),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.flatMap(({ letter, length }) => Array<number>(length).fill(letter)));
const step = fc.record({
  what: fc.constantFrom('insert', 'insert', 'insert', 'hold', 'hold', 'release', 'evict', 'evict', 'save'),
  workspace: fc.constantFrom('one', 'two'),
  text,
  which: fc.nat(),
});

test('gives the answers of its naive twin', () => {
  let steps = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 100, size: 'max' }), (things) => {
      const [tree, twin] = [new TreeIndex(1000), new NaivePrefixTree()];
      const held: { tree: () => void; twin: () => void }[] = [];
      for (const { what, workspace, text, which } of things) {
        if (what === 'insert') {
          tree.insert(workspace, text);
          twin.insert(workspace, text);
        } else if (what === 'hold') {
          held.push({ tree: tree.hold(workspace, text), twin: twin.hold(workspace, text) });
        } else if (what === 'release') {
          const [one] = held.splice(which % Math.max(1, held.length), 1);
          one?.tree();
          one?.twin();
        } else assert.equal(tree.evict(what === 'save'), twin.evict(what === 'save'));
        assert.equal(tree.match(workspace, text), twin.match(workspace, text));
        assert.equal(tree.common(workspace, text), twin.common(workspace, text));
        assert.deepEqual(tree.pages(), twin.pages());
        assert.deepEqual(tree.evictable(), twin.evictable());
        tree.pool.checkIntegrity();
      }
      for (const one of held) {
        one.tree();
        one.twin();
      }
      for (let page = twin.evict(false); page !== undefined; page = twin.evict(false)) {
        assert.equal(tree.evict(false), page);
      }
      assert.equal(tree.pool.free, 1000);
      steps += things.length;
    }),
    { numRuns: 200 },
  );
  assert(steps >= 5_000);
});
