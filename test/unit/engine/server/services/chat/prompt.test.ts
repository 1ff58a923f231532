import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import type { ChatMessage } from '../../../../../../src/engine/protocol/chat.ts';
import { openModel } from '../../../../../../src/engine/server/core/llama/model.ts';
import { countTokens } from '../../../../../../src/engine/server/services/chat/counts.ts';
import { ChatPrompt } from '../../../../../../src/engine/server/services/chat/prompt.ts';
import { cpuLibrary } from '../../../../../helpers/native.ts';
import { makeQwenShape, TINY_QWEN } from '../../../../../helpers/randomModel.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-prompt-'));
const file = makeQwenShape(path.join(folder, 'chat.gguf'), TINY_QWEN);
const model = await openModel(await cpuLibrary(), { path: file, contextTokens: 0, role: 'chat' });
after(() => {
  model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const SYSTEM: ChatMessage = { role: 'system', content: 'You read code and answer briefly.' };
const never = new AbortController().signal;

/** `turns` questions and their answers, then a last question. */
function talk(turns: number): ChatMessage[] {
  const messages = [SYSTEM];
  for (let i = 0; i < turns; i++) {
    messages.push({ role: 'user', content: `Question ${i}: what does function number ${i} return?` });
    messages.push({ role: 'assistant', content: `Answer ${i}: ${'it returns the value that was given. '.repeat(3)}` });
  }
  messages.push({ role: 'user', content: 'And the last one?' });
  return messages;
}

const tokensOf = async (messages: ChatMessage[]): Promise<number[]> => [
  ...model.tokenizer.encodeTemplate(await model.renderChat(messages)),
];
const textOf = (tokens: number[]): string =>
  Buffer.concat(tokens.map((token) => model.tokenizer.bytes(token))).toString();

describe('a prompt that fits', () => {
  test('is the whole conversation in the tokens of its template', async () => {
    for (const messages of [talk(0), talk(40), [{ role: 'user', content: 'x'.repeat(20_000) } as const]]) {
      const tokens = await tokensOf(messages);
      const fitted = await new ChatPrompt().fit(model, messages, [], tokens.length);
      const text = await model.renderChat(messages);
      assert.deepEqual(fitted, { text, tokens, leftOutTurns: 0, leftOutTokens: 0 });
    }
  });
});

describe('a prompt that is too long', () => {
  test('loses whole turns, the oldest first, and says how much', async () => {
    const messages = talk(20);
    const all = await tokensOf(messages);
    for (const room of [all.length - 1, Math.floor(all.length / 2), 120]) {
      const { tokens, leftOutTurns, leftOutTokens } = await new ChatPrompt().fit(model, messages, [], room);
      assert(leftOutTurns > 0 && tokens.length <= room, `${leftOutTurns} turns, ${tokens.length} tokens`);
      assert.deepEqual(tokens, await tokensOf([SYSTEM, ...messages.slice(1 + 2 * leftOutTurns)]));
      assert.equal(leftOutTokens, all.length - tokens.length);
      // About a quarter of the room is free, give or take a turn.
      const more = await tokensOf([SYSTEM, ...messages.slice(1 + 2 * Math.max(0, leftOutTurns - 2))]);
      assert(more.length > 0.75 * room, `${more.length} of ${room}`);
    }
  });

  test('begins at the same turn while the conversation goes on', async () => {
    const prompt = new ChatPrompt();
    const room = 600;
    const beginnings = new Set<number>();
    let last: number[] = [];
    for (let turns = 8; turns < 24; turns++) {
      const { tokens, leftOutTurns, leftOutTokens } = await prompt.fit(model, talk(turns), [], room);
      assert(tokens.length <= room);
      assert.equal(leftOutTokens, (await tokensOf(talk(turns))).length - tokens.length);
      if (beginnings.has(leftOutTurns)) {
        // All but the last question, which this prompt has an answer in place of, was in the one before it.
        const shared = tokens.findIndex((token, at) => token !== last[at]);
        assert(shared > last.length - 40, `${shared} of ${last.length}`);
      }
      beginnings.add(leftOutTurns);
      last = tokens;
    }
    assert(beginnings.size > 1 && beginnings.size <= 8, `${[...beginnings]}`);
  });

  test('is whole again when the conversation was begun anew', async () => {
    const prompt = new ChatPrompt();
    assert((await prompt.fit(model, talk(20), [], 300)).leftOutTurns > 0);
    assert.equal((await prompt.fit(model, talk(1), [], 300)).leftOutTurns, 0);
  });

  test('is refused in words where the last turn alone does not fit', async () => {
    const long: ChatMessage = { role: 'user', content: 'Why is it so? '.repeat(200) };
    await assert.rejects(new ChatPrompt().fit(model, [...talk(3), long], [], 300), {
      kind: 'promptTooLong',
      message: /^The last message, .* is \d+ tokens longer than the 300 that fit/,
    });
    // It is what the user asked last, whatever comes behind it.
    const asked: ChatMessage[] = [...talk(3), long, { role: 'assistant', content: 'Well' }];
    await assert.rejects(new ChatPrompt().fit(model, asked, [], 300), { kind: 'promptTooLong' });
  });
});

describe('counts', () => {
  test('are those of the tokenizer and of the whole prompt', async () => {
    const texts = ['', 'const a = 1;', 'grüße 🎉 <|im_end|>', 'return value;\n'.repeat(2000)];
    const conversations = [{ messages: talk(2) }, { messages: talk(30) }];
    const counts = await countTokens(model, { texts, conversations }, never);
    assert.deepEqual(
      counts.texts,
      texts.map((text) => model.tokenizer.encode(text).length),
    );
    assert.deepEqual(counts.conversations, [(await tokensOf(talk(2))).length, (await tokensOf(talk(30))).length]);
    assert.equal(textOf(await tokensOf(talk(0))).includes('And the last one?'), true);
  });

  test('end when they are cancelled, and are refused where they make no sense', async () => {
    assert.deepEqual(await countTokens(model, { texts: ['a'] }, AbortSignal.abort()), { texts: [], conversations: [] });
    const texts = [1 as unknown as string];
    await assert.rejects(countTokens(model, { texts }, never), { kind: 'promptInvalid', message: /malformed/ });
    await assert.rejects(countTokens(model, { conversations: [{ messages: [] }] }, never), { kind: 'promptInvalid' });
  });

  test('fail when the model is unloaded meanwhile', async () => {
    const other = await openModel(await cpuLibrary(), { path: file, contextTokens: 0 });
    const counting = countTokens(other, { texts: ['a'] }, never);
    other.dispose();
    await assert.rejects(counting, { kind: 'engineStopped' });
  });
});
