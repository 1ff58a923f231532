import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FileTree } from '../../../../../../../src/engine/server/services/memory/indexing/fileTree.ts';

const fileOf = (path: string, treeHash: string) => ({ path, size: 1, mtimeMs: 1, contentHash: treeHash, treeHash });

const path = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'a-b'), { minLength: 1, maxLength: 4 })
  // A folder and a file of one name cannot be together.
  .map((names) => [...names.slice(0, -1), `${names.at(-1)}.ts`].join('/'));

describe('FileTree', () => {
  it('has the hash of what is in it, however it came to that', () => {
    const steps = fc.array(fc.tuple(path, fc.constantFrom('1', '2', '', undefined)));
    fc.assert(
      fc.property(steps, (all) => {
        const tree = new FileTree([]);
        const naive = new Map<string, string>();
        for (const [one, hash] of all) {
          tree.hashOf('');
          if (hash === undefined) {
            tree.delete(one);
            naive.delete(one);
          } else {
            tree.set(fileOf(one, hash));
            naive.set(one, hash);
          }
        }
        const anew = new FileTree([...naive].reverse().map(([one, hash]) => fileOf(one, hash)));
        const folders = new Set([...naive.keys()].flatMap((one) => prefixesOf(one)));
        for (const folder of ['', ...folders]) {
          assert.equal(tree.hashOf(folder), anew.hashOf(folder));
          const isThere = [...naive].some(([one, hash]) => hash !== '' && isIn(one, folder));
          assert.equal(tree.hashOf(folder) !== undefined, isThere, folder);
          assert.deepEqual(tree.childrenOf(folder), anew.childrenOf(folder));
        }
      }),
    );
  });

  it('touches a folder and those around it, and no other, with another hash for each', () => {
    const tree = new FileTree([fileOf('a/b/one.ts', '1'), fileOf('a/two.ts', '2'), fileOf('c/three.ts', '3')]);
    for (const folder of tree.touched) tree.settled(folder);
    const before = ['', 'a', 'a/b', 'c'].map((folder) => tree.hashOf(folder));
    tree.set(fileOf('a/b/one.ts', '4'));
    assert.deepEqual(tree.touched, ['a/b', 'a', '']);
    const after = ['', 'a', 'a/b', 'c'].map((folder) => tree.hashOf(folder));
    assert.deepEqual(
      after.map((hash, at) => hash === before[at]),
      [false, false, false, true],
    );
    tree.set({ ...fileOf('c/three.ts', '3'), mtimeMs: 2 });
    assert.deepEqual(tree.touched, ['a/b', 'a', '']);
  });

  it('gives a folder that moved the hash that it had', () => {
    const tree = new FileTree([fileOf('a/b/one.ts', '1'), fileOf('a/b/c/two.ts', '2')]);
    const hash = tree.hashOf('a/b');
    tree.set(fileOf('d/one.ts', '1'));
    tree.set(fileOf('d/c/two.ts', '2'));
    tree.delete('a/b/one.ts');
    tree.delete('a/b/c/two.ts');
    assert.equal(tree.hashOf('d'), hash);
    assert.equal(tree.hashOf('a'), undefined);
  });
});

const isIn = (file: string, folder: string): boolean => folder === '' || file.startsWith(`${folder}/`);
const prefixesOf = (file: string): string[] => {
  const names = file.split('/').slice(0, -1);
  return names.map((_name, at) => names.slice(0, at + 1).join('/'));
};
