import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../../../../src/chat/conversation/entries.ts';
import { entriesOf, entryOf, headOf, lineOf } from '../../../../src/chat/conversation/lines.ts';
import { answer, attachment, compaction, piece, user } from './entryMakers.ts';

const ENTRIES: Entry[] = [
  { type: 'conversation', version: 1, id: 'c', at: 1 },
  user('u', null, { attachments: [attachment('a.ts', 'x\u2028\n', { lines: [1, 2], language: 'ts' })], asked: 'y' }),
  piece('a', 'u', 'Hel'),
  answer('a', 'u', { reasoning: { text: 't', ms: 1 }, calls: [{ id: 't', name: 'read', arguments: { path: 'a' } }] }),
  { type: 'tool', id: 't', parent: 'a', at: 1, name: 'read', toolCallId: 't', text: 'x', words: 'read it' },
  { type: 'tools', model: 'm', names: ['read'], at: 1 },
  compaction('k', 'a', null, { summary: 's', resultCharacters: 2000 }),
  { type: 'undo', compaction: 'k', at: 1 },
  { type: 'note', id: 'n', parent: 'k', at: 1, text: 'n' },
  { type: 'head', id: null, at: 1 },
  { type: 'title', title: 'x', at: 1 },
  { type: 'block', message: 'a', block: 0, kind: 'applied', words: 'w', at: 1 },
];

test('every entry is a line and comes back from it', () => {
  assert.deepEqual(entriesOf(ENTRIES.map((entry) => `${lineOf(entry)}\n`).join('')), { entries: ENTRIES, unread: 0 });
  for (const entry of ENTRIES) {
    assert.equal(lineOf(entry).includes('\n'), false);
    assert.deepEqual(headOf(lineOf(entry)), { type: entry.type, at: entry.at });
  }
});

test('a file that was torn anywhere gives all entries before, and none that was never written', () => {
  const whole = Buffer.from(ENTRIES.map((entry) => `${lineOf(entry)}\n`).join(''));
  for (let size = 0; size < whole.length; size++) {
    const content = whole.toString('utf8', 0, size);
    const complete = content.split('\n').length - 1;
    const { entries, unread } = entriesOf(content);
    assert.deepEqual(entries.slice(0, complete), ENTRIES.slice(0, complete));
    assert.ok(entries.length + unread <= complete + 1);
  }
});

test('lines that are broken, of a later version or not ours are counted, and the others are read', () => {
  const strange = [
    'x',
    'null',
    '[]',
    '{"type":"later","at":1}',
    '{"type":"toString"}',
    '{"type":"user","at":1,"id":"u","parent":null,"text":1,"attachments":[]}',
    '{"type":"user","at":1,"id":"u","parent":null,"text":"x","attachments":[{}]}',
    '{"type":"conversation","version":2,"id":"c","at":1}',
    '{"type":"assistant","at":1,"id":"a","parent":"u","text":"x","state":"odd"}',
  ];
  const content = strange.flatMap((line) => [line, lineOf(ENTRIES[0]!)]).join('\n');
  const { entries, unread } = entriesOf(content);
  assert.deepEqual([entries.length, unread], [strange.length, strange.length]);
  for (const line of strange) assert.equal(entryOf(line), undefined, line);
});
