import { markdownFence } from '../../../../src/completion/filters/markdownFence.ts';
import { testGolden } from './golden.ts';

testGolden(markdownFence, [
  { what: 'code inside a fence', file: '|', text: '```ts\nfoo();\n```', shown: 'foo();' },
  { what: 'code before a fence', file: '|', text: 'foo();\n```\nThis calls foo.', shown: 'foo();' },
  { what: 'a fence that never closes', file: '|', text: '```\nfoo();', shown: 'foo();' },
  { what: 'an indented fence', file: '  |', text: '  ```js\n  foo();\n  ```\n', shown: '  foo();' },
  { what: 'backticks of a template', file: 'a = |', text: '`x`;', shown: '`x`;' },
  { what: 'Markdown itself', file: '|', text: '```ts\na\n```', shown: '```ts\na\n```', context: { markdown: true } },
]);
