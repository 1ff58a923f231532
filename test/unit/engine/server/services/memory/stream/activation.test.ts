import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mostFor } from '../../../../../../../src/engine/server/services/memory/stream/activation.ts';
import { asPrompt } from '../../../../../../../src/engine/server/services/memory/stream/asPrompt.ts';
import { estimateTokens } from '../../../../../../../src/engine/server/services/memory/stream/parts.ts';
import { DAY, Rig } from './rig.ts';

const LONG =
  'The worker of the import pipeline reads a batch, checks each row and writes what it refused to a table. '.repeat(40);

test('nonsense activates nothing, and neither does small talk', async () => {
  const rig = new Rig();
  rig.stream.addFact({ text: 'The payments service listens on port 8443.' });
  for (const query of ['flibbertigibbet wozzle quux', 'thanks!', 'hello', '', '???', 'ok go on'])
    assert.deepEqual((await rig.chat(query)).memories, [], query);
  assert.equal((await rig.chat('Which port has the payments service?')).memories.length, 1);
});

test('of code, a question about programming in general gets only what is called so', async () => {
  const rig = new Rig();
  rig.code('src/router.ts', 'RouteMap keeps a map of routes by the hash of their path.', 'RouteMap');
  rig.stream.addFact({ text: 'Reverse strings in Go with the helpers of the text package.' });
  const titles = async (query: string) => (await rig.chat(query)).memories.map(({ item }) => item.title);
  assert.deepEqual(await titles('What is a hash map?'), []);
  assert.deepEqual(await titles('What is a route map?'), ['RouteMap']);
  assert.equal((await titles('How do I reverse strings in Go?')).length, 1);
});

test('a model is asked for a question, not for what is still written', async () => {
  const asked: string[] = [];
  const yesNo = async (question: string) => {
    asked.push(question);
    return false;
  };
  const rig = new Rig({ judge: () => ({ yesNo }) });
  rig.stream.addFact({ text: 'The payments service listens on port 8443.' });
  await rig.chat('Sort numbers and payments in Go', { peek: true });
  assert.deepEqual(asked, []);
  const { decision } = await rig.chat('Sort numbers and payments in Go');
  assert.equal(asked.length, 1);
  assert.match(decision, /^No memory: The model says/);
});

test('superseded facts and proposals are never used', async () => {
  const rig = new Rig();
  rig.stream.addFact({ text: 'The payments port is 8443.' });
  rig.stream.addFact({ text: 'The payments port is 9443.' });
  rig.stream.addFact({ text: 'Always restart the payments port', kind: 'proposal', source: 'chat' });
  const { memories } = await rig.chat('What is our payments port?');
  assert.deepEqual(
    memories.map(({ text }) => text),
    ['The payments port is 9443.'],
  );
});

test('of what was said in turns only the newest is used, where both cannot be true', async () => {
  const rig = new Rig();
  await rig.turn(
    'c1',
    'The default branch of the website is main. How do I deploy it?',
    'Push to it and wait for the pipeline to finish.',
  );
  rig.later(20 * DAY);
  await rig.turn(
    'c2',
    'The default branch of the website is trunk now. Does the deployment change?',
    'The pipeline has to be told so in its settings.',
  );
  const { memories, decision } = await rig.chat('What is the default branch of our website?');
  assert.equal(memories.length, 1);
  assert.ok(memories[0]!.text.includes('trunk'));
  assert.match(decision, /1 older one left out: something newer says otherwise/);
});

test('sentences whose code has changed are left out and counted; without any other the memory is', async () => {
  const rig = new Rig();
  const anchors = (symbol: string) => [{ path: 'src/pool.ts', symbol, hash: 'ab' }];
  const item = rig.store.put({
    kind: 'file',
    source: 'code',
    made: 'extracted',
    key: 'file:src/pool.ts',
    title: 'pool.ts',
    path: 'src/pool.ts',
    text: 'The pool gives out pages. The pool evicts the coldest page.',
    sentences: [
      { text: 'The pool gives out pages.', anchors: anchors('take') },
      { text: 'The pool evicts the coldest page.', anchors: anchors('evict') },
    ],
  });
  rig.changed.add('evict');
  const one = await rig.chat('How does our pool give out pages?');
  assert.deepEqual(
    one.memories.map(({ text }) => text),
    ['The pool gives out pages.'],
  );
  assert.equal(one.staleSentences, 1);
  rig.changed.add('take');
  const none = await rig.chat('How does our pool give out pages?');
  assert.deepEqual(none.memories, []);
  assert.ok(none.staleSentences > 0);
  rig.changed.clear();
  assert.equal((await rig.chat('How does our pool give out pages?')).memories[0]!.text, item.text);
});

