import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionRequest } from '../../../src/completion/request.ts';
import { scopeOf } from '../../../src/completion/scope.ts';
import { place } from './place.ts';

const scope = (file: string, changes: Partial<CompletionRequest> = {}) => {
  const near = place(file);
  return scopeOf(near, { path: 'a.ts', ...near, indentation: { tabs: false, width: 2 }, ...changes });
};

const ONE: [what: string, file: string][] = [
  ['inside a line', 'foo(| + 1);'],
  ['the middle of a statement', 'const a = |\nconst b;'],
  ['the arguments of a call', 'foo(|)'],
  ['the names of an import', 'import {|}'],
  ['an object on one line', 'const a = {|}'],
  ['a template', `const a = \`x \${|}\``],
  ['a block that has a body', 'function f() {\n  |\n  return 1;\n}'],
  ['a type annotation', 'function f(a:|)'],
  ['a line after a statement', 'foo();\n|\nbar();'],
];
for (const [what, file] of ONE) test(`one line: ${what}`, () => assert.equal(scope(file).lines, 'one'));

const MANY: [what: string, file: string, floor: number, closed: boolean][] = [
  ['the empty body of a function', 'function f() {\n  |\n}', 0, true],
  ['an empty body not closed yet', 'function f() {\n  |', 0, false],
  ['a nested body', 'class A {\n  b() {\n    |\n  }\n}', 2, true],
  ['right after the brace', 'if (a) {|}', 0, false],
  ['an arrow function as an argument', 'a.map((x) => {|})', 0, false],
  ['a Python body', 'def f(a):\n    |\n', 0, false],
  ['a Python body on the same line', 'def f(a):|', 0, false],
  ['the arguments on lines of their own', 'foo(\n  |\n);', 0, true],
];
for (const [what, file, floor, closed] of MANY) {
  test(`many lines: ${what}`, () => assert.deepEqual(scope(file), { lines: 'many', floor, block: true, closed }));
}

test('right after an acceptance a whole block may follow, but not inside a line', () => {
  assert.deepEqual(scope('  foo();|\n', { afterAccept: true }), {
    lines: 'many',
    floor: 2,
    block: false,
    closed: false,
  });
  assert.equal(scope('foo(|, b)', { afterAccept: true }).lines, 'one');
});

test('what was asked for goes before the rules', () => {
  assert.equal(scope('function f() {\n  |\n}', { lines: 'one' }).lines, 'one');
  assert.equal(scope('const a = |', { lines: 'many' }).lines, 'many');
});

const NEWLINES: [file: string, ends: boolean][] = [
  ['const a = |', true],
  ['foo|', true],
  ['foo(|)', true],
  ['foo();|', false],
  ['  |', false],
  ['|', false],
];
for (const [file, ends] of NEWLINES) {
  test(`${JSON.stringify(file)}: a newline at once ${ends ? 'ends the answer' : 'may begin the next line'}`, () => {
    assert.deepEqual(scope(file), { lines: 'one', newlineEnds: ends });
  });
}
