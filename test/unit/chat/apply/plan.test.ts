import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../../../src/chat/apply/lines.ts';
import { applied, planned, refusal } from './planned.ts';

const CLASS = `import { a } from 'a';

/** Counts. */
export class Counter {
  #count = 0;

  add(by: number): void {
    this.#count += by;
    log(this.#count);
  }

  get total(): number {
    return this.#count;
  }
}

export function main(): void {
  const counter = new Counter();
  counter.add(1);
  console.log(counter.total);
}
`;

describe('a unified diff', () => {
  const diff =
    '@@ -99,3 +12,4 @@\n   add(by: number): void {\n-    this.#count += by;\n+    this.#count += by * 2;\n     log(this.#count);\n';

  test('is placed by its text, whatever its numbers say', async () => {
    const { text, plan } = await applied(diff, CLASS);
    assert.equal(text, CLASS.replace('+= by;', '+= by * 2;'));
    assert.equal(plan.how, 'diff');
    assert.equal(plan.edits.length, 1);
  });

  test('keeps the line ends of a file that has two kinds', async () => {
    const mixed = CLASS.split('\n')
      .map((line, index) => line + (index % 2 === 0 ? '\r\n' : '\n'))
      .join('')
      .slice(0, -1);
    const { text } = await applied(diff, mixed);
    assert.equal(text, mixed.replace('+= by;', '+= by * 2;'));
  });

  test('takes only the part that is for the file, and refuses one for another', async () => {
    const two = `--- a/src/b.ts\n+++ b/src/b.ts\n@@ @@\n-x\n+y\n--- a/src/a.ts\n+++ b/src/a.ts\n${diff}`;
    assert.equal((await applied(two, CLASS, 'src/a.ts')).text, CLASS.replace('+= by;', '+= by * 2;'));
    assert.match((await refusal('--- a/b.ts\n+++ b/b.ts\n@@ @@\n-x\n+y\n', CLASS)).words, /b\.ts, not a\.ts/);
  });

  test('with context that stands twice is refused with both places, or goes where its number says', async () => {
    const twice = `${CLASS}\nfunction again() {\n  work(1);\n  rest(2);\n}\nfunction more() {\n  work(1);\n  rest(2);\n}\n`;
    const change = '@@ @@\n   work(1);\n-  rest(2);\n+  rest(3);\n';
    const { candidates, words } = await refusal(change, twice);
    assert.equal(candidates.length, 2);
    assert.match(words, /more than once/);
    const line = candidates[1]![0];
    const { text } = await applied(change.replace('@@ @@', `@@ -${line},2 +${line},2 @@`), twice);
    assert.ok(text.endsWith('work(1);\n  rest(3);\n}\n'));
    assert.equal((await applied(change, twice, 'a.ts', { near: [line - 2, line + 3] })).text, text);
  });

  test('of a line that has changed since keeps both changes where they do not meet, and else asks', async () => {
    const file = CLASS.replace('counter.add(1);', 'counter.add(1); // once');
    const change = (to: string) =>
      `@@ @@\n   const counter = new Counter();\n-  counter.add(1);\n+  ${to}\n   console.log(counter.total);\n`;
    const near = file.replace('// once', '//');
    assert.equal(
      (await applied(change('counters.add(1);'), near)).text,
      near.replace('counter.add(1);', 'counters.add(1);'),
    );
    const { plan } = await applied(
      '@@ @@\n   const counter = new Counter();\n-  counter.add(12);\n+  counter.add(13);\n   console.log(counter.total);\n',
      CLASS,
    );
    assert.equal(plan.asks, true);
  });
});

