import { commentLine } from '../../../../src/completion/filters/commentLine.ts';
import { testGolden } from './golden.ts';

testGolden(commentLine, [
  { what: 'more lines of it', file: '  // |', text: 'One.\n  // Two.', shown: 'One.' },
  { what: 'code below it', file: '# |', text: 'One.\na = 1', shown: 'One.', context: { path: 'a.py' } },
  { what: 'in other lines nothing', file: 'a(); // b\n|', text: 'c();\nd();', shown: 'c();\nd();' },
  {
    what: 'a heading is none',
    file: '# |',
    text: 'One\n\nTwo',
    shown: 'One\n\nTwo',
    context: { markdown: true, path: 'a.md' },
  },
]);
