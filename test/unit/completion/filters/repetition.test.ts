import { repetition } from '../../../../src/completion/filters/repetition.ts';
import { testGolden } from './golden.ts';

testGolden(repetition, [
  { what: 'three equal lines', file: '|', text: 'foo();\nfoo();\nfoo();\nbar();', shown: 'foo();' },
  {
    what: 'equal lines with other indentation',
    file: '|',
    text: 'foo();\n foo();\n  foo();',
    shown: 'foo();',
  },
  { what: 'a line and three equal ones', file: '|', text: 'a();\nb();\nb();\nb();', shown: 'a();\nb();' },
  { what: 'a second and third one after one in the file', file: 'foo();\n|', text: 'foo();\nfoo();', shown: null },
  { what: 'closing brackets', file: '|', text: 'a {\n  }\n }\n}', shown: 'a {\n  }\n }\n}' },
  { what: 'a stutter', file: 'vo|', text: 'cab_c_c_c_c_c_c_c', shown: null },
  { what: 'a colour', file: "a = '|", text: "#ffffff';", shown: "#ffffff';" },
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
