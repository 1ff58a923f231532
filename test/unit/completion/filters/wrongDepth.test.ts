import { wrongDepth } from '../../../../src/completion/filters/wrongDepth.ts';
import { testGolden } from './golden.ts';

const RUBY = { path: 'a.rb' };

testGolden(wrongDepth, [
  { what: 'a clause as deep as its block', file: 'if a:\n    b()\n    |', text: 'else:', shown: null },
  { what: 'a clause in its place', file: '  if a:\n    b()\n  |', text: 'else:', shown: 'else:' },
  { what: 'a brace', file: 'f() {\n  a();\n  |', text: '}', shown: null },
  { what: 'a brace of an empty block', file: 'f() {\n  |', text: '}', shown: null },
  { what: 'a brace in its place', file: 'f() {\n  if (a) {\n    b();\n  |', text: '} else {', shown: '} else {' },
  { what: 'a brace below its own', file: '  f()\n  {\n  |', text: '}', shown: '}' },
  { what: 'a tag', file: '<ul>\n  <li></li>\n  |', text: '</ul>', shown: null },
  { what: 'a tag below its own', file: '<ul>\n  <li>\n  |', text: '</li>', shown: '</li>' },
  { what: 'a word that ends a block', file: 'if a\n  b\n  |', text: 'end', shown: null, context: RUBY },
  { what: 'the same word as a name', file: 'if (a) {\n  b();\n  |', text: 'end = 1', shown: 'end = 1' },
  { what: 'the beginning of a line', file: 'a();\n|', text: '}', shown: '}' },
  { what: 'a parenthesis', file: 'f(a,\n  b\n  |', text: ')', shown: ')' },
]);
