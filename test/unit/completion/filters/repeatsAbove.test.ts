import { repeatsAbove } from '../../../../src/completion/filters/repeatsAbove.ts';
import { testGolden } from './golden.ts';

testGolden(repeatsAbove, [
  { what: 'an import', file: "import a from 'a';\nb();\n|", text: "import a from 'a';", shown: null },
  { what: 'a begun line', file: 'f() {\n  let a = 1;\n  let |\n}', text: 'a = 1;', shown: null },
  { what: 'the last without its comma', file: '{\n  "a": 1,\n  |\n}', text: '"a": 1', shown: null },
  { what: 'a line of several', file: 'a:\n  b: 1\n  |', text: 'c: 2\n  b: 1', shown: 'c: 2' },
  { what: 'its own lines', file: 'a:\n  |', text: 'b: 1\n  b: 1', shown: 'b: 1' },
  { what: 'another value', file: '{\n  "a": 1,\n  |\n}', text: '"a": 2', shown: '"a": 2' },
  { what: 'a statement', file: 'f() {\n  g();\n  |\n}', text: 'g();', shown: 'g();' },
  { what: 'another block', file: '- a: 1\n  b: 1\n- a: 2\n  |', text: 'b: 1', shown: 'b: 1' },
  {
    what: 'a block within',
    file: 'f() {\n  if (a) {\n    let b = 1;\n  }\n  |\n}',
    text: 'let b = 1;',
    shown: 'let b = 1;',
  },
  { what: 'what only begins', file: 'import {\n  a,\n} from "a";\n|', text: 'import {', shown: 'import {' },
  { what: 'Markdown', file: 'Note: a\n|', text: 'Note: a', shown: 'Note: a', context: { markdown: true } },
]);
