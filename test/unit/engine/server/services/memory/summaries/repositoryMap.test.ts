import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { pageRank } from '../../../../../../../src/engine/server/services/memory/summaries/pageRank.ts';
import { RepositoryMap } from '../../../../../../../src/engine/server/services/memory/summaries/repositoryMap.ts';

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-4, `${a} is not ${b}`);

describe('page rank', () => {
  // The same in networkx 3.4: pagerank of the edges with these weights, alpha .85.
  test('is what the equations give', () => {
    const edges = [
      { from: 0, to: 1, weight: 1 },
      { from: 1, to: 0, weight: 1 },
    ];
    near(pageRank(2, edges, new Float64Array(2))[0]!, 0.5);
    // One that points to nothing: x = .15/2 + .85 y/2, y = .15/2 + .85 (x + y/2), x + y = 1.
    const [x] = pageRank(2, [{ from: 0, to: 1, weight: 3 }], new Float64Array(2));
    near(x!, 0.5 / 1.425);
  });

  test('shares one out, and begins where it is told to', () => {
    const edge = fc.record({ from: fc.nat(7), to: fc.nat(7), weight: fc.double({ min: 0.1, max: 50, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(edge), fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }), (edges, wanted) => {
        const ranks = pageRank(8, edges, Float64Array.from(wanted));
        near(
          ranks.reduce((sum, one) => sum + one, 0),
          1,
        );
        if (edges.length === 0 && wanted.some((one) => one > 0)) {
          for (const [node, rank] of ranks.entries()) assert.equal(rank > 0, wanted[node]! > 0);
        }
      }),
    );
  });
});

describe('the repository map', () => {
  const FILES: [string, string, string[]][] = [
    ['src/store.ts', 'class CartStore {}', ['CartStore']],
    ['src/a.ts', 'new CartStore(); helper()', ['a']],
    ['src/b.ts', 'CartStore CartStore', ['b', 'helper']],
    ['test/a.test.ts', 'CartStore helper', ['FakeStore']],
    ['lib/other.ts', 'nothing of it', ['other']],
  ];
  const mapOf = (files: typeof FILES) => {
    const map = new RepositoryMap();
    for (const [path, code, defines] of files) map.set(path, code, defines);
    return map;
  };
  const order = (map: RepositoryMap, at: string[] = []) =>
    FILES.map(([path]) => path).sort((a, b) => map.rank(b, at) - map.rank(a, at));

  test('has those first that others use, and tests last', () => {
    assert.equal(order(mapOf(FILES))[0], 'src/store.ts');
    assert.equal(order(mapOf(FILES)).at(-1), 'test/a.test.ts');
    const map = mapOf(FILES);
    assert.ok(map.rank('src') > map.rank('lib'));
    near(map.rank('src') + map.rank('lib') + map.rank('test'), 1);
    assert.equal(map.rank('src/none.ts'), 0);
  });

  test('is the same in whatever order files came, and after a file was written again', () => {
    const map = mapOf([...FILES].reverse());
    map.set('src/a.ts', 'other text', ['x']);
    map.set(...FILES[1]!);
    map.set('gone.ts', 'CartStore helper other', ['y']);
    map.remove('gone.ts');
    for (const [path] of FILES) assert.equal(map.rank(path), mapOf(FILES).rank(path));
  });

  test('is the same in another process', () => {
    const map = mapOf(FILES);
    const other = new RepositoryMap();
    for (const [path] of FILES) other.restore(path, map.noted(path)!);
    other.restore('broken.ts', '["x", 1');
    for (const [path] of FILES) assert.equal(other.rank(path), map.rank(path));
    assert.equal(other.size, FILES.length);
    assert.equal(map.noted('none.ts'), undefined);
  });

  test('follows what changes', () => {
    const map = mapOf(FILES);
    const before = map.rank('lib/other.ts');
    map.set('src/a.ts', 'other other', ['a']);
    assert.ok(map.rank('lib/other.ts') > before);
  });

  test('leans to where the user works', () => {
    const map = mapOf(FILES);
    assert.ok(map.rank('lib/other.ts', ['lib/other.ts']) > map.rank('lib/other.ts'));
  });

  test('counts a name less that many define', () => {
    const map = new RepositoryMap();
    for (let n = 0; n < 8; n++) map.set(`many${n}.ts`, '', ['theCommonName']);
    map.set('one.ts', '', ['theOnlyName']);
    map.set('user.ts', 'theCommonName theOnlyName', []);
    assert.ok(map.rank('one.ts') > map.rank('many0.ts'));
  });
});
