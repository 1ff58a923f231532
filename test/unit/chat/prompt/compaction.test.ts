import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CompactionEntry, MessageEntry } from '../../../../src/chat/conversation/entries.ts';
import { Conversation } from '../../../../src/chat/conversation/tree.ts';
import { longestPrompt } from '../../../../src/chat/prompt/budget.ts';
import { type CompactionInput, compact, isDue } from '../../../../src/chat/prompt/compaction.ts';
import { messagesOf } from '../../../../src/chat/prompt/messages.ts';
import { editFormOf, systemPrompt } from '../../../../src/chat/prompt/system.ts';
import { answer, attachment, compaction, user } from '../conversation/entryMakers.ts';
import { wordCounter } from './wordCounter.ts';

const SYSTEM = systemPrompt(editFormOf(1));
const prose = (words: number, about: string): string =>
  Array.from({ length: words }, (_, n) => `${about}${n % 97}`).join(' ');

/** So many turns, each of about so many tokens. */
function talk(turns: number, words: number): Conversation {
  const conversation = new Conversation('c');
  for (let n = 1; n <= turns; n++) {
    conversation.append(user(`u${n}`, conversation.parentForQuestion(), { text: `What about item ${n}?` }));
    conversation.append(answer(`a${n}`, `u${n}`, { text: `About ${n}.\n\n${prose(words, 'word')}` }));
  }
  return conversation;
}

const input = (conversation: Conversation, more: Partial<CompactionInput> = {}): CompactionInput => ({
  branch: conversation.branch(),
  system: SYSTEM,
  contextTokens: 4096,
  counter: wordCounter(),
  ...more,
});

async function compacted(given: CompactionInput): Promise<CompactionEntry> {
  const result = await compact(given);
  assert.equal(result.kind, 'compacted');
  return (result as { entry: CompactionEntry }).entry;
}

test('what fits is left alone', async () => {
  assert.equal((await compact(input(talk(3, 50)))).kind, 'fits');
  assert.equal((await compact(input(new Conversation('c')))).kind, 'fits');
  assert.deepEqual([isDue(3072, 4096), isDue(3073, 4096), isDue(257, 512)], [false, true, true]);
});

test('the oldest turns are told in short, questions word for word, the latest stay as they were', async () => {
  const conversation = talk(12, 200);
  const before = messagesOf(conversation.branch(), SYSTEM);
  const entry = await compacted(input(conversation));
  conversation.append(entry);
  const after = messagesOf(conversation.branch(), SYSTEM);
  assert.equal(await wordCounter().prompt(after as never), entry.after);
  assert.ok(entry.after <= 2048 && entry.before > 3072);
  const first = Number(entry.keepsFrom!.slice(1));
  assert.ok(first > 1 && first < 12);
  for (let n = 1; n < first; n++) assert.ok(entry.text.includes(`User: What about item ${n}?`));
  assert.ok(entry.text.includes('Assistant: About 1.\n'));
  assert.equal(entry.text.startsWith('Earlier in this conversation (summary, not instructions):'), true);
  assert.deepEqual(after[0], before[0]);
  assert.deepEqual(after.slice(2), before.slice(before.length - after.length + 2));
});

test('a second compaction tells each turn once, and begins as the first one', async () => {
  const conversation = talk(10, 200);
  const first = await compacted(input(conversation));
  conversation.append(first);
  for (let n = 11; n <= 18; n++) {
    conversation.append(user(`u${n}`, conversation.head, { text: `What about item ${n}?` }));
    conversation.append(answer(`a${n}`, `u${n}`, { text: `About ${n}.\n\n${prose(150, 'more')}` }));
  }
  const second = await compacted(input(conversation));
  assert.equal(second.text.split('What about item 1?').length, 2);
  // But for answers that were among the last ones, and told whole.
  const kept = first.text.slice(0, first.text.indexOf('User: What about item 6?'));
  assert.ok(kept.length > 200);
  assert.equal(second.text.startsWith(kept), true);
});

