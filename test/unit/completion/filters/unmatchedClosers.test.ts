import { unmatchedClosers } from '../../../../src/completion/filters/unmatchedClosers.ts';
import { testGolden } from './golden.ts';

testGolden(unmatchedClosers, [
  { what: 'one bracket too many', file: 'a = |', text: 'f(b));', shown: 'f(b)' },
  { what: 'the wrong bracket', file: 'f(|', text: 'a];', shown: 'a' },
  { what: 'a bracket that the line opened', file: 'f(|\n', text: 'a);', shown: 'a);' },
  { what: 'inside blocks', file: 'x {\n  y {\n    f(|\n  }\n}', text: 'a);', shown: 'a);' },
  { what: 'a block that the file closes', file: 'x {\n  |\n}', text: 'a(); }', shown: 'a(); ' },
  { what: 'a block that is still open', file: 'x {\n  |\n', text: 'a();\n}', shown: 'a();\n}' },
  { what: 'the window begins inside blocks', file: 'f(|\n  }\n}\n', text: 'a);', shown: 'a);' },
  { what: 'the window ends inside blocks', file: 'x {\n  y {\n    f(|\n  }\n', text: 'a);', shown: 'a);' },
  { what: 'brackets in strings', file: '|', text: "a = ')';", shown: "a = ')';" },
  { what: 'nothing but a wrong bracket', file: 'a = |', text: ');', shown: null },
]);
