import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testedOf } from '../../../../../../../src/engine/server/services/memory/ranking/tested.ts';

const tested = (...paths: string[]) =>
  [...testedOf(paths.map((path, i) => ({ path, relevance: 1 - i / 10 })))].map(([path, of]) => [path, of.path]);

const PAIRS: [test: string, file: string][] = [
  ['test/unit/kv/pool.test.ts', 'src/kv/pool.ts'],
  ['src/kv/pool.spec.ts', 'src/kv/pool.ts'],
  ['tests/test_pool.py', 'kv/pool.py'],
  ['tests/test_pool.py', 'kv/_pool.py'],
  ['kv/pool_test.go', 'kv/pool.go'],
  ['tests/Handler/PoolTest.php', 'src/Handler/Pool.php'],
];
for (const [of, file] of PAIRS) {
  test(`${of} is a test of ${file}`, () => assert.deepEqual(tested(of, file, 'src/other.ts'), [[file, of]]));
}

const NONE = [
  ['test/helpers/pool.ts', 'src/kv/pool.ts'],
  ['src/contest.ts', 'src/con.ts'],
  ['test/test.ts', 'src/index.ts'],
];
for (const [of, file] of NONE) {
  test(`${of} is no test of ${file}`, () => assert.deepEqual(tested(of!, file!), []));
}

test('of several files of a name a test is of the one that is nearest to it, and the best test of a file counts', () => {
  assert.deepEqual(tested('test/kv/index.test.ts', 'src/net/index.ts', 'src/kv/index.ts'), [
    ['src/kv/index.ts', 'test/kv/index.test.ts'],
  ]);
  const tests = [0.3, 0.8, 0.5].map((relevance) => ({ path: 'a.test.ts', relevance }));
  assert.equal(testedOf([...tests, { path: 'a.ts', relevance: 0 }]).get('a.ts')?.relevance, 0.8);
});