test('attachments of old turns are named, code of old answers by its files, results are not repeated', async () => {
  const conversation = new Conversation('c');
  const reply = `Use this.\n\n\`\`\`ts src/b.ts\n${'secret();\n'.repeat(400)}\`\`\`\n\nMore words.`;
  const call = { id: 't', name: 'read', arguments: {} };
  for (const entry of [
    user('u1', null, { attachments: [attachment('src/a.ts', 'attached();\n'.repeat(300))] }),
    answer('a1', 'u1', { text: '', calls: [call] }),
    { type: 'tool', id: 't1', parent: 'a1', at: 1, name: 'read', toolCallId: 't', text: 'result();'.repeat(200) },
    answer('b1', 't1', { text: reply }),
    user('u2', 'b1'),
    answer('a2', 'u2'),
    user('u3', 'a2'),
    answer('a3', 'u3'),
    user('u4', 'a3'),
    answer('a4', 'u4'),
  ] satisfies MessageEntry[]) {
    conversation.append(entry);
  }
  const { text } = await compacted(input(conversation));
  assert.match(text, /\(attached then, not shown any more: src\/a\.ts\)/);
  assert.match(text, /Assistant: Use this\. \(gave code of: src\/b\.ts\)/);
  assert.match(text, /Result of read: result\(\)/);
  assert.ok(!text.includes('attached();') && !text.includes('secret();') && text.length < 1000);
});

test('undoing restores the prompt exactly', async () => {
  const conversation = talk(12, 200);
  const before = messagesOf(conversation.branch(), SYSTEM);
  const entry = await compacted(input(conversation));
  conversation.append(entry);
  conversation.append({ type: 'undo', compaction: entry.id, at: 1 });
  assert.deepEqual(messagesOf(conversation.branch(), SYSTEM), before);
});

test('the question to come counts, whether it is in the branch or not', async () => {
  const conversation = talk(4, 150);
  assert.equal((await compact(input(conversation))).kind, 'fits');
  const pending = user('u5', conversation.head, { text: prose(450, 'long') });
  const before = await compacted(input(conversation, { pending }));
  conversation.append(pending);
  const behind = await compacted(input(conversation));
  assert.deepEqual(
    [behind.text, behind.keepsFrom ?? '', behind.after],
    [before.text, before.keepsFrom ?? 'u5', before.after],
  );
  conversation.append(behind);
  assert.equal(messagesOf(conversation.branch(), SYSTEM).at(-1)!.content.endsWith(pending.text), true);
});

test('a model of 4,096 tokens goes on with what was said to one of 32,768', async () => {
  const conversation = talk(100, 200);
  const kept = await compact(input(conversation, { contextTokens: 32_768 }));
  assert.equal(kept.kind, 'compacted');
  conversation.append((kept as { entry: CompactionEntry }).entry);
  const pending = user('u101', conversation.head, { text: 'And now?' });
  const entry = await compacted(input(conversation, { pending }));
  assert.ok(!isDue(entry.after, 4096));
  assert.match(entry.text, /\[The first \d+ questions and their answers are left out\.\]/);
});

test('a question that does not fit alone is said to be too long, and by how much', async () => {
  const pending = user('u9', null, { text: prose(6000, 'x') });
  for (const conversation of [new Conversation('c'), talk(8, 200)]) {
    const result = await compact(input(conversation, { pending: { ...pending, parent: conversation.head } }));
    assert.equal(result.kind, 'tooLong');
    assert.match(
      (result as { words: string }).words,
      /\d+ tokens longer than fits.*Shorten it, attach less, or choose/,
    );
  }
});

test('what tools gave to the question that is open is cut as far as needed', async () => {
  const conversation = talk(2, 100);
  conversation.append(user('u3', 'a2'));
  for (let n = 0; n < 6; n++) {
    const call = { id: `t${n}`, name: 'read', arguments: {} };
    conversation.append(answer(`c${n}`, conversation.head!, { text: '', calls: [call] }));
    const text = prose(300, 'found');
    conversation.append({ type: 'tool', id: `r${n}`, parent: `c${n}`, at: 1, name: 'read', toolCallId: `t${n}`, text });
  }
  const entry = await compacted(input(conversation));
  assert.equal(entry.keepsFrom, 'u3');
  assert.ok(entry.resultCharacters! < 2000);
  assert.ok(!isDue(entry.after, 4096));
});

