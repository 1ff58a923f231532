import { repetition } from '../../../../src/completion/filters/repetition.ts';
import { testGolden } from './golden.ts';

testGolden(repetition, [
  { what: 'the third equal line', file: '|', text: 'foo();\nfoo();\nfoo();\nbar();', shown: 'foo();\nfoo();' },
  {
    what: 'equal lines with other indentation',
    file: '|',
    text: 'foo();\n foo();\n  foo();',
    shown: 'foo();\n foo();',
  },
  { what: 'twice is fine', file: '|', text: 'foo();\nfoo();\nbar();', shown: 'foo();\nfoo();\nbar();' },
  { what: 'a third one after two in the file', file: 'foo();\nfoo();\n|', text: 'foo();', shown: null },
  { what: 'the rest of a third one', file: '  foo(a);\n  foo(a);\n  foo(|', text: 'a);', shown: null },
  { what: 'a second one after one in the file', file: 'foo();\n|', text: 'foo();', shown: 'foo();' },
  { what: 'empty lines are no repetition', file: '|', text: 'a\n\n\n\nb', shown: 'a\n\n\n\nb' },
  { what: 'the same words again and again', file: '|', text: '(a.x, b.y, b.y, b.y, b.y, b.y', shown: null },
  { what: 'one word again and again', file: '|', text: 'of of of of', shown: null },
  { what: 'two lines in turn', file: '|', text: 'a();\nb();\na();\nb();\na();\nb();\na();\nb();', shown: null },
  { what: 'an array of zeros', file: '|', text: '0, 0, 0, 0, 0, 0];', shown: '0, 0, 0, 0, 0, 0];' },
  { what: 'a dashed line', file: '|', text: '// ----------------', shown: '// ----------------' },
  {
    what: 'three calls with other arguments',
    file: '|',
    text: 'a(1); a(2); a(3); a(4);',
    shown: 'a(1); a(2); a(3); a(4);',
  },
]);
