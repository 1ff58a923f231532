import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditDocument } from '../../../src/memory/audit.ts';
import { budgetInWords, messageOf } from '../../../src/memory/indexing.ts';
import { Stores } from '../../../src/memory/stores.ts';
import { ago, bytesInWords, memories, oneLine } from '../../../src/memory/words.ts';
import { NOW, status } from './items.ts';

test('times, sizes and counts are in words', () => {
  const MINUTE = 60_000;
  const told = [0, MINUTE, 59 * MINUTE, 60 * MINUTE, 25 * 60 * MINUTE, 29 * 1440 * MINUTE, 60 * 1440 * MINUTE];
  assert.deepEqual(
    told.map((ms) => ago(NOW - ms, NOW)),
    ['just now', '1 minute ago', '59 minutes ago', '1 hour ago', 'yesterday', '29 days ago', '2026-09-28'],
  );
  assert.deepEqual([999, 12_345, 3_400_000, 2e9].map(bytesInWords), ['999 bytes', '12 kB', '3.4 MB', '2.0 GB']);
  assert.deepEqual([1, 1234].map(memories), ['1 memory', '1,234 memories']);
  assert.equal(oneLine('one\n two  three', 9), 'one two…');
  assert.equal(oneLine('x'.repeat(20), 10), `${'x'.repeat(10)}…`);
});

test('the view says how indexing goes, why it waits, what went wrong, and nothing where all is well', () => {
  const { indexing } = status();
  assert.equal(messageOf([status()]), undefined);
  assert.equal(
    messageOf([status({ indexing: { ...indexing, state: 'running', done: 12, total: 5_000 } })]),
    'Reading 12 of 5,000 files…',
  );
  assert.equal(
    messageOf([status({ indexing: { ...indexing, state: 'running', waits: 'you are typing' } })]),
    'Reading the files of the project: you are typing',
  );
  assert.match(
    messageOf([status({ indexing: { ...indexing, state: 'paused', done: 3, total: 9 } })])!,
    /paused after 3 of 9/,
  );
  assert.equal(
    messageOf([
      status({ trouble: 'The file was broken.' }),
      status({ on: false, indexing: { ...indexing, waits: 'It is off.' } }),
    ]),
    'The file was broken.\nIt is off.',
  );
  assert.equal(
    budgetInWords(status({ indexing: { ...indexing, busyMs: 4_200, modelTokens: 1_500 } })),
    'Indexing today: 4 s of 10 min, 1,500 of 50,000 tokens of a model',
  );
});

test('an audit is a document whose findings are text', () => {
  const text = auditDocument(
    'a_project',
    {
      items: 1200,
      sentences: 3400,
      namesThatExist: 1,
      stale: 0.0123,
      exactCopies: 0,
      nearCopies: 0.0004,
      secrets: 0,
      findings: [{ id: 7, what: 'says <b>x</b>\n# of `y`' }],
    },
    status({ bytes: 2_400_000, budgetBytes: 5e8, embedder: 'static-256', unembedded: 3 }),
    'now',
  );
  assert.match(text, /^# Memory audit: a\\_project/);
  assert.match(
    text,
    /On disk: 2\.4 MB of at most 500\.0 MB\. Indexing today: 0 s of 10 min.*static-256; 3 memories wait/,
  );
  assert.match(text, /1,200 memories with 3,400 sentences/);
  assert.match(text, /\| Names that exist \| 100\.0 % \|/);
  assert.match(text, /\| Near copies \| 0\.04 % \|/);
  assert.match(text, /- Memory 7: says \\<b\\>x\\<\/b\\> \\# of \\`y\\`/);
});

test('the store of a file is that of the innermost folder whose memory is on', async () => {
  const folders = [
    { key: 'file:///a', name: 'a' },
    { key: 'file:///a/b', name: 'b' },
  ];
  const stores = new Stores({ folders: () => folders, idOf: async (key) => `id of ${key}` });
  assert.equal(stores.of('file:///a/x.ts')?.name, 'a');
  assert.equal(stores.of('file:///a/b/x.ts')?.name, 'b');
  assert.equal(stores.of('file:///ab/x.ts'), undefined);
  assert.deepEqual(await stores.of('file:///a/x.ts')!.place(), { workspace: 'id of file:///a' });
  folders.splice(0);
  assert.throws(() => stores.named('file:///a'), /off now/);
});
