/** Turns of conversations compute what is new in them: over many turns, on branches, and with templates that say less of earlier answers. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ChatMessage, ChatProgress, ChatResult } from '../../src/engine/protocol/index.ts';
import { makeQwenShape, REASONING_TEMPLATE, TINY_QWEN } from '../helpers/randomModel.ts';
import { ownEngine } from './ownEngine.ts';

const PAGE = 32;
const folder = mkdtempSync(path.join(tmpdir(), 'quire-reuse-'));
const file = makeQwenShape(path.join(folder, 'chat.gguf'), TINY_QWEN);
const reasoning = makeQwenShape(path.join(folder, 'reasoning.gguf'), {
  ...TINY_QWEN,
  seed: 2,
  chatTemplate: REASONING_TEMPLATE,
});
const client = ownEngine();
let workspace = '';

before(async () => {
  workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
});
after(() => rmSync(folder, { recursive: true, force: true }));

const question = (content: string): ChatMessage => ({ role: 'user', content });
const answer = (content: string): ChatMessage => ({ role: 'assistant', content });
const long = (what: string): string => `${what} ${'It stands in the page of the cache. '.repeat(8)}`;

async function begin(model: string, name = ''): Promise<string> {
  const { id } = await client.openModel({ path: model, contextTokens: 4096, role: 'chat' });
  const where = name === '' ? workspace : await client.openWorkspace({ folder: null, name, trusted: true });
  return (await client.openChat({ model: id, workspace: where })).conversation;
}

describe('a conversation', () => {
  it('computes of each of twenty turns only what is new, and at most a page', async () => {
    const conversation = await begin(file);
    const messages: ChatMessage[] = [{ role: 'system', content: long('Be brief.') }];
    let last: ChatResult | undefined;
    for (let turn = 0; turn < 20; turn++) {
      messages.push(question(`${turn}: what does it give, and where does it come from?`));
      const result = await client.chat({ conversation, messages, maxTokens: 40 });
      const known = last ? last.promptTokens + last.generatedTokens : 0;
      const fresh = result.promptTokens - known;
      assert(result.computedTokens <= fresh + PAGE, `turn ${turn}: ${result.computedTokens} computed, ${fresh} new`);
      assert.equal(result.leftOutTurns, 0);
      messages.push(answer(result.text));
      last = result;
    }
  });

  it('has everything for the same question again, and its beginning for another one in its place; a branch is gone back to', async () => {
    const conversation = await begin(file, 'branches');
    const start = [question(long('What is it?'))];
    const first = await client.chat({ conversation, messages: start, maxTokens: 64 });
    const again = await client.chat({ conversation, messages: start, maxTokens: 64 });
    assert.deepEqual([again.computedTokens, again.text], [1, first.text]);
    const main = [...start, answer(first.text), question(long('And then?'))];
    const second = await client.chat({ conversation, messages: main, maxTokens: 64 });
    const edited = [...start, answer(first.text), question('Why?')];
    const branch = await client.chat({ conversation, messages: edited, maxTokens: 64 });
    const common = first.promptTokens + first.generatedTokens;
    assert(branch.computedTokens <= branch.promptTokens - common + PAGE, `${branch.computedTokens}`);
    const back = [...main, answer(second.text), question('And?')];
    const third = await client.chat({ conversation, messages: back, maxTokens: 8 });
    const fresh = third.promptTokens - second.promptTokens - second.generatedTokens;
    assert(third.computedTokens <= fresh + PAGE, `${third.computedTokens} computed, ${fresh} new`);
  });

  it('has an answer as far as it is told again: one that was stopped is kept as it was seen', async () => {
    const conversation = await begin(file, 'stopped');
    const start = [question(long('What is it?'))];
    const first = await client.chat({ conversation, messages: start, maxTokens: 100 });
    for (const cut of [1, 2, 5, 9, 30]) {
      const seen = first.text.slice(0, -cut);
      const next = await client.chat({
        conversation,
        messages: [...start, answer(seen), question(`And ${cut}?`)],
        maxTokens: 1,
      });
      // A character is a token at most; the marker, the question and the next turn's beginning are new.
      const fresh = next.promptTokens - first.promptTokens - (first.generatedTokens - cut);
      assert(next.computedTokens <= fresh + PAGE, `${cut}: ${next.computedTokens} computed, ${fresh} new`);
    }
  });

  it('reads ahead what a template will say of an answer without its reasoning', async () => {
    const conversation = await begin(reasoning);
    const told = `<think>\n${long('Well,')}\n</think>\n\n${long('It is so.')}`;
    const messages = [question(long('What is it?')), answer(told)];
    await client.chat({ conversation, messages: messages.slice(0, 1), maxTokens: 8 });
    const read = await client.readAhead({ conversation, messages });
    assert(read!.computedTokens > 0, 'the answer is not what was generated');
    assert.deepEqual(await client.readAhead({ conversation, messages }), {
      promptTokens: read!.promptTokens,
      cachedTokens: read!.promptTokens,
      computedTokens: 0,
    });
    const draft = [...messages, question('And then')];
    const next = await client.chat({ conversation, messages: draft, maxTokens: 8 });
    const { conversations } = await client.countTokens({
      model: (await client.openModel({ path: reasoning, contextTokens: 4096, role: 'chat' })).id,
      conversations: [{ messages: [messages[0]!, answer(long('It is so.')), draft[2]!] }],
    });
    assert.deepEqual(conversations, [next.promptTokens], 'the reasoning is left out');
    const fresh = next.promptTokens - read!.promptTokens;
    assert(next.computedTokens <= fresh && fresh < 2 * PAGE, `${next.computedTokens} computed, ${fresh} new`);
  });

  it('reads a draft as it grows, and only what is new of it', async () => {
    const conversation = await begin(file, 'drafts');
    const draft = (words: number) => [question(long('See here.') + 'and there it is '.repeat(words))];
    const first = await client.readAhead({ conversation, messages: draft(0) });
    assert.equal(first!.computedTokens, first!.promptTokens);
    assert.equal((await client.readAhead({ conversation, messages: draft(1) }))!.computedTokens <= PAGE, true);
    const grown = await client.readAhead({ conversation, messages: draft(20) });
    assert(grown!.computedTokens <= grown!.promptTokens - first!.promptTokens && grown!.computedTokens > PAGE);
    const weight = await client.weighChat({ conversation, messages: draft(20), maxTokens: 8 });
    const sent = await client.chat({ conversation, messages: draft(20), maxTokens: 8 });
    assert.equal(sent.cachedTokens, weight!.cachedTokens);
    assert(sent.cachedTokens >= grown!.promptTokens);
  });

  it('is weighed without an effect, also where turns would be left out', async () => {
    const conversation = await begin(file, 'weighed');
    const turns = Array.from({ length: 40 }, (_, i) => [question(long(`${i}?`)), answer(long(`${i}.`))]).flat();
    const short = [question('Why?')];
    const params = { conversation, messages: [...turns, ...short], maxTokens: 512 };
    const before = await client.status();
    const first = await client.weighChat(params);
    assert(first!.leftOutTurns > 0 && first!.promptTokens <= 4096 - 512);
    assert.deepEqual(
      [first!.cachedTokens, (await client.weighChat({ ...params, messages: short }))!.leftOutTurns],
      [0, 0],
    );
    const again = await client.weighChat(params);
    assert.deepEqual({ ...again, readMs: 0 }, { ...first, readMs: 0 });
    const iterations = ({ models }: typeof before) => models.map(({ scheduler }) => scheduler.iterations);
    assert.deepEqual(iterations(await client.status()), iterations(before), 'nothing was computed');
    // Of many at once the newest is answered, and the one that was begun.
    const all = await Promise.all(Array.from({ length: 12 }, () => client.weighChat(params)));
    assert(all.at(-1) && all.filter(Boolean).length < 12, `${all.filter(Boolean).length} answered`);
  });

  it('tells tokens with the text, and goes on behind those that are given', async () => {
    const conversation = await begin(file, 'begun');
    const messages = [question(long('What is it?'))];
    const steps: ChatProgress[] = [];
    const whole = await client.chat(
      { conversation, messages, maxTokens: 48 },
      { onProgress: (step) => steps.push(step) },
    );
    assert.equal(steps.map(({ text = '' }) => text).join(''), whole.text);
    const tokens = steps.flatMap((step) => step.tokens ?? []);
    assert(tokens.length > 40);
    for (const count of [1, 7, 20, tokens.length]) {
      const begun = tokens.slice(0, count);
      const result = await client.chat({ conversation, messages, maxTokens: 48, begun });
      assert.deepEqual(
        [result.text, result.finish, result.generatedTokens],
        [whole.text, whole.finish, whole.generatedTokens],
      );
    }
    // A stop text that begins in what was begun.
    const stop = [whole.text.slice(10, 16)];
    const stopped = await client.chat({ conversation, messages, maxTokens: 48, stop });
    for (const count of [1, 3, 5]) {
      const result = await client.chat({ conversation, messages, maxTokens: 48, stop, begun: tokens.slice(0, count) });
      assert.deepEqual([result.text, result.finish], [stopped.text, 'stop']);
    }
    await assert.rejects(client.chat({ conversation, messages, maxTokens: 8, begun: [-1] }), { kind: 'promptInvalid' });
  });
});
