import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markdownOf, openFence } from '../../../../src/chat/conversation/markdown.ts';
import { Conversation } from '../../../../src/chat/conversation/tree.ts';
import { answer, attachment, compaction, user } from './entryMakers.ts';

const usage = {
  promptTokens: 1,
  cachedTokens: 0,
  computedTokens: 1,
  generatedTokens: 1,
  firstTokenMs: 1,
  totalMs: 1,
  model: 'Qwen_2',
};

test('the branch that is shown, with what was attached by name and without what was thought', () => {
  const conversation = new Conversation(
    'c',
    [
      { type: 'conversation', version: 1, id: 'c', at: 0 },
      user('u1', null, {
        text: 'Why *this*?',
        attachments: [attachment('a`b.ts', 'code', { cut: 'lines 2-3 left out' })],
      }),
      answer('a1', 'u1', { text: '```ts\nopen', state: 'stopped', reasoning: { text: 'thoughts', ms: 1 }, usage }),
      { type: 'block', message: 'a1', block: 0, kind: 'applied', words: 'applied to src/a_b.ts', at: 1 },
      { type: 'note', id: 'n', parent: 'a1', at: 1, text: 'Two\nlines' },
      compaction('k', 'n', 'u1'),
      user('u2', 'k'),
      answer('a2', 'u2', { text: '', state: 'failed', error: 'The engine is gone.' }),
      user('v2', 'k', { text: 'Edited' }),
    ],
    { unread: 2 },
  );
  assert.equal(
    markdownOf(conversation),
    `# Why this?

Begun 1970-01-01 00:00 UTC.

*2 lines of this conversation could not be read.*

## You

- Attached: \`\` a\`b.ts \`\` (lines 2-3 left out)

Why *this*?

## Qwen\\_2

\`\`\`ts
open
\`\`\`

- Code block 1: applied to src/a\\_b.ts

*Stopped here.*

> Two
> lines

*From here on, the model is told what is above in short.*

## You

Edited
`,
  );
  conversation.select('a2');
  assert.match(markdownOf(conversation), /## Assistant\n\n\*Failed: The engine is gone\.\*\n$/);
  conversation.append({ type: 'undo', compaction: 'k', at: 2 });
  assert.doesNotMatch(markdownOf(conversation), /in short/);
});

const FENCES: [text: string, open: string | undefined][] = [
  ['a', undefined],
  ['```ts\na', '```'],
  ['```ts\na\n```', undefined],
  ['````\n```\n', '````'],
  ['~~~\n```\n~~~', undefined],
  ['```\na\n``` b', '```'],
  ['``` a`b', undefined],
  ['    ```', undefined],
];
for (const [text, open] of FENCES) {
  test(`fence that is open at the end of ${JSON.stringify(text)}`, () => assert.equal(openFence(text), open));
}
