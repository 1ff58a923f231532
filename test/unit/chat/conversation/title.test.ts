import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cleanTitle, LONGEST_TITLE, titleOf } from '../../../../src/chat/conversation/title.ts';
import { attachment } from './entryMakers.ts';

const CASES: [text: string, title: string][] = [
  ['why is this slow?', 'Why is this slow?'],
  ['Hi, can you please explain `parse` to me?', 'Explain parse to me?'],
  ['please', 'Please'],
  ['# Heading\nmore', 'Heading'],
  ['```ts\nconst a = 1;\n```\nWhat does this do?', 'What does this do?'],
  ['```ts\nconst a = 1;\n```', 'Const a = 1'],
  ['The build fails with an odd error. I tried cleaning it.', 'The build fails with an odd error'],
  ['/explain @src/a.ts', '/explain @src/a.ts'],
  ['snake_case_name is wrong', 'Snake_case_name is wrong'],
  ['a\u202Eb\u0000c\u200Dd', 'Abcd'],
  ['什么是闭包？', '什么是闭包？'],
  ['@codebase where is it signed?', 'Where is it signed?'],
  ['why @problems, and @open:a?', 'Why, and @open:a?'],
  ['@codebase', 'New chat'],
  ['', 'New chat'],
  ['...', 'New chat'],
  [
    'How would I go about restructuring the scheduler so that it starves nobody at all',
    'How would I go about restructuring the scheduler so that it…',
  ],
];
for (const [text, title] of CASES) {
  test(`title of ${JSON.stringify(text)}`, () => assert.equal(titleOf({ text, attachments: [] }), title));
}

test('what was attached, where nothing was written', () => {
  assert.equal(titleOf({ text: '', attachments: [attachment('src/a.ts', 'x')] }), 'Src/a.ts');
});

test('any text gives one short line', () => {
  const property = fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
    for (const title of [titleOf({ text, attachments: [] }), cleanTitle(text)]) {
      assert.ok(title.length <= LONGEST_TITLE);
      assert.doesNotMatch(title, /[\p{Cc}\p{Zl}\p{Zp}]/u);
    }
  });
  fc.assert(property);
});
