import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applied, planned, refusal } from './planned.ts';

const CLASS = `export class Store {
  private items = new Map<string, number>();

  get(key: string): number | undefined {
    return this.items.get(key);
  }

  async load(name: string): Promise<void> {
    await read(name);
  }
}
`;
const METHOD = '  async save(name: string): Promise<void> {\n    await write(name);\n  }\n';
const BEHIND = CLASS.replace(/\}\n$/, `\n${METHOD}}\n`);

describe('a new member', () => {
  test('behind what is left out comes last, however much it is like another', async () => {
    const heads = [
      '',
      '  private items = new Map<string, number>();\n\n',
      `\n${CLASS.split('\n').slice(3, 6).join('\n')}\n\n`,
    ];
    for (const head of heads) {
      const code = `export class Store {\n${head}  // ... existing code ...\n\n${METHOD}}`;
      assert.equal((await applied(code, CLASS)).text, BEHIND);
      assert.equal((await applied(code.replace(/\}$/, '\n  // ...\n}'), CLASS)).text, BEHIND);
    }
  });

  test('between what is left out and one that the file has comes before that', async () => {
    const load = CLASS.slice(CLASS.indexOf('  async load'));
    const code = `export class Store {\n  private items = new Map<string, number>();\n\n  // ...\n\n${METHOD}\n${load}`;
    assert.equal((await applied(code, CLASS)).text, CLASS.replace(load, `${METHOD}\n${load}`));
  });

  test('of Python and of a module of Rust too', async () => {
    const python =
      'class A:\n    def add(self, n):\n        self.n += n\n\n    def drop(self, n):\n        self.n -= n\n';
    const half = '\n    def half(self, n):\n        self.n /= n\n';
    const { text } = await applied(`class A:\n    # ... existing code ...\n${half}`, python, 'a.py');
    assert.equal(text, python + half);
    const rust = 'mod tests {\n    use super::*;\n\n    #[test]\n    fn one() {\n        check(1);\n    }\n}\n';
    const two = '\n    #[test]\n    fn two() {\n        check(2);\n    }\n';
    const code = `mod tests {\n    use super::*;\n\n    // ... existing tests ...\n${two}}`;
    assert.equal((await applied(code, rust, 'a.rs')).text, rust.replace(/\}\n$/, `${two}}\n`));
  });

  test('of a class of PHP whose block has the mark of the language', async () => {
    const file =
      '<?php\n\nnamespace A;\n\nclass B\n{\n    public function one(): int\n    {\n        return 1;\n    }\n}\n';
    const two = '\n    public function two(): int\n    {\n        return 2;\n    }\n';
    const code = `<?php\n\nclass B\n{\n    // ... existing code ...\n${two}}`;
    assert.equal((await applied(code, file, 'a.php')).text, file.replace(/\}\n$/, `${two}}\n`));
  });
});

test('a field that a struct of Go has more is written once', async () => {
  const file = 'package a\n\ntype Queue struct {\n\titems []int\n}\n\nfunc (q *Queue) Push() {}\n';
  const { text } = await applied('type Queue struct {\n\titems []int\n\tlimit int\n}', file, 'a.go');
  assert.equal(text, file.replace('[]int\n', '[]int\n\tlimit int\n'));
});

test('a method that is shorter than it was loses its end where the block goes on behind it', async () => {
  const file =
    'class A:\n    def add(self, n):\n        self.n += n\n        log(n)\n\n    def drop(self):\n        self.n = 0\n';
  const code = 'class A:\n    # ...\n\n    def add(self, n):\n        self.n += n\n\n    # ... existing code ...';
  assert.equal((await applied(code, file, 'a.py')).text, file.replace('        log(n)\n', ''));
  // Here it may have been cut off.
  const plan = await planned(code.replace(/\n\n {4}# .*$/, ''), file, 'a.py');
  assert.equal(plan.kind, 'refused');
});

test('what reads a property and what writes it are told apart, whatever else has changed', async () => {
  const python =
    'class A:\n    @property\n    def size(self):\n        return self.n\n\n    @size.setter\n    def size(self, n):\n        self.n = n\n';
  const setter = '@size.setter\ndef size(self, count):\n    self.n = int(count)';
  const wanted = python.replace('size(self, n)', 'size(self, count)').replace('= n\n', '= int(count)\n');
  assert.equal((await applied(setter, python, 'a.py')).text, wanted);
  const ts =
    'class A {\n  get size(): number {\n    return this.n;\n  }\n\n  set size(n: number) {\n    this.n = n;\n  }\n}\n';
  const { text } = await applied('set size(n: string) {\n  this.n = Number(n);\n}', ts);
  assert.equal(text, ts.replace('n: number', 'n: string').replace('= n;', '= Number(n);'));
});

test('what is no declaration is not spoken of as one', async () => {
  const call = "it('adds', () => {\n  expect(1).toBe(1);\n});";
  for (const [code, path] of [
    [call, 'a.test.ts'],
    ['#define MOST 64', 'a.c'],
  ] as const) {
    assert.match((await refusal(code, 'int a;\n\nint b;\n', path)).words, /^It is not clear where/);
  }
});

describe('a whole file', () => {
  const file = `${CLASS}\nexport function one(): number {\n  return 1;\n}\n\nexport function two(): number {\n  return 2;\n}\n`;

  test('that leaves out a function or a method asks, one with another name for it does not', async () => {
    for (const [left, name] of [
      [/export function one[^}]*\}\n\n/, /leaves out one,/],
      [/ {2}get\([^}]*\}\n\n/, /leaves out Store\.get,/],
    ] as const) {
      const { plan } = await applied(file.replace(left, ''), file);
      assert.equal(plan.asks, true);
      assert.match(plan.words, name);
    }
    assert.equal((await applied(file.replace('one()', 'first()'), file)).plan.asks, false);
  });

  test('or a part of it has the name of the file above its code, which is not written', async () => {
    const one = 'export function one(): number {\n  return 11;\n}';
    const wanted = file.replace('return 1;', 'return 11;');
    for (const name of ['// src/a.ts\n', '// a.ts\n\n', '/* File: src/a.ts */\n']) {
      assert.equal((await applied(name + one, file, 'src/a.ts')).text, wanted);
      assert.equal((await applied(name + wanted, file, 'src/a.ts')).text, wanted);
    }
    const named = `// a.ts\n${file}`;
    assert.equal((await applied(`// a.ts\n${wanted}`, named, 'src/a.ts')).text, `// a.ts\n${wanted}`);
    const noted = await applied(`// Counts.\n${one}`, file, 'src/a.ts');
    assert.ok(noted.text.includes('// Counts.\nexport function one'));
  });
});
