import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anchorer } from '../../../../../../../src/engine/server/services/memory/stream/parts.ts';
import { Rig } from './rig.ts';

const QUESTION = 'Where does the engine keep the pages of a conversation between two runs?';
const ANSWER = `Sure, here is how it works:

The pages are written by \`SpillFile.write\` in src/engine/kv/spill.ts when the pool is full. They are read back with \`SpillFile.read\`.
A page that nobody asks for is removed after a day.

\`\`\`ts
const spill = new SpillFile(folder, { mostBytes: 1 << 30 });
await spill.write(pages.filter((page) => page.isCold));
\`\`\`

The limit is set by \`quire.cache.diskBytes\`, and a folder that cannot be written turns it off with a warning in the status bar.
Windows that share a folder share the file as well, which is why it is locked while it is written, and why a lock that is older than a minute is taken over.`;

test('a turn is kept raw and in short, under the key of its answer', async () => {
  const rig = new Rig();
  const { item } = await rig.turn('c1', QUESTION, ANSWER);
  assert.equal(item!.key, 'turn:c1/m0');
  assert.equal(item!.title, QUESTION);
  assert.ok(item!.text.includes(QUESTION) && item!.text.includes('new SpillFile(folder'));
  assert.equal(
    item!.summary,
    `Asked: ${QUESTION}\nThe pages are written by \`SpillFile.write\` in src/engine/kv/spill.ts when the pool is full.\n` +
      'They are read back with `SpillFile.read`.\nIt names quire.cache.diskBytes.',
  );
  assert.equal(item!.made, 'extracted');
  assert.ok(item!.summaryTokens < item!.tokens / 2);
  assert.equal(rig.store.journal()[0]!.what, `Remembered the question “${QUESTION}”`);
});

test('names that the code has become anchors of the sentences that have them', async () => {
  const asked: string[][] = [];
  const anchorer: Anchorer = {
    async anchorsOf(names) {
      asked.push([...names]);
      return names
        .filter((name) => name.startsWith('SpillFile'))
        .map((name) => ({ path: 'src/engine/kv/spill.ts', symbol: name, hash: 'ab' }));
    },
  };
  const rig = new Rig({ anchorer });
  const { item } = await rig.turn('c1', QUESTION, ANSWER);
  assert.deepEqual(
    item!.sentences.map(({ anchors }) => anchors.map(({ symbol }) => symbol)),
    [[], ['SpillFile.write'], ['SpillFile.read'], []],
  );
  assert.deepEqual(asked[0], ['SpillFile.write', 'src/engine/kv/spill.ts']);
});

const UNWORTHY: [question: string, answer: string, why: RegExp][] = [
  ['thanks!', "You're welcome! Happy to help with the pool of pages.", /Nothing is asked/],
  ['ok, great', 'Let me know if there is more to do in the scheduler.', /Nothing is asked/],
  ['Thank you so much 🙏', 'Any time. The build should be green now.', /Nothing is asked/],
  ['super, danke dir', 'Gern geschehen! Der Build sollte jetzt grün sein.', /Nothing is asked/],
  ['ah ok got it', 'Let me know if there is more to do in the scheduler.', /Nothing is asked/],
  ['hello', 'Hello! How can I help you with this project today?', /Nothing is asked/],
  [QUESTION, '', /no answer/],
  [QUESTION, '  \n', /no answer/],
  [QUESTION, "I'm sorry, I don't know.", /there is none/],
  [QUESTION, 'The model stopped: something went wrong.', /there is none/],
  ['/clear', 'The conversation is empty now, and its pages are given back.', /command/],
  ['/explain ', 'This function takes a page from the pool and gives it to a sequence.', /command/],
  ['and?', 'Yes.', /too little/],
];
for (const [question, answer, why] of UNWORTHY) {
  test(`“${question.trim()}”, answered with “${answer.trim().slice(0, 30)}”, is not kept, and says why`, async () => {
    const rig = new Rig();
    const recorded = await rig.turn('c1', question, answer);
    assert.equal(recorded.item, null);
    assert.match(recorded.why, why);
    assert.equal(rig.all().length, 0);
    assert.deepEqual(rig.store.journal(), []);
  });
}

test('what a person tells is kept even where the model has no answer to it', async () => {
  const rig = new Rig();
  assert.ok(
    (await rig.turn('c1', 'The staging database moved to Frankfurt last week.', "I'm sorry, I cannot see that.")).item,
  );
});

test('a turn with a secret in it is not kept, and its words are told nowhere', async () => {
  const rig = new Rig();
  const key = `AKIA${'Q7XZ'.repeat(4)}`;
  for (const [question, answer] of [
    [`Why does the upload with ${key} fail?`, 'The clock of the machine is wrong.'],
    ['How do I log in to the bucket?', `Run the client with ${key} and the region.`],
  ]) {
    const { item, why } = await rig.turn('c1', question!, answer!);
    assert.equal(item, null);
    assert.match(why, /AWS access key/);
    assert.ok(!why.includes(key.slice(4)));
  }
  assert.equal(rig.all().length, 0);
});

test('the same turn again is one item, with its newest wording, under the key of the newest', async () => {
  const rig = new Rig();
  for (let n = 0; n < 20; n++) await rig.turn('c1', n % 2 ? QUESTION : QUESTION.toLowerCase(), ANSWER);
  const items = rig.all();
  assert.equal(items.length, 1);
  assert.equal(items[0]!.key, 'turn:c1/m19');
  assert.ok(items[0]!.text.includes(QUESTION));
});

test('turns that differ in a number, or in what they ask about, are two', async () => {
  const rig = new Rig();
  await rig.turn(
    'c1',
    'Which port has the API?',
    'It listens on port 8080 of the local machine, as the file of settings says.',
  );
  await rig.turn(
    'c1',
    'Which port has the API?',
    'It listens on port 9090 of the local machine, as the file of settings says.',
  );
  await rig.turn(
    'c1',
    'Which port has the proxy?',
    'It listens on port 9090 of the local machine, as the file of settings says.',
  );
  assert.equal(rig.all().length, 3);
});

test('texts of any length and kind are kept or not, and never fail', async () => {
  const rig = new Rig();
  for (const text of [
    '\u0000\uD800 half a pair',
    'x'.repeat(100_000),
    '`'.repeat(5_000),
    `${'a '.repeat(3_000)}.`,
    '日本語の質問です。設定はどこですか。',
  ])
    for (const answer of [text, ANSWER]) await rig.turn('c2', text, answer);
  for (const item of rig.all()) assert.ok(item.text.length < 40_000);
});
