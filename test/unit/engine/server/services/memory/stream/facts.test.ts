import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from './rig.ts';

test('one thing said fifty times is one item, with its newest wording', () => {
  const rig = new Rig();
  const wordings = [
    'Use tabs for indentation in this project.',
    'use tabs for indentation in this repo',
    'Please always use tabs for indentation in this project!',
    'For indentation, in this project: use tabs',
    'Remember that we use TABS for indentation in the repository',
  ];
  const ids = new Set<number>();
  for (let n = 0; n < 50; n++) {
    rig.later(1_000);
    ids.add(rig.stream.addFact({ text: wordings[n % wordings.length]! }).item.id);
  }
  const facts = rig.all();
  assert.equal(facts.length, 1, facts.map(({ text }) => text).join('\n'));
  assert.equal(facts[0]!.text, wordings[4]);
  assert.equal(ids.size, 1);
});

const REPLACED: [older: string, newer: string][] = [
  ['The API port is 8080.', 'The API port is 9090.'],
  ['The port of the API is 8080', 'the API port is now 9090'],
  ['The default branch is main', 'The default branch is develop'],
  ['We use Jest for unit tests.', 'We use Vitest for unit tests now.'],
  ['Use spaces instead of tabs', 'Use tabs instead of spaces'],
  ['We use npm.', 'Use pnpm instead of npm.'],
  ['The timeout is 5 seconds', 'We changed the timeout from 5 seconds to 30 seconds'],
  ['The docs live in docs/guide', 'The docs live in site/content'],
  ['The server listens on 8080', 'The server listens on port 3000'],
  ['The release day is Tuesday', 'The release day is Thursday.'],
  ['The nightly build is enabled', 'The nightly build is disabled'],
  ['Always use semicolons', 'Never use semicolons'],
  ['The cache is not shared', 'The cache is shared'],
];

for (const [older, newer] of REPLACED) {
  test(`“${newer}” takes the place of “${older}”`, () => {
    const rig = new Rig();
    const before = rig.stream.addFact({ text: older }).item;
    const { item, superseded } = rig.stream.addFact({ text: newer });
    assert.deepEqual(
      superseded.map(({ id }) => id),
      [before.id],
    );
    assert.equal(rig.store.get(before.id)!.supersededBy, item.id);
    assert.equal(rig.store.get(before.id)!.text, older, 'it stays to be seen');
    assert.equal(rig.store.journal().length, 2, 'what is superseded is undone with what took its place');
  });
}

const BOTH: [string, string][] = [
  ['The API port is 8080.', 'The admin port is 9090.'],
  ['The staging database is Postgres', 'The production database is MySQL'],
  ['The API uses Redis', 'The API uses Postgres'],
  ['The parser is fast', 'The parser is written by hand'],
  ['We use Jest for unit tests.', 'We use Playwright for browser tests.'],
  ['Port 8080 is used in production', 'Port 9090 is used in tests'],
  ['The timeout is 5 seconds in tests', 'The timeout is 30 seconds in production'],
  ['The scheduler calls the pool', 'The pool calls the scheduler'],
  ['Never commit to main', 'Never commit generated files'],
  ['The API port is 8080', 'The API port is 8080 because of the proxy'],
  ['Anna reviews the engine', 'Anna reviews the client'],
];

for (const [one, other] of BOTH) {
  test(`“${one}” and “${other}” are both kept`, () => {
    const rig = new Rig();
    rig.stream.addFact({ text: one });
    assert.deepEqual(rig.stream.addFact({ text: other }).superseded, []);
    assert.equal(rig.store.list({}).total, 2);
  });
}

test('what was so once and is so again is in force again', () => {
  const rig = new Rig();
  const first = rig.stream.addFact({ text: 'The API port is 8080' }).item;
  rig.later(1);
  const second = rig.stream.addFact({ text: 'The API port is 9090' }).item;
  rig.later(1);
  const third = rig.stream.addFact({ text: 'The API port is 8080.' });
  assert.equal(third.item.id, first.id);
  assert.equal(third.item.supersededBy, null);
  assert.deepEqual(
    third.superseded.map(({ id }) => id),
    [second.id],
  );
});

test('empty, endless and secret texts are refused in words, without a letter of the secret', () => {
  const rig = new Rig();
  assert.throws(() => rig.stream.addFact({ text: ' \n' }), /nothing to remember/);
  assert.throws(() => rig.stream.addFact({ text: 'word '.repeat(2_000) }), /Put it into a file/);
  const secret = `ghp_${'a1B2'.repeat(9)}`;
  assert.throws(
    () => rig.stream.addFact({ text: `The token for releases is ${secret}` }),
    (error: Error) => /GitHub token/.test(error.message) && !error.message.includes(secret.slice(4, 12)),
  );
  assert.equal(rig.all().length, 0);
});

test('a proposal is no fact until a person accepts it', () => {
  const rig = new Rig();
  const { item } = rig.stream.addFact({ text: 'Always use tabs', kind: 'proposal', source: 'chat' });
  assert.equal(item.kind, 'proposal');
  const accepted = rig.stream.accept(item.id)!;
  assert.equal(accepted.item.id, item.id);
  assert.equal(accepted.item.kind, 'fact');
  assert.equal(rig.stream.accept(item.id), undefined, 'it is a fact already');
  assert.equal(rig.stream.addFact({ text: 'always use tabs', kind: 'proposal' }).item.kind, 'fact', 'a fact stays one');
});
