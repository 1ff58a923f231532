import { unclosedBlock } from '../../../../src/completion/filters/unclosedBlock.ts';
import { codeAt } from '../syntax/syntax.ts';
import { testGolden } from './golden.ts';

testGolden(unclosedBlock, [
  { what: 'half an object', file: '{\n  |\n}', text: 'return {\n    total: 1,', shown: 'return {' },
  {
    what: 'a whole statement before half a loop',
    file: '{\n  |\n}',
    text: 'let n = 0;\n  for (;;) {\n    n++;',
    shown: 'let n = 0;',
  },
  {
    what: 'half a loop after a whole one',
    file: '|',
    text: 'a();\nwhile (b) {\n  c();\n}\nif (d) {\n  e();',
    shown: 'a();\nwhile (b) {\n  c();\n}',
  },
  { what: 'a half block on a line of its own', file: 'f() {|', text: '\n  if (a) {\n    b();', shown: '\n  if (a) {' },
  { what: 'a closed block', file: '|', text: 'if (a) {\n  b();\n}', shown: 'if (a) {\n  b();\n}' },
  { what: 'one line that opens a block', file: '|', text: 'if (a) {', shown: 'if (a) {' },
  { what: 'a bracket in a string', file: '|', text: "a('{');\nb();", shown: "a('{');\nb();" },
]);

const inCode = (languageId: string, what: string, file: string, text: string, shown: string) => ({
  what: `${languageId}: ${what}`,
  ...{ file, text, shown, context: { code: codeAt(languageId, file) } },
});
testGolden(unclosedBlock, [
  inCode('ruby', 'half a branch', 'def f\n  |\nend', 'a\n  if b\n    c', 'a'),
  inCode('ruby', 'a whole branch', 'def f\n  |\nend', 'a\n  if b\n    c\n  end', 'a\n  if b\n    c\n  end'),
  inCode('typescriptreact', 'half an element', '<ul>\n  |\n</ul>', '<li />\n  <li>\n    a', '<li />'),
  inCode('python', 'a branch without a body', 'def f():\n    |', 'a()\n    b()\n    if c:', 'a()\n    b()'),
  inCode('python', 'half a text', 'def f():\n    |', 'a()\n    b = """\n    c', 'a()'),
  inCode(
    'rust',
    'a lifetime',
    'fn f() {\n    |\n}',
    "let a: &'b str = c;\n    d(')');",
    "let a: &'b str = c;\n    d(')');",
  ),
  inCode('typescript', 'a bracket in a pattern', 'f() {\n  |\n}', 'a(/[{]/);\n  b();', 'a(/[{]/);\n  b();'),
]);