describe('search and replace', () => {
  test('of several places, with a path, unindented, is placed with the indentation of the file', async () => {
    const code =
      'src/a.ts\n<<<<<<< SEARCH\nadd(by: number): void {\n  this.#count += by;\n=======\nadd(by: number): void {\n  if (by < 0) {\n    throw new Error();\n  }\n  this.#count += by;\n>>>>>>> REPLACE\n\n<<<<<<< SEARCH\n  counter.add(1);\n=======\n>>>>>>> REPLACE\n';
    const { text, plan } = await applied(code, CLASS, 'src/a.ts');
    assert.equal(plan.how, 'searchReplace');
    assert.equal(
      text,
      CLASS.replace(
        '    this.#count += by;',
        '    if (by < 0) {\n      throw new Error();\n    }\n    this.#count += by;',
      ).replace('  counter.add(1);\n', ''),
    );
  });

  test('that was cut off, finds nothing, or is there already is refused', async () => {
    assert.match((await refusal('<<<<<<< SEARCH\na\n=======\nb\n', CLASS)).words, /not whole/);
    assert.match(
      (await refusal('<<<<<<< SEARCH\nnothing like it at all\n=======\nb\n>>>>>>> REPLACE', CLASS)).words,
      /not in the file/,
    );
    const there =
      '<<<<<<< SEARCH\n  counter.add(9999999999999);\n  something.else();\n=======\n  const counter = new Counter();\n  counter.add(1);\n>>>>>>> REPLACE';
    assert.match((await refusal(there, CLASS)).words, /already/);
  });

  test('does not lose lines that the block does not know', async () => {
    const code =
      '<<<<<<< SEARCH\n  const counter = new Counter();\n  console.log(counter.total);\n=======\n  run();\n>>>>>>> REPLACE';
    assert.match((await refusal(code, CLASS)).words, /does not know|not in the file/);
  });
});

describe('a whole file', () => {
  test('changes only the lines that differ, and keeps that there is no final line end', async () => {
    const wanted = CLASS.replace('counter.add(1);', 'counter.add(2);');
    const { text, plan } = await applied(wanted, CLASS.trimEnd());
    assert.equal(text, wanted.trimEnd());
    assert.equal(plan.how, 'file');
    assert.equal(plan.asks, false);
    assert.deepEqual(
      plan.edits.map(({ text: line }) => line),
      ['  counter.add(2);\n'],
    );
  });

  test('that takes away more than 30 % asks', async () => {
    const long = Array.from({ length: 40 }, (_, index) => `line number ${index}`);
    const { plan } = await applied(
      [...long.slice(0, 13), ...long.slice(27)].join('\n'),
      `${long.join('\n')}\n`,
      'a.txt',
    );
    assert.equal(plan.asks, true);
    assert.match(plan.words, /14 of the 40 lines/);
  });

  test('that the file says already changes nothing', async () => {
    assert.deepEqual((await applied(CLASS, CLASS)).plan.edits, []);
  });

  test('fills an empty file', async () => {
    assert.equal((await applied('a\nb', '', 'a.txt')).text, 'a\nb\n');
  });
});

