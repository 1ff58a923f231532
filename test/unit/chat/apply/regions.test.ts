import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changedRuns } from '../../../../src/chat/apply/changedRuns.ts';
import { applied, refusal } from './planned.ts';

describe('a region', () => {
  test('that leaves out lines between its ends asks', async () => {
    const css =
      '.a {\n  color: red;\n  margin: 1px;\n}\n\n.b {\n  color: blue;\n}\n\n.c {\n  color: green;\n  margin: 2px;\n  padding: 0;\n}\n';
    const { plan } = await applied(
      '.a {\n  color: red;\n  margin: 3px;\n}\n\n.c {\n  color: green;\n  margin: 3px;\n  padding: 0;\n}',
      css,
      'a.css',
    );
    assert.equal(plan.asks, true);
    assert.match(plan.words, /leaves out lines \d-\d/);
  });

  test('with a new last line before what closes it', async () => {
    const sql = 'CREATE TABLE users (\n  id INTEGER PRIMARY KEY,\n  name TEXT NOT NULL\n);\n\nSELECT 1;\n';
    const { text } = await applied(
      'CREATE TABLE users (\n  id INTEGER PRIMARY KEY,\n  name TEXT NOT NULL,\n  email TEXT UNIQUE\n);',
      sql,
      'a.sql',
    );
    assert.equal(text, sql.replace('NULL\n', 'NULL,\n  email TEXT UNIQUE\n'));
  });

  test('whose last lines may be others of what is below it is refused, or asks', async () => {
    const make = 'app: main.o util.o\n\t$(CC) -o app main.o util.o\n\nclean:\n\trm -f *.o app\n';
    await refusal('app: main.o util.o\n    gcc -Wall main.o', make, 'Makefile');
    const docker = 'FROM node:20\nWORKDIR /app\nCOPY . .\nEXPOSE 3000\nCMD ["node", "a.js"]\n';
    const { text, plan } = await applied('WORKDIR /app\nCOPY . .\nRUN npm run build', docker, 'Dockerfile');
    assert.equal(text, docker.replace('. .\n', '. .\nRUN npm run build\n'));
    assert.equal(plan.asks, true);
  });

  test('that opens brackets which it does not close was cut off', async () => {
    const file = 'class A:\n    def add(self, item):\n        self.items.append(item)\n        self.count += 1\n';
    await refusal('class A:\n    def add(self, item):\n        self.items.append(', file, 'a.py');
  });

  test('that ends a paragraph takes more lines without a question', async () => {
    const toml = '[package]\nname = "a"\n\n[dependencies]\nserde = "1.0"\n\n[dev-dependencies]\ntempfile = "3"\n';
    const { text, plan } = await applied('[dependencies]\nserde = "1.0"\nanyhow = "1"', toml, 'Cargo.toml');
    assert.equal(text, toml.replace('"1.0"\n', '"1.0"\nanyhow = "1"\n'));
    assert.equal(plan.asks, false);
  });
});

describe('new lines behind what is left out come before what closes the block that they are in', () => {
  const cases = {
    'a.test.ts': [
      "describe('math', () => {\n  it('adds', () => {\n    expect(add(1, 2)).toBe(3);\n  });\n\n",
      "  it('subtracts', () => {\n    expect(sub(1, 2)).toBe(-1);\n  });\n",
      '});\n',
    ],
    'a.py': ['CONFIG = {\n    "host": "localhost",\n', '    "timeout": 30,\n', '}\n'],
    'a.js': [
      'module.exports = {\n  get(req) {\n    return api.get(req.id);\n  },\n\n',
      '  remove(req) {\n    return api.remove(req.id);\n  },\n',
      '};\n',
    ],
    'a.kt': [
      'class Counter(var count: Int) {\n    fun total(): Int {\n        return count\n    }\n\n',
      '    fun reset() {\n        count = 0\n    }\n',
      '}\n',
    ],
    'a.html': ['<head>\n  <title>A</title>\n', '  <link rel="stylesheet" href="a.css">\n', '</head>\n'],
  };
  for (const [path, [before, added, close]] of Object.entries(cases) as [string, [string, string, string]][]) {
    test(path, async () => {
      const [first] = before.split('\n') as [string];
      const mark =
        { py: '# ...', html: '<!-- existing content -->' }[path.split('.').at(-1)!] ?? '// ... existing code ...';
      const after = '\nother(1);\n';
      const { text } = await applied(
        `${first}\n  ${mark}\n\n${added}${close}`,
        `${before.trimEnd()}\n${close}${after}`,
        path,
      );
      assert.equal(text.replace(/\n\n/g, '\n'), `${before}${added}${close}${after}`.replace(/\n\n/g, '\n'));
    });
  }

  test('or next to those that they stand by, where brackets alone frame the block', async () => {
    const file =
      '{\n  "name": "a",\n  "scripts": {\n    "build": "tsc",\n    "test": "jest"\n  },\n  "files": ["b"]\n}\n';
    const code =
      '{\n  // ...\n  "scripts": {\n    "build": "tsc",\n    "test": "vitest"\n  },\n  // ... existing code ...\n}';
    assert.equal((await applied(code, file, 'package.json')).text, file.replace('"jest"', '"vitest"'));
  });
});

test('of long texts that have little in common the changed runs are found soon, and are right', () => {
  const before = Array.from({ length: 20_000 }, (_, index) => (index % 50 === 0 ? `same ${index}` : `old ${index}`));
  const after = before.map((line, index) => (index % 50 === 0 ? line : `new ${index}`)).toSpliced(70, 3, 'more');
  const start = performance.now();
  const runs = changedRuns(before, after);
  // Without anchors minutes.
  assert.ok(performance.now() - start < 10_000);
  const made: string[] = [];
  let at = 0;
  for (const { from, to, newFrom, newTo } of runs) {
    made.push(...before.slice(at, from), ...after.slice(newFrom, newTo));
    at = to;
  }
  assert.deepEqual([...made, ...before.slice(at)], after);
  assert.equal(runs.length, 400);
});
