import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { PAGE_TOKENS, PagePool } from '../../../../../../src/engine/server/core/kv/pagePool.ts';
import { PrefixTree } from '../../../../../../src/engine/server/core/kv/prefixTree.ts';
import type { TreeNode } from '../../../../../../src/engine/server/core/kv/treeNode.ts';
import { checkPool, nodesOf } from '../../../../../helpers/cacheIntegrity.ts';
import { NaivePrefixTree } from './naivePrefixTree.ts';
import { TreeIndex } from './treeIndex.ts';

const page = (...tokens: number[]): number[] => [...tokens, ...Array<number>(PAGE_TOKENS - tokens.length).fill(0)];

function setUp() {
  const pool = new PagePool(32);
  const tree = new PrefixTree(pool);
  /** A node whose page is nobody's but the tree's. */
  const add = (parent: TreeNode, text: number[]): TreeNode => {
    const page = pool.take();
    const node = tree.add(parent, text);
    tree.furnish(node, page, 4);
    pool.release(page);
    tree.refresh(node);
    return node;
  };
  return { pool, tree, add, root: tree.addRoot('w') };
}

describe('PrefixTree', () => {
  test('finds the child with most in common, whatever the order they came in', () => {
    const { tree, root, add } = setUp();
    for (const text of [page(5, 1), page(1, 2), page(5, 3), [5, 3, 9], page(9)]) add(root, text);
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

  test('only a leaf on the device that nobody holds is evictable', () => {
    const { tree, root, add, pool } = setUp();
    const [first, second] = [add(root, page(1)), add(root.children[0]!, page(2))];
    const tail = add(second, [7, 7]);
    assert.deepEqual([first.start, second.start, tail.start], [0, 32, 64]);
    assert.deepEqual([...tree.evictable], [tail]);
    for (const node of [first, second]) tree.retain(node);
    tree.remove(tail);
    assert.deepEqual([...tree.evictable], []);
    assert(tree.held(first) && tree.held(second));
    for (const node of [second, first]) tree.release(node);
    assert.deepEqual([...tree.evictable], [second]);
    tree.strip(second);
    assert.deepEqual([...tree.evictable], [first]);
    assert.deepEqual([second.page, pool.free], [-1, 31]);
    const again = pool.take();
    tree.furnish(second, again, 4);
    pool.release(again);
    tree.refresh(second);
    assert.deepEqual([...tree.evictable], [second]);
    checkPool(pool);
  });

  test('the cheapest comes first, whatever its priority was when it came in', () => {
    const { tree, root, add } = setUp();
    const nodes = [3, 1, 2].map((priority) => Object.assign(add(root, page(priority)), { priority }));
    assert.equal(tree.cheapest, nodes[1]);
    nodes[1]!.priority = 9;
    assert.equal(tree.cheapest, nodes[2]);
    for (const node of nodes) tree.remove(node);
    assert.equal(tree.cheapest, undefined);
  });

  test('only leaves can be removed, and roots without children', () => {
    const { tree, root, add } = setUp();
    const node = add(root, page(1));
    const saved = tree.add(node, page(2));
    assert.throws(() => tree.remove(node), /leaf/);
    assert.throws(() => tree.remove(root), /leaf/);
    tree.remove(saved);
    tree.remove(node);
    tree.remove(root);
    assert.deepEqual([...tree.roots], []);
    assert.equal(tree.root('w'), undefined);
  });

  test('workspaces have nothing in common', () => {
    const { tree, add } = setUp();
    add(tree.addRoot('one'), page(1));
    assert.equal(tree.best(tree.addRoot('two'), page(1), 0, PAGE_TOKENS), undefined);
    assert.deepEqual(
      [...nodesOf(tree)].map(({ workspace }) => workspace),
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
  what: fc.constantFrom('insert', 'insert', 'insert', 'hold', 'hold', 'release', 'evict', 'evict', 'save', 'forget'),
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
        } else if (what === 'forget') {
          if (held.length > 0) continue; // who holds pages takes them along: that is the cache's
          tree.forget(workspace);
          twin.forget(workspace);
        } else assert.equal(tree.evict(what === 'save'), twin.evict(what === 'save'));
        assert.equal(tree.match(workspace, text), twin.match(workspace, text));
        assert.equal(tree.common(workspace, text), twin.common(workspace, text));
        assert.deepEqual(tree.pages(), twin.pages());
        assert.deepEqual(tree.evictable(), twin.evictable());
        checkPool(tree.pool);
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
