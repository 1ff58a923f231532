import { unfinishedLine } from '../../../../src/completion/filters/unfinishedLine.ts';
import { testGolden } from './golden.ts';

const context = { finish: 'length', lines: 'many' } as const;
testGolden(unfinishedLine, [
  { what: 'half a line at the end of a block', file: '|', text: 'foo();\nbar(1, 2', shown: 'foo();', context },
  { what: 'nothing but half a line', file: '|', text: 'bar(1, 2', shown: 'bar(1, 2', context },
  { what: 'half a line after an empty one', file: '|', text: '\nbar(1, 2', shown: '\nbar(1, 2', context },
  { what: 'the model ended the text itself', file: '|', text: 'foo();\nbar', shown: 'foo();\nbar' },
  { what: 'one long line', file: '|', text: 'a\nb', shown: 'a\nb', context: { finish: 'length', lines: 'one' } },
]);
