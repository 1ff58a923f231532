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

for (const [one, other] of [
  ['cant use lodash here', "can't use lodash here"],
  ['files in src/gen are generated', 'Files in `src/gen/` are generated'],
  ['run ./scripts/x.sh first', 'run scripts/x.sh first'],
  ['btw the port is 8080', 'The port is 8080.'],
  ['1. Use tabs', 'we are using tabs'],
] as const) {
  test(`“${other}” says what “${one}” says`, () => {
    const rig = new Rig();
    rig.stream.addFact({ text: one });
    assert.ok(rig.stream.addFact({ text: other }).said);
  });
}

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
  // As people really say it.
  ['We use Redis for sessions.', 'we moved off redis'],
  ['We use Sentry.', 'we ditched Sentry last month'],
  ['we use jest', 'We replaced jest with vitest'],
  ['We use yarn', 'we switched from yarn to pnpm'],
  ['We are on Node 18', "we're on node 22 now"],
  ['The node version is 18', 'We upgraded node to 22'],
  ['We use React 18', 'we use React 19'],
  ['the port is 8080', 'btw the port is 8081 now'],
  ['The dev server runs on port 3000', 'scratch that, dev server is on port 5173'],
  ['- API port: 8080', '- API port: 9090'],
  ['The license is MIT', 'the license is Apache-2.0'],
  ['database is postgres', 'database is mysql'],
  ['release is on March 1st', 'release is on April 15th'],
  ['Dark mode is on by default', 'Dark mode is off by default'],
  ['we dont use docker', 'we use docker'],
  // In the same words, whatever the verb and the language.
  ['Deploys go to Heroku', 'Deploys go to Fly.io now'],
  ['the backup job runs hourly', 'the backup job runs daily now'],
  ['retry 3 times', 'retry 5 times'],
  ['Anna owns billing', 'Bela owns billing now'],
  ['Python 3.9 is required', 'python 3.11 is required now'],
  ['Always squash merge PRs', 'Never squash merge PRs'],
  ['auth uses JWTs', 'auth no longer uses JWTs'],
  ['Der Port der API ist 8080', 'Der Port der API ist jetzt 9090'],
  ['Wir benutzen Redis', 'Wir benutzen Redis nicht mehr'],
  ['usamos Redis', 'ya no usamos Redis'],
  ['On utilise Redis', "On n'utilise plus Redis"],
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
  // One letter, digit or sign is all that differs.
  ['Plan A is cheap', 'Plan B is cheap'],
  ['src/a.ts is generated', 'src/b.ts is generated'],
  ['src/get.ts is slow', 'src/set.ts is slow'],
  ['Version 1.2 is released', 'Version 1.3 is released'],
  ['We target C#', 'We target C++'],
  ['x > 5 fails', 'x < 5 fails'],
  // How something is says nothing of what it is.
  ['The database is Postgres', 'The database is now backed up nightly'],
  ['The default branch is main', 'the default branch is protected'],
  ['The API is versioned', 'The API is now rate limited'],
  ['the store is Zustand', 'the store is in src/store'],
  ['The service runs on Node 22', 'The service runs on AWS'],
  // Another thing, besides, or somewhere else.
  ['Backups go to S3', 'Backups also go to Glacier now'],
  ['logs go to stdout in dev', 'logs go to stdout in prod now'],
  ['The login service runs on k8s', 'The search service runs on k8s now'],
  ['Anna owns billing', 'Anna owns search now'],
  ['Step 1 takes 5 minutes', 'Step 2 takes 5 minutes'],
  ['we use docker for tests', 'we dont use docker in production'],
  ['We use React.', 'We use Postgres now.'],
  ['TODO: fix login', 'TODO: fix logout'],
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
