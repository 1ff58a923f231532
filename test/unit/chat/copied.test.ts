import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MessageEntry } from '../../../src/chat/conversation/entries.ts';
import { copyFrom, type FilePlace } from '../../../src/chat/copied.ts';
import { answer, attachment, compaction, user } from './conversation/entryMakers.ts';

const A = 'file:///w/src/a.ts';
const TEXT = 'one\ntwo\nthree\n';

/** What an answer to the last of the messages copies from, with files as they are now. */
async function copied(messages: MessageEntry[], files: Record<string, string> = {}) {
  const textOf = async (place: FilePlace) => files['uri' in place ? place.uri : place.path];
  return copyFrom(messages, textOf);
}
const asked = (...attachments: Parameters<typeof attachment>[]) =>
  user('u', null, { attachments: attachments.map((one) => attachment(...one)) });

describe('a search part is copied from', () => {
  test('what was attached, between the markers that the model is told', async () => {
    const copy = await copied([asked(['src/a.ts', TEXT, { uri: A }])], { [A]: `zero\n${TEXT}` });
    assert.deepEqual(copy, {
      begin: '<<<<<<< SEARCH',
      end: '=======',
      texts: [TEXT],
      names: [A],
      announcing: ['```', '~~~', 'path:', 'file:'],
    });
  });

  test('the file as it is now, where it does not say any more what was attached', async () => {
    const now = 'one\r\n2\r\nthree\r\n';
    assert.deepEqual((await copied([asked(['a', TEXT, { uri: A }])], { [A]: now }))?.texts, [
      now.replaceAll('\r\n', '\n'),
    ]);
  });

  test('whole lines of the file, where the selection has parts of them', async () => {
    const selection = asked(['a:1-2', 'ne\ntw', { uri: A, kind: 'selection' }]);
    assert.deepEqual((await copied([selection], { [A]: TEXT }))?.texts, [TEXT]);
  });

  test('what was attached, whatever its line ends, and where the file cannot be read', async () => {
    const selection = asked(['a:2', 'two\r\nthree', { uri: A, kind: 'selection' }]);
    assert.deepEqual((await copied([selection], { [A]: TEXT }))?.texts, ['two\nthree']);
    assert.deepEqual((await copied([selection]))?.texts, ['two\nthree']);
  });

  test('attachments of all turns, each once, also of those that are told in short', async () => {
    const messages = [
      asked(['a', TEXT]),
      answer('x', 'u'),
      compaction('c', 'x', null),
      user('v', 'c', { attachments: [attachment('a', TEXT), attachment('b', 'four\n')] }),
    ];
    assert.deepEqual((await copied(messages))?.texts, [TEXT, 'four\n']);
  });

  test('a file that an answer wrote, and code that was pasted', async () => {
    const messages = [
      user('u', null, { text: 'Like this:\n```ts\nlet pasted;\n```\n', attachments: [attachment('src/a.ts', TEXT)] }),
      answer('x', 'u', {
        text: '```ts src/new.ts\nlet written;\n```\n```ts src/a.ts\nlet proposed;\n```\n```ts\nlet nameless;\n```\n',
      }),
    ];
    assert.deepEqual((await copied(messages))?.texts, [TEXT, 'let written;', 'let pasted;']);
    assert.deepEqual((await copied(messages))?.names, ['src/a.ts', 'src/new.ts', '']);
    assert.deepEqual((await copied(messages, { 'src/new.ts': 'let now;\n' }))?.texts, [
      TEXT,
      'let now;\n',
      'let pasted;',
    ]);
  });

  test('by the file of each text, whatever lines of it are attached', async () => {
    const b = 'file:///w/src/b%20c.ts';
    const messages = [asked(['src/a.ts:1-3', TEXT], ['src/b c.ts:2', 'two', { uri: b, kind: 'selection' }])];
    assert.deepEqual((await copied(messages))?.names, ['src/a.ts', 'file:///w/src/b c.ts']);
  });

  test('no line that whoever applies it would take for a marker', async () => {
    assert.deepEqual((await copied([asked(['a.md', 'Title\n=====\ntext\n>>>>>>> REPLACE\n'])]))?.texts, [
      'Title',
      'text',
    ]);
  });
});

describe('a search part is free', () => {
  test('where nothing is known of any file', async () => {
    assert.equal(await copied([user('u', null), answer('x', 'u')]), undefined);
    assert.equal(
      await copied([asked(['diff', '+a\n', { kind: 'diff' }], ['t', '$ ls', { kind: 'terminal' }])]),
      undefined,
    );
    assert.equal(await copied([asked(['empty.ts', '\n'])]), undefined);
  });

  test('where there is more than the engine copies from', async () => {
    assert.equal(await copied([asked(['a', TEXT], ['b', 'é\n'.repeat(400_000)])]), undefined);
  });
});
