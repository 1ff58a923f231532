import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinClosers } from '../../../src/completion/closers.ts';

const CASES: [generated: string, rest: string, text: string, tail: string][] = [
  ['a, b);', ')', 'a, b', ';'],
  ['a, b)', ')', 'a, b', ''],
  ['a, b', ')', 'a, b', ''],
  ['a, b);', ');', 'a, b', ''],
  ['a && b) {', ') {', 'a && b', ''],
  ['a && b){', ') {', 'a && b', ''],
  ['a && b) {', ')', 'a && b', ' {'],
  ['bar(1), baz(2));', ')', 'bar(1), baz(2)', ';'],
  ['(x) => {\n  return x;\n});', ')', '(x) => {\n  return x;\n}', ';'],
  ['\n  foo(x);\n});', '})', '\n  foo(x);\n', ';'],
  [`name');`, `')`, 'name', ';'],
  [`it\\'s');`, `')`, `it\\'s`, ';'],
  ['string>();', '>', 'string', '();'],
  ['(x: A) => B>;', '>', '(x: A) => B', ';'],
  ['Map<string, number>>();', '>', 'Map<string, number>', '();'],
  ['a];', ')', 'a', ''],
  ['a);', ']', 'a', ''],
  ['a) || b', ') {', 'a', ''],
  ['x;', ';', 'x', ''],
  ['x', ' ', 'x', ''],
  [');', ')', '', ';'],
];
for (const [generated, rest, text, tail] of CASES) {
  test(`${JSON.stringify(generated)} before ${JSON.stringify(rest)}`, () => {
    assert.deepEqual(joinClosers(generated, rest), { text, tail, over: tail === '' ? 0 : rest.length });
  });
}

test('whatever is generated, the line has the closers once where the text is balanced up to them', () => {
  const inner = fc.array(fc.constantFrom('a', ', ', 'f(x)', '[1]', '{ y }', '"s)"', ' + '), { maxLength: 6 });
  const rest = fc.constantFrom(')', ')]', '})', ') {', ');');
  const after = fc.constantFrom('', ';', ' || c', '.d()');
  fc.assert(
    fc.property(inner, rest, after, (parts, closers, more) => {
      const text = parts.join('');
      const joined = joinClosers(text + closers + more, closers);
      assert.equal(joined.text, text);
      const line = joined.text + closers + joined.tail;
      assert.equal(
        line,
        text + closers + (closers.endsWith(';') || closers.endsWith('{') ? joined.tail : more.trimEnd()),
      );
    }),
  );
});
