/** Answers for the editor's own chat; of the engine only what it writes is made up. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AnswerRequest, answer, type ReasoningSplit } from '../../../../src/chat/native/answer.ts';
import { Conversations } from '../../../../src/chat/native/conversations.ts';
import { EngineError } from '../../../../src/engine/client/errors.ts';
import type { ChatParams, ChatResult, ChatTool, ModelInfo } from '../../../../src/engine/protocol/index.ts';

const LIST: ChatTool = {
  name: 'list',
  description: '',
  parameters: { type: 'object', properties: { folder: { type: 'string' } }, required: ['folder'] },
};
const result: ChatResult = {
  text: '',
  finish: 'endOfText',
  promptTokens: 10,
  cachedTokens: 4,
  computedTokens: 6,
  generatedTokens: 3,
  queuedMs: 0,
  firstTokenMs: 1,
  totalMs: 2,
  leftOutTurns: 0,
  leftOutTokens: 0,
};
/** Everything before `|` was thought. */
const split = (): ReasoningSplit => {
  let thinks = true;
  return {
    push(piece) {
      const at = thinks ? piece.indexOf('|') : -1;
      if (!thinks) return { text: piece, reasoning: '' };
      if (at < 0) return { text: '', reasoning: piece };
      thinks = false;
      return { text: piece.slice(at + 1), reasoning: piece.slice(0, at) };
    },
    end: () => ({ text: '', reasoning: '' }),
  };
};

async function run(answers: (string | Error)[], more: Partial<AnswerRequest> = {}) {
  const asked: ChatParams[] = [];
  let opened = 0;
  const shown = { text: '', reasoning: '', calls: [] as unknown[] };
  const conversations = new Conversations({
    openChat: async () => ({ conversation: `c${++opened}`, tools: true, contextTokens: 4096 }),
    closeChat: async () => undefined,
  });
  const engine = {
    async chat(
      params: ChatParams,
      { onText, signal }: { onText?: (delta: string) => void; signal?: AbortSignal },
    ): Promise<ChatResult> {
      const next = answers[asked.length] ?? answers.at(-1)!;
      asked.push(structuredClone(params));
      if (next instanceof Error) throw next;
      for (const piece of next.match(/[\s\S]{1,4}/g) ?? []) onText?.(piece);
      return signal?.aborted ? { ...result, finish: 'cancelled' } : result;
    },
  };
  const request: AnswerRequest = {
    model: { id: 'm', contextTokens: 4096 } as ModelInfo,
    workspace: 'w',
    messages: [{ role: 'user', content: 'What is there?' }],
    tools: [LIST],
    maxTokens: 100,
    signal: new AbortController().signal,
    ...more,
  };
  const usage = await answer({ engine, conversations, reasoning: split }, request, {
    text: (text) => {
      shown.text += text;
    },
    reasoning: (text) => {
      shown.reasoning += text;
    },
    call: (call) => shown.calls.push(call),
  });
  return { asked, shown, usage, opened };
}

describe("an answer for the editor's own chat", () => {
  it('keeps text, thoughts and calls apart', async () => {
    const { shown, asked } = await run([
      'hm, a list|I look. <tool_call>{"name":"list","arguments":{"folder":"src"}}</tool_call>',
    ]);
    assert.deepEqual(shown, {
      text: 'I look. ',
      reasoning: 'hm, a list',
      calls: [{ name: 'list', arguments: { folder: 'src' } }],
    });
    assert.deepEqual([asked.length, asked[0]!.class, asked[0]!.tools], [1, 'chat', [LIST]]);
  });

  it('tells the model of a malformed call, and the user after the third', async () => {
    const bad = '|<tool_call>{"name":"list","arguments":{}}</tool_call>';
    const mended = await run([bad, '|<tool_call>{"name":"list","arguments":{"folder":"a"}}</tool_call>']);
    assert.match(mended.asked[1]!.messages.at(-1)!.content, /lacks folder/);
    assert.deepEqual(mended.shown.calls, [{ name: 'list', arguments: { folder: 'a' } }]);
    assert.equal(mended.usage.generatedTokens, 6);
    const never = await run([bad]);
    assert.equal(never.asked.length, 3);
    assert.match(never.shown.text, /did not manage to call a tool/);
    assert.doesNotMatch(never.shown.text, /tool_call>/);
  });

  it('ends what says the same again and again, and asks no more', async () => {
    const { shown, usage, asked } = await run([`|Well. ${'It is a list of lists. '.repeat(1000)}`], { mustCall: true });
    assert.deepEqual([usage.repeats, usage.finish, asked.length], [true, 'cancelled', 1]);
    assert(shown.text.startsWith('Well. It is a list'));
    assert(shown.text.length < 1000, `${shown.text.length} characters were shown`);
    assert.equal((await run(['|Here.'])).usage.repeats, false);
  });

  it('has a tool called where one must be', async () => {
    const { asked } = await run(['|No.', '|<tool_call>{"name":"list","arguments":{"folder":"a"}}</tool_call>'], {
      mustCall: true,
    });
    assert.equal(asked.length, 2);
    assert.equal((await run(['|No.'])).asked.length, 1);
  });

  it('opens another conversation where the engine is another one, once', async () => {
    const gone = new EngineError('conversationUnknown', 'gone');
    const { opened, shown } = await run([gone, '|Here.']);
    assert.deepEqual([opened, shown.text], [2, 'Here.']);
    await assert.rejects(run([gone]), gone);
    await assert.rejects(run([new EngineError('promptTooLong', 'too long')]), { message: 'too long' });
  });

  it('shows nothing any more once it is stopped', async () => {
    const stop = new AbortController();
    stop.abort();
    const { shown, asked } = await run(['|too late <tool_call>{}'], { signal: stop.signal });
    assert.deepEqual([shown.text, shown.calls, asked.length], ['', [], 1]);
  });
});