test('the turn before is told verbatim where it is short, in short where it is long, and not where it is in the prompt', async () => {
  const rig = new Rig();
  await rig.turn(
    'c1',
    'What does the import worker do with refused rows?',
    'It writes them to the table of refused rows.',
  );
  const short = await rig.chat('And how long does it keep them?', { conversation: 'c1' });
  assert.deepEqual(
    short.memories.map(({ flash, inShort }) => [flash, inShort]),
    [[true, false]],
  );
  const { item } = await rig.turn('c1', 'What does the import pipeline do, in all detail?', LONG);
  const long = await rig.chat('And how long does it keep them?', { conversation: 'c1' });
  const flash = long.memories.find((memory) => memory.flash)!;
  assert.equal(flash.item.id, item!.id);
  assert.ok(flash.inShort && flash.text === item!.summary);
  const inPrompt = await rig.chat('And how long does it keep them?', { conversation: 'c1', without: [item!.key] });
  assert.ok(!inPrompt.memories.some((memory) => memory.item.id === item!.id));
});

test('over 2,000 tokens, memories over 800 are told in short where that is enough, and whole where exact words are asked for', async () => {
  const rig = new Rig();
  // Different words in each, or the ranking takes them for copies.
  for (const n of [0, 1, 2, 3]) {
    const words = Array.from(
      { length: 500 },
      (_, at) =>
        `w${'abcd'[n]}${'klmnopqrstuv'[at % 12]}${'xyzq'[at % 4]}${'efgh'[(at % 11) % 4]}${'rstv'[(at % 7) % 4]}`,
    ).join(' ');
    await rig.turn(
      `c${n}`,
      `How does the nightly import run, case ${n}?`,
      `The nightly import runs in case ${n}. ${words}.`,
    );
  }
  const enough = await rig.chat('How did we say that the nightly import runs?', { tokens: 20_000 });
  assert.equal(enough.memories.length, 4);
  assert.ok(enough.memories.every(({ inShort, tokens }) => inShort && tokens < 800));
  const exact = await rig.chat('Quote the full text that we said of the nightly import', { tokens: 20_000 });
  assert.ok(exact.memories.length > 1 && exact.memories.every(({ inShort }) => !inShort));
  const others = enough.memories.slice(1).map(({ item }) => item.id);
  const alone = await rig.chat('How did we say that the nightly import runs?', { tokens: 20_000, leaveOut: others });
  assert.deepEqual(
    alone.memories.map(({ inShort }) => inShort),
    [false],
    'one memory is not over 2,000 tokens',
  );
});

test('use is recorded, but not in a try without a memory', async () => {
  const rig = new Rig();
  const { item } = rig.stream.addFact({ text: 'The payments port is 8443.' });
  const other = rig.stream.addFact({ text: 'The payments service is written in Go.' }).item;
  await rig.chat('What is our payments port?', { leaveOut: [other.id] });
  assert.equal(rig.store.get(item.id)!.activations, 0);
  rig.later(DAY);
  await rig.chat('What is our payments port?');
  assert.deepEqual([rig.store.get(item.id)!.activations, rig.store.get(item.id)!.activated], [1, Date.now()]);
});

test('k is between 3 and 10 by the room, and a cap', async () => {
  assert.deepEqual([100, 600, 1_000, 2_000, 100_000].map(mostFor), [3, 3, 5, 10, 10]);
  const rig = new Rig();
  for (let n = 0; n < 30; n++)
    await rig.turn(
      `c${n}`,
      `Which queue has the worker number ${n}?`,
      `The worker number ${n} reads the queue called jobs-${n * 7} and nothing else.`,
    );
  assert.ok((await rig.chat('Which queue has the worker?', { tokens: 600 })).memories.length <= 3);
});

