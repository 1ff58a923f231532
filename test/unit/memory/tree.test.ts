import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childrenOf, contextOf, lookOf, rootsOf, tooltipOf } from '../../../src/memory/tree.ts';
import { item, NOW, status } from './items.ts';

const names = (nodes: ReturnType<typeof childrenOf>) =>
  nodes.map((node) =>
    node.type === 'folder' ? `${node.label}/ ${node.count}` : node.type === 'item' ? node.item.id : node.type,
  );

test('the first level is what is pinned and the kinds that there are, what waits for a decision first', () => {
  const roots = rootsOf('s', { items: { symbol: 4, fact: 2, proposal: 1, turn: 0 }, pinned: 3 });
  assert.deepEqual(
    roots.map((node) => [node.type, 'kind' in node ? node.kind : '', 'count' in node ? node.count : 0]),
    [
      ['pinned', '', 3],
      ['kind', 'proposal', 1],
      ['kind', 'fact', 2],
      ['kind', 'symbol', 4],
    ],
  );
  assert.deepEqual(rootsOf('s', status()), []);
});

test('files and symbols lie in their folders, a chain of folders is one, numbers count as numbers', () => {
  const file = (id: number, path: string) => item(id, { kind: 'file', path, title: path });
  const items = [
    file(1, 'src/b10.ts'),
    file(2, 'src/b9.ts'),
    file(3, 'a.ts'),
    file(4, 'packages/core/lib/x.ts'),
    file(5, 'packages/core/lib/y.ts'),
  ];
  assert.deepEqual(names(childrenOf('s', 'file', items)), ['packages/core/lib/ 2', 'src/ 2', 3]);
  assert.deepEqual(names(childrenOf('s', 'file', items, 'src')), [2, 1]);
  assert.deepEqual(names(childrenOf('s', 'file', items, 'packages/core/lib')), [4, 5]);
  // A folder whose name begins like another's is another.
  assert.deepEqual(names(childrenOf('s', 'file', [file(6, 'srcs/c.ts'), ...items], 'src')), [2, 1]);
});

test('in a list pinned ones come first and superseded ones last, the rest stays as it came', () => {
  const items = [item(1, { supersededBy: 2 }), item(2), item(3, { pinned: true }), item(4)];
  assert.deepEqual(names(childrenOf('s', 'fact', items)), [3, 2, 4, 1]);
});

test('a row says in words what its icon says', () => {
  const superseded = lookOf(item(1, { supersededBy: 2, activations: 1, activated: NOW }), NOW);
  assert.equal(superseded.description, 'superseded · used once · yesterday');
  assert.equal(superseded.icon, 'circle-slash');
  assert.match(superseded.spoken, /^Fact, Title 1, superseded, used once$/);
  const symbol = lookOf(item(2, { kind: 'symbol', title: 'A.m', path: 'src/a.ts', pinned: true }), NOW);
  assert.deepEqual([symbol.label, symbol.description, symbol.icon], ['A.m', 'pinned · src/a.ts', 'pinned']);
  assert.match(lookOf(item(3, { kind: 'proposal' }), NOW).description, /^not accepted yet/);
  assert.equal(lookOf(item(4, { kind: 'file', title: 'src/deep/a.ts', path: 'src/deep/a.ts' }), NOW).label, 'a.ts');
  assert.match(tooltipOf(item(5), NOW).join('\n'), /never used yet/);
  assert.equal(contextOf(item(6)), 'fact unpinned');
  assert.equal(contextOf(item(6, { pinned: true })), 'fact pinned');
});