describe('a symbol', () => {
  test('replaces the one of its name, where it was told without its class', async () => {
    const { text, plan } = await applied('add(by: number): void {\n  this.#count += 2 * by;\n}', CLASS);
    assert.equal(plan.how, 'symbol');
    assert.equal(text, CLASS.replace('    this.#count += by;\n    log(this.#count);', '    this.#count += 2 * by;'));
  });

  test('in a class with placeholders leaves the other members', async () => {
    const code =
      'export class Counter {\n  // ... existing code ...\n\n  get total(): number {\n    return -this.#count;\n  }\n}';
    assert.equal((await applied(code, CLASS)).text, CLASS.replace('return this', 'return -this'));
  });

  test('that is new comes behind its neighbour, or is refused', async () => {
    const code =
      'export class Counter {\n  // ... existing code ...\n\n  get total(): number {\n    return this.#count;\n  }\n\n  reset(): void {\n    this.#count = 0;\n  }\n}';
    const wanted = CLASS.replace(
      '    return this.#count;\n  }\n',
      '    return this.#count;\n  }\n\n  reset(): void {\n    this.#count = 0;\n  }\n',
    );
    assert.equal((await applied(code, CLASS)).text, wanted);
    const last =
      'export class Counter {\n  // ... rest of the class ...\n\n  reset(): void {\n    this.#count = 0;\n  }\n}';
    assert.equal((await applied(last, CLASS)).text, wanted);
    assert.match((await refusal('function other() {\n  go();\n}', CLASS)).words, /no function other/);
  });

  test('brings imports that the file does not have', async () => {
    const code = "import { b } from 'b';\n\nexport function main(): void {\n  b();\n}";
    const { text } = await applied(code, CLASS);
    assert.ok(text.startsWith("import { a } from 'a';\nimport { b } from 'b';\n"));
    assert.ok(text.endsWith('export function main(): void {\n  b();\n}\n'));
  });

  test('of which the file has two is refused with both, unless one is meant', async () => {
    const file = 'class A {\n  m() {\n    return 1;\n  }\n}\nclass B {\n  m() {\n    return 2;\n  }\n}\n';
    assert.equal((await refusal('m() {\n  return 3;\n}', file)).candidates.length, 2);
    assert.equal(
      (await applied('m() {\n  return 3;\n}', file, 'a.ts', { near: [8, 8] })).text,
      file.replace('return 2', 'return 3'),
    );
  });

  test('that is a class without some of its members asks', async () => {
    const { plan } = await applied(
      'export class Counter {\n  #count = 0;\n\n  add(by: number): void {\n    this.#count += by;\n  }\n}',
      CLASS,
    );
    assert.equal(plan.asks, true);
    assert.match(plan.words, /total/);
  });

  test('that was cut off is refused', async () => {
    await refusal('export function main(): void {\n  const counter = new Counter();\n  if (x) {', CLASS);
  });
});

describe('a placeholder', () => {
  test('in a function stands for the lines that it had there', async () => {
    const file = 'def f(a):\n    one = a + 1\n    two = one * 2\n    three = two - 1\n    return three\n';
    const { text } = await applied(
      'def f(a, b):\n    # ... existing code ...\n    three = two - b\n    return three\n',
      file,
      'a.py',
    );
    assert.equal(text, file.replace('f(a)', 'f(a, b)').replace('two - 1', 'two - b'));
  });

  const never = [
    'export function main(): void {\n  // ... existing code ...\n  return done;\n}',
    'export function main(): void { ... }',
    'export function main(): void {\n  const counter = make();\n  // rest unchanged\n  other();\n  // rest unchanged\n}',
    '@@ @@\n   const counter = new Counter();\n-  counter.add(1);\n+  // ... existing code ...\n',
    '<<<<<<< SEARCH\n  counter.add(1);\n=======\n  // ... keep the rest\n>>>>>>> REPLACE',
    '// ... rest of the file unchanged',
    '...',
  ];
  for (const code of never) {
    test(`never lands: ${JSON.stringify(code).slice(0, 60)}`, async () => {
      const plan = await planned(code, CLASS);
      if (plan.kind === 'refused') return;
      const text = applyEdits(CLASS, plan.edits);
      assert.doesNotMatch(text, /\.\.\.|unchanged|keep the rest/);
      assert.ok(text.includes('counter.add(1);'), text);
    });
  }

  test('that the file has itself is text like any other', async () => {
    const file = 'class P:\n    def a(self):\n        ...\n\n    def b(self):\n        return 1\n';
    assert.equal(
      (await applied(file.replace('return 1', 'return 2'), file, 'a.py')).text,
      file.replace('return 1', 'return 2'),
    );
  });
});

describe('a region', () => {
  test('is found by its ends in a language without a grammar', async () => {
    const file = 'alpha = 1\nbeta = 2\ngamma = 3\ndelta = 4\nepsilon = 5\n';
    const { text, plan } = await applied('beta = 2\ngamma = 30\ndelta = 4', file, 'a.unknown');
    assert.equal(text, file.replace('gamma = 3', 'gamma = 30'));
    assert.equal(plan.how, 'region');
  });

  test('that could be anywhere is refused', async () => {
    await refusal('something();\nquite.different();', CLASS);
    await refusal('}\n', CLASS);
  });
});
