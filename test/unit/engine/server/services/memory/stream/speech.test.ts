import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimsOf } from '../../../../../../../src/engine/server/services/memory/stream/claims.ts';
import { takesPlaceOf } from '../../../../../../../src/engine/server/services/memory/stream/frames.ts';
import { floorFor } from '../../../../../../../src/engine/server/services/memory/stream/relevance.ts';
import { DAY, Rig } from './rig.ts';

const SLOPPY: [fact: string, query: string][] = [
  ['prod db is Aurora', 'which database does prod use'],
  ['Sentry project is called acme-web', 'whats the sentry project name'],
  ['Der Build läuft auf Jenkins', 'Wo läuft der Build?'],
  ['el servidor de pruebas está en Frankfurt', 'dónde está el servidor de pruebas'],
];
for (const [text, query] of SLOPPY)
  test(`“${query}” finds “${text}”`, async () => {
    const rig = new Rig();
    rig.stream.addFact({ text });
    assert.equal((await rig.chat(query)).memories[0]?.text, text);
  });

const PORT = 'The billing service listens on port 8080';
const OTHERS: [fact: string, query: string][] = [
  [PORT, 'which port does the admin panel use?'],
  ['we run billing on port 8080', 'which port does the admin panel use?'],
  ['We host the ledger at provider Hetzner.', 'which provider has the mailer?'],
  ['prod db is Aurora', 'which database does staging use?'],
  ['The ledger logs at level warn', 'what level does the mailer have?'],
];
for (const [text, query] of OTHERS)
  test(`“${query}” is not answered by “${text}”`, async () => {
    const rig = new Rig();
    rig.stream.addFact({ text });
    assert.deepEqual((await rig.chat(query)).memories, []);
  });

const SAME: [fact: string, query: string][] = [
  [PORT, 'which port does billing use?'],
  ['The linter is Biome', 'which linter runs in CI?'],
  ['Our database is Postgres', 'which database does the backend use?'],
  ['we run billing on port 8080', 'which port is billing on?'],
  ['We run everything on port 8080', 'which port does the backend use?'],
  ['We work on one branch', 'which branch does the release go to?'],
  ['Use Postgres as database', 'which database does the backend use?'],
];
for (const [text, query] of SAME)
  test(`“${query}” is answered by “${text}”`, async () => {
    const rig = new Rig();
    rig.stream.addFact({ text });
    assert.equal((await rig.chat(query)).memories[0]?.text, text);
  });

test('of two turns that differ in a day alone, the newer one is told', async () => {
  const rig = new Rig();
  const answer = 'I have looked through it and the pipeline needs a small change in its settings file.';
  await rig.turn('c1', 'Our release day is Tuesday. can you draft notes?', answer);
  rig.later(DAY);
  await rig.turn('c2', 'scratch that, our release day is Thursday. can you draft notes?', answer);
  const { memories } = await rig.chat('when is our release day?');
  assert.equal(memories.length, 1);
  assert.ok(memories[0]!.text.includes('Thursday'));
});

test('a word that begins like a short one is not that word', async () => {
  const rig = new Rig();
  const { item } = await rig.turn('c1', 'Which limit has the orders endpoint?', 'It is capped at 100 rows of orders.');
  const hit = {
    item: item!,
    sentences: [],
    score: { total: 1, words: 1, vector: 0, recency: 0, ranking: 0 },
    why: [],
    sure: true,
  };
  assert.ok(!floorFor(rig.store, 'what is the capital of France?', 'open', ['turn']).isRelevant(hit));
  assert.ok(floorFor(rig.store, 'what is the orders cap?', 'open', ['turn']).isRelevant(hit));
});

test('what is said at any length is read soon', { timeout: 10_000 }, () => {
  for (const part of ['we moved ', 'a: ', 'not ', 'is ', 'Node 1.', 'from x to ', 'any more ', '- ']) {
    const text = part.repeat(4_000 / part.length);
    claimsOf(text);
    takesPlaceOf(text, `${text}now`);
  }
});