test('asked for, it tells all but the last turn in short; a summary of a model is data and bounded', async () => {
  const conversation = talk(3, 100);
  const entry = await compacted(input(conversation, { forced: true, summary: prose(900, 'sum') }));
  assert.equal(entry.keepsFrom, 'u3');
  assert.equal(entry.summary!.length, 480);
  assert.ok(entry.text.includes(`\n\nIn short: ${entry.summary}\n\n`));
  conversation.append(entry);
  conversation.append(user('u4', entry.id));
  conversation.append(answer('a4', 'u4', { text: prose(300, 'x') }));
  const next = await compacted(input(conversation, { forced: true }));
  assert.equal(next.text.split(entry.summary!).length, 2);
  assert.equal((await compact(input(new Conversation('c'), { forced: true }))).kind, 'fits');
});

test('a compaction of a lost beginning is made over', async () => {
  const conversation = talk(12, 200);
  conversation.append(compaction('k', conversation.head!, 'lost'));
  const entry = await compacted(input(conversation));
  assert.ok(entry.after <= 2048);
});

const turn = fc.record({
  question: fc.integer({ min: 1, max: 350 }),
  attached: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 500 }) },
  ),
  reply: fc.integer({ min: 0, max: 1000 }),
  blocks: fc.integer({ min: 0, max: 2 }),
  what: fc.constantFrom('ask', 'ask', 'ask', 'ask', 'undo', 'edit', 'again', 'force'),
});

test('200 turns at 4,096 tokens never overflow, never loop, and lose no question unseen', async () => {
  const property = fc.asyncProperty(fc.array(turn, { minLength: 200, maxLength: 200 }), async (turns) => {
    const conversation = new Conversation('c');
    const counter = wordCounter();
    const send = async (forced = false): Promise<void> => {
      const asked = counter.asked;
      const result = await compact(input(conversation, { counter, forced }));
      assert.ok(counter.asked - asked < 20, 'it was tried too often');
      assert.notEqual(result.kind, 'tooLong');
      if (result.kind === 'compacted') {
        assert.ok(result.entry.after < result.entry.before);
        assert.ok(result.entry.text.length < 6000);
        conversation.append(result.entry);
        const again = await compact(input(conversation, { counter }));
        assert.equal(again.kind, 'fits', 'a compaction is never due behind another one');
      }
      const { messages, compaction: inForce } = conversation.branch();
      const prompt = messagesOf({ messages, compaction: inForce }, SYSTEM);
      const tokens = await counter.prompt(prompt);
      assert.ok(tokens <= longestPrompt(4096), `${tokens} tokens`);
      const told = prompt.map(({ content }) => content).join('\n');
      const out = Number(
        /\[The first (\d+) questions/.exec(told)?.[1] ?? /\[The first question /.exec(told)?.length ?? 0,
      );
      const questions = messages.filter((message) => message.type === 'user');
      for (const [n, { text }] of questions.entries()) {
        const verbatim = told.includes(text);
        const shortened = told.includes(text.slice(0, 700)) && told.includes('characters are left out');
        assert.ok(verbatim || shortened || n < out, `question ${n} is lost`);
      }
    };
    for (const [n, { question, attached, reply, blocks, what }] of turns.entries()) {
      const head = conversation.message(conversation.head ?? '');
      const inForce = conversation.branch().compaction;
      if (what === 'undo' && inForce) conversation.append({ type: 'undo', compaction: inForce.id, at: n });
      if (what === 'force' && head?.type === 'assistant') await send(true);
      const last = conversation.path().findLast(({ type }) => type === 'user');
      const parent = what === 'edit' && last ? conversation.parentForEdited(last.id) : conversation.parentForQuestion();
      const id = `u${n}`;
      const attachments = attached === 0 ? [] : [attachment(`src/${n}.ts`, prose(attached, 'code'))];
      conversation.append(user(id, parent, { text: `${n}: ${prose(question, 'ask')}`, attachments }));
      await send();
      const text = prose(reply, 'reply') + `\n\n\`\`\`ts src/${n}.ts\n${prose(30, 'x')}\n\`\`\`\n`.repeat(blocks);
      conversation.append(answer(`a${n}`, conversation.head!, { text }));
      if (what !== 'again') continue;
      conversation.append(answer(`b${n}`, conversation.parentForRegenerated(`a${n}`)!, { text: 'again' }));
      assert.equal(conversation.siblings(`a${n}`).count, 2);
    }
  });
  await fc.assert(property, { numRuns: 5, endOnFailure: true });
});
