import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseQuery } from '../../../../../../src/engine/server/services/search/query.ts';
import { type Ranked, ranking } from '../../../../../../src/engine/server/services/search/ranking.ts';
import { SearchIndex } from '../../../../../../src/engine/server/services/search/searchIndex.ts';

function ranked(files: Record<string, string>, query: string, within?: (path: string) => boolean) {
  const index = new SearchIndex(100 << 20);
  for (const [path, text] of Object.entries(files)) for (const _ of index.add(path, text));
  return finished(ranking(index, parseQuery(query), within));
}
function finished(steps: Generator<void, Ranked[]>): Ranked[] {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
const paths = (files: Record<string, string>, query: string) => ranked(files, query).map(({ file }) => file.path);

const FILL = Object.fromEntries(
  Array.from({ length: 20 }, (_, i) => [`fill/${i}.ts`, `const filler${i} = other(${i});\n`]),
);

describe('rank', () => {
  it('puts where a name is declared before where it is used', () => {
    const use = 'import { PagePool } from "./x";\nconst pool = new PagePool();\nuse(PagePool);\n';
    assert.equal(
      paths({ ...FILL, 'a.ts': use, 'b.ts': 'export class PagePool {\n}\n', 'c.ts': use }, 'PagePool')[0],
      'b.ts',
    );
    assert.equal(
      paths(
        { ...FILL, 'a.ts': use, 'b.ts': 'export class PagePool {\n}\n', 'c.ts': use },
        'where is the page pool?',
      )[0],
      'b.ts',
    );
  });
  it('puts a file that is called so before one that only says it', () => {
    assert.equal(
      paths({ ...FILL, 'other.ts': 'a secret here', 'secret.ts': 'a secret here' }, 'secret')[0],
      'secret.ts',
    );
  });
  it('puts what has both words before what has one of them often', () => {
    const often = { 'a.ts': 'cache cache cache cache cache cache', 'b.ts': 'the cache has an eviction' };
    assert.equal(paths({ ...FILL, ...often }, 'cache eviction')[0], 'b.ts');
  });
  it('puts tests last, but first where they are asked for', () => {
    const files = {
      ...FILL,
      'src/pool.ts': 'export function drain() {}',
      'test/pool.test.ts': 'drain(); drain(); drain(); // test',
    };
    assert.equal(paths(files, 'drain')[0], 'src/pool.ts');
    assert.equal(paths(files, 'tests of drain')[0], 'test/pool.test.ts');
  });
  it('shows three pieces of a file at most, with their lines and why', () => {
    const long = Array.from({ length: 10 }, (_, i) => `// zebra ${i}\n${'step();\n'.repeat(30)}\n`).join('');
    const found = ranked({ ...FILL, 'a.ts': long, 'b.ts': 'zebra lion' }, 'zebra and lions');
    assert.equal(found.filter(({ file }) => file.path === 'a.ts').length, 3);
    const first = found.find(({ file }) => file.path === 'b.ts')!;
    assert.deepEqual([first.start, first.end, first.why], [1, 1, ['lions', 'zebra']]);
    for (const { start, end } of found) assert(start >= 1 && end >= start && end <= 321);
  });
  it('takes it when files come and go between its steps', () => {
    const index = new SearchIndex(100 << 20);
    for (let n = 0; n < 40; n++) for (const _ of index.add(`src/${n}.ts`, `export const zebra${n} = 'a zebra';\n`));
    const steps = ranking(index, parseQuery('zebra'));
    steps.next();
    index.delete('src/7.ts');
    for (const _ of index.add('src/late.ts', 'zebra zebra zebra'));
    const found = finished(steps).map(({ file }) => file.path);
    assert.equal(found.includes('src/7.ts'), false);
    assert.deepEqual([found.length, new Set(found).size], [39, 39]);
  });
  it('searches only where it is told to, and finds nothing for a question without words', () => {
    const files = { 'a/x.ts': 'zebra', 'b/x.ts': 'zebra' };
    assert.deepEqual(
      ranked(files, 'zebra', (path) => path.startsWith('b/')).map(({ file }) => file.path),
      ['b/x.ts'],
    );
    assert.deepEqual(ranked(files, '?'), []);
    assert.deepEqual(ranked({}, 'zebra'), []);
  });
});
