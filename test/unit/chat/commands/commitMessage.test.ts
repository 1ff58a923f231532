import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cleanMessage, commitPrompt } from '../../../../src/chat/commands/commitMessage.ts';

describe('what lands in the box', () => {
  for (const [answer, message] of [
    ['Add a counter', 'Add a counter'],
    ['Add a counter.\n', 'Add a counter'],
    ['```\nAdd a counter\n```', 'Add a counter'],
    [
      'Here is the commit message:\n\n```text\nAdd a counter\n\nIt counts.\n```\nHope this helps!',
      'Add a counter\n\nIt counts.',
    ],
    ['```\nAdd a counter', 'Add a counter'],
    ['"Add a counter"', 'Add a counter'],
    ['“Add a counter”', 'Add a counter'],
    ['`Add a counter`', 'Add a counter'],
    ['**Add a counter**', 'Add a counter'],
    ['Commit message: Add a counter', 'Add a counter'],
    ['**Commit message:** "Add a counter"', 'Add a counter'],
    ['Subject: Add a counter', 'Add a counter'],
    ['- Add a counter', 'Add a counter'],
    ['# Add a counter', 'Add a counter'],
    ['Add a counter\nIt counts.', 'Add a counter\n\nIt counts.'],
    ["Say 'no' to a 'yes'", "Say 'no' to a 'yes'"],
    ['Subject lines are cut', 'Subject lines are cut'],
    ['  \n ', ''],
    ['```\n```', ''],
  ] as const) {
    it(JSON.stringify(answer), () => assert.equal(cleanMessage(answer), message));
  }

  it('is cut behind a word', () => {
    const long = 'Add a counter that counts up and down and tells whoever listens of the changes at once';
    assert.equal(cleanMessage(long), 'Add a counter that counts up and down and tells whoever listens');
  });

  it('has at most 72 characters in its first line, whatever a model writes', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'grapheme' }), (answer) => {
        const message = cleanMessage(answer);
        assert.ok(message.split('\n')[0]!.length <= 72, message);
      }),
    );
  });
});

describe('what a model is asked', () => {
  it('tells the changes that fit, and the others by name', () => {
    const files = [
      { name: 'a.ts', text: '+a\n' },
      { name: 'big.ts', text: `+${'b'.repeat(20_000)}\n` },
    ];
    const { messages, left } = commitPrompt(files);
    assert.deepEqual(left, ['big.ts']);
    assert.match(messages[1]!.content, /\+a\n\nAlso changed, not shown: big\.ts/);
    assert.ok(!messages[1]!.content.includes('bbb'));
    assert.deepEqual(commitPrompt(files.slice(0, 1)).left, []);
  });
});
