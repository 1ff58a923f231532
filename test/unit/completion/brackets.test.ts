import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStringIn, outsideText, scanBrackets } from '../../../src/completion/brackets.ts';
import { COMMON, marksOf } from '../../../src/completion/marks.ts';

const CASES: [text: string, owed: string, unmatched: string][] = [
  ['foo(a[1], {', ')}', ''],
  ['a) + b]', '', ')]'],
  [`"(" + '[' + \`{\``, '', ''],
  ["// don't (\nfoo(", ')', ''],
  ['/* ( */ [', ']', ''],
  ["it's (", ')', ''],
  ["'\\'(' + (", ')', ''],
  ['(]', ')', ']'],
  ['`${a(', '})', ''],
  ['fetch("http://x/") {', '}', ''],
  ['a.match(/[(/]+\\(/g, [', ')]', ''],
  ['(a) / (b) / {', '}', ''],
  ['/(/', '', ''],
  ['<a></a> (', ')', ''],
];
for (const [text, owed, unmatched] of CASES) {
  test(`brackets of ${JSON.stringify(text)}`, () => {
    const scan = scanBrackets(text);
    assert.equal(scan.owed.join(''), owed);
    assert.equal(scan.unmatched.map(({ closer }) => closer).join(''), unmatched);
  });
}

test('what is owed on entry may be closed, innermost first', () => {
  assert.deepEqual(scanBrackets('x) }', ['}', ')']).unmatched, []);
  assert.deepEqual(scanBrackets('x} )', ['}', ')']).unmatched, [{ index: 1, closer: '}' }]);
});

test('what belongs to the string or comment at a cursor is no program text', () => {
  assert.equal(outsideText('[)]")', 'f("', ''), 'xxx")');
  assert.equal(outsideText('a)', "f('(", "');"), 'xx');
  assert.equal(outsideText('\\"(" + (', 'a = "', ''), 'xxx" + (');
  // None is begun, an apostrophe, comments.
  assert.equal(outsideText('a)', 'f("b", ', ''), 'a)');
  assert.equal(outsideText('t (a)', "I don'", ''), 't (a)');
  assert.equal(outsideText('a)\nb)', '// ("', '"'), 'xx\nb)');
  assert.equal(outsideText('a)', ' * (', ''), 'xx');
});

test('a string that its line does not end', () => {
  assert.equal(openStringIn('f("a", "b', COMMON), 7);
  assert.equal(openStringIn("I don't", COMMON), undefined);
  assert.equal(openStringIn("x = f'a", COMMON), 4 + 1);
  assert.equal(openStringIn('a.replace(/"/g, b', COMMON), undefined);
});

for (const [languageId, text, owed] of [
  ['lua', 'f([[ ")( ]] .. g(', '))'],
  ['lua', 'a[b[1]] = [==[ ]] ( ]==] .. (', ')'],
  ['rust', 'f(r"\\", r#"a "( b"#, (', '))'],
  ['rust', 'for x in bar(', ')'],
  ['cpp', 'f(R"sql(select "(" )" )sql", {', '})'],
  ['csharp', 'f(@"C:\\", @"say ""(""", {', '})'],
  ['csharp', 'f($@"{a}(", (', '))'],
] as const) {
  test(`raw strings of ${languageId}: ${text}`, () => {
    const scan = scanBrackets(text, [], marksOf({ languageId }));
    assert.equal(scan.owed.toReversed().join(''), owed);
    assert.equal(scan.string, undefined);
  });
}

test('what belongs to a raw string at the cursor is no program text, backslashes and quotes included', () => {
  const outside = (languageId: string, text: string, before: string) =>
    outsideText(text, before, '', marksOf({ languageId }));
  assert.equal(outside('lua', '")] ]] .. (', 'f([[a(b '), 'xxxxxx .. (');
  assert.equal(outside('csharp', '\\a)", (', 'f(@"C:'), 'xxxx, (');
  assert.equal(outside('rust', '")"#, (', 'f(r#"('), 'xxxx, (');
  assert.equal(outside('cpp', ')\n")', 'f(R"(a'), 'x\nxx');
});
