import { unclosedBlock } from '../../../../src/completion/filters/unclosedBlock.ts';
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