test('completion is given few and short ones: facts, and what is said of files that are near', async () => {
  const rig = new Rig();
  rig.code('src/kv/pool.ts', 'The pool gives out pages and evicts the coldest page.');
  rig.code('src/net/pool.ts', 'The pool of connections gives out sockets, and pages through results.');
  await rig.turn(
    'c1',
    'How does the pool give out pages?',
    'The pool takes a page from the list of free pages and gives it out.',
  );
  rig.stream.addFact({ text: 'The pool never gives out pages twice.' });
  rig.stream.addFact({ text: 'Pages of the manual are printed in Garamond by the pool of secretaries.' });
  const { memories } = await rig.stream.activate({
    query: 'pool pages gives out',
    tokens: 400,
    for: 'completion',
    paths: ['src/kv/pool.ts'],
  });
  assert.deepEqual(memories.map(({ item }) => item.kind).sort(), ['fact', 'file']);
  assert.ok(memories.every(({ text }) => !text.includes('Garamond')));
  assert.ok(memories.every(({ item }) => item.path !== 'src/net/pool.ts'));
});

test('completion may name files as imports do, and is told nothing of the file that is completed', async () => {
  const rig = new Rig();
  const texts = {
    'src/kv/pool.ts': 'The pool gives out pages and evicts the coldest page.',
    'src/pages/index.ts': 'Pages of the pool are counted before it gives out the next one.',
    'src/use.ts': 'Who gives out pages of the pool in the end is decided by the user.',
  };
  for (const [path, text] of Object.entries(texts)) rig.code(path, text);
  const { memories } = await rig.stream.activate({
    query: 'pool pages gives out',
    tokens: 400,
    for: 'completion',
    paths: ['src/kv/pool.js', 'src/pages', 'src/use'],
    at: 'src/use.ts',
  });
  assert.deepEqual(memories.map(({ item }) => item.path).sort(), ['src/kv/pool.ts', 'src/pages/index.ts']);
});

test('each part can be switched off', async () => {
  const answer = 'The import worker writes refused rows to the table of refused rows, which is emptied each night.';
  const tell = async (switches: object) => {
    const rig = new Rig({ switches });
    await rig.turn('c0', 'What does the import worker do with refused rows?', answer);
    await rig.turn(
      'c1',
      'Which font has the editor of the invoices?',
      'It has the font of the system, in the size of the settings.',
    );
    return rig;
  };
  const asked = { conversation: 'c1', tokens: 3_000 };
  const [with_, noActivation, noFlash, noController] = [
    await tell({}),
    await tell({ activation: false }),
    await tell({ flash: false }),
    await tell({ controller: false }),
  ];
  const query = 'And what did we say the import worker does with refused rows?';
  const flashes = async (rig: Rig) => (await rig.chat(query, asked)).memories.map(({ flash }) => flash).sort();
  assert.deepEqual(await flashes(with_), [false, true]);
  assert.deepEqual(await flashes(noActivation), [true]);
  assert.deepEqual(await flashes(noFlash), [false]);
  assert.deepEqual((await with_.chat('Explain this function', asked)).memories, []);
  assert.ok((await noController.chat('Explain this function', asked)).memories.length > 0);
  const [first] = (await with_.chat(query)).memories;
  const plain = await (await tell({ recency: false })).chat(query);
  assert.ok(first!.score.recency > 0 && plain.memories[0]!.score.recency === 0);
  const whole = await tell({ summaries: false });
  await whole.turn('c2', 'How does the import worker refuse rows?', LONG);
  assert.ok((await whole.chat(query, { tokens: 500 })).memories.every(({ inShort }) => !inShort));
});

const word = fc.constantFrom(
  'pool',
  'page',
  'worker',
  'import',
  'rows',
  'refused',
  '`a.ts`',
  '| End',
  '(End of the notes.)',
  '日本',
  '\n',
);
const text = fc.array(word, { minLength: 4, maxLength: 600 }).map((words) => words.join(' '));

test('whatever is stored, what is activated fits, and it always comes to an end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(text, text), { maxLength: 12 }),
      fc.integer({ min: 0, max: 4_000 }),
      text,
      fc.boolean(),
      async (turns, tokens, query, flash) => {
        const rig = new Rig();
        for (const [n, [question, answer]] of turns.entries()) await rig.turn(n % 2 ? 'c1' : 'c2', question, answer);
        const { memories } = await rig.chat(`What did we say of ${query}?`, {
          tokens,
          ...(flash && { conversation: 'c1' }),
        });
        assert.ok(estimateTokens(asPrompt(memories)) <= tokens);
        assert.ok(memories.filter((memory) => !memory.flash).length <= mostFor(tokens));
        rig.store.close();
      },
    ),
    { numRuns: 40 },
  );
});
