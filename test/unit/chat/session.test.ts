/** A conversation with tools from the question to what the panel shows, the engine a list of answers. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MessageEntry } from '../../../src/chat/conversation/entries.ts';
import { Conversation } from '../../../src/chat/conversation/tree.ts';
import type { ChatEngine } from '../../../src/chat/engineChat.ts';
import { Planner } from '../../../src/chat/plan.ts';
import { ChatSession } from '../../../src/chat/session.ts';
import type { LoopTool, ToolRun } from '../../../src/chat/tools/loop.ts';
import { EDIT, READ, RUN, SEARCH } from '../../../src/chat/tools/specs.ts';
import type { HostMessage } from '../../../src/chat/view/protocol.ts';
import type { ChatMessage, ChatParams, FinishReason, ModelInfo } from '../../../src/engine/protocol/index.ts';

const read = (path: string) => `<<<call read>>>\npath: ${path}\n<<<end>>>`;
const WORDS = /\S+/g;
const wordsIn = (messages: readonly ChatMessage[]) =>
  messages.reduce((sum, { content }) => sum + (content.match(WORDS)?.length ?? 0) + 4, 0);

interface Bed {
  session: ChatSession;
  asked: ChatParams[];
  told: HostMessage[];
  /** Answers that were made at the same time, at most. */
  atOnce: number;
  /** Of the branch that is shown, as the panel has it. */
  shown(): [string, string][];
  kept(): MessageEntry[];
  model: { name: string; billions: number; tools: boolean };
  /** Of answers that are not cancelled. */
  finish: FinishReason;
}

/** @param answers each to one request; a function answers by itself, and ends with the signal. */
function bed(answers: string[], tools: Partial<Record<string, LoopTool['run']>> = {}, agrees = true): Bed {
  const asked: ChatParams[] = [];
  const told: HostMessage[] = [];
  const model = { name: 'seven', billions: 7.6, tools: true };
  let making = 0;
  const engine: ChatEngine = {
    openChat: async () => ({ conversation: 'c', tools: false, contextTokens: 1200 }),
    closeChat: async () => {},
    async chat(params, { onText, signal } = {}) {
      asked.push(params);
      bed.atOnce = Math.max(bed.atOnce, ++making);
      const text = answers[asked.length - 1] ?? assert.fail('nobody expected this question');
      let said = '';
      for (const piece of text.match(/[\s\S]{1,7}/g) ?? []) {
        if (signal?.aborted) break;
        said += piece;
        onText?.(piece);
        await new Promise(setImmediate);
      }
      making--;
      return {
        text: said,
        finish: signal?.aborted ? 'cancelled' : bed.finish,
        promptTokens: wordsIn(params.messages),
        cachedTokens: 0,
        computedTokens: 0,
        generatedTokens: 1,
        firstTokenMs: 1,
        totalMs: 1,
        leftOutTurns: 0,
        leftOutTokens: 0,
      } as Awaited<ReturnType<ChatEngine['chat']>>;
    },
    weighChat: async () => undefined,
    readAhead: async () => undefined,
    countTokens: async ({ texts = [], conversations = [] }) => ({
      texts: texts.map((text) => text.match(WORDS)?.length ?? 0),
      conversations: conversations.map(({ messages }) => wordsIn(messages)),
    }),
  };
  const nothing = async (): Promise<ToolRun> => ({ ok: true, text: 'nothing', words: 'done' });
  const all: LoopTool[] = [READ, SEARCH, EDIT, RUN].map((spec) => ({
    spec,
    confirm: spec === RUN,
    run: tools[spec.name] ?? nothing,
  }));
  const conversation = new Conversation('c');
  const session = new ChatSession({
    engine,
    conversation,
    planner: new Planner(engine, () => (model.tools ? all.map(({ spec }) => spec) : [])),
    tools: all,
    confirm: async () => agrees,
    model: async () => ({ id: model.name, name: model.name, parameters: model.billions * 1e9 }) as ModelInfo,
    workspace: async () => 'w',
    textOf: async () => undefined,
    temperature: () => 0,
    search: async () => '',
    isWithoutModel: () => false,
    tell: (message) => void told.push(message),
    log: () => {},
  });
  const bed: Bed = {
    session,
    asked,
    told,
    model,
    atOnce: 0,
    finish: 'stop',
    shown: () => session.messages().map(({ role, text }) => [role, text]),
    kept: () => conversation.path(),
  };
  return bed;
}

describe('an answer without an end of its own', () => {
  const note = (at: Bed) => at.kept().flatMap((entry) => (entry.type === 'note' ? [entry.text] : []));

  for (const tools of [true, false]) {
    it(`is ended when it says the same again and again, which a model ${tools ? 'with' : 'without'} tools is told once`, async () => {
      const loop = 'It is so, and so on. ';
      const at = bed([`First. ${loop.repeat(200)}`, 'Yes.']);
      at.model.tools = tools;
      await ask(at.session, 'Why?');
      const [, shown] = at.shown()[1]!;
      assert.ok(shown.startsWith(`First. ${loop}${loop}`) && shown.length < 1_000, `${shown.length}`);
      assert.match(note(at)[0]!, /same again and again/);
      await ask(at.session, 'Really?');
      assert.equal(at.asked[1]!.messages.find(({ role }) => role === 'assistant')?.content, `First. ${loop}`);
      assert.equal(note(at).length, 1);
    });
  }

  it('is said to be cut where it is as long as it may be', async () => {
    const at = bed(['A long answer that']);
    at.finish = 'length';
    await ask(at.session, 'Why?');
    assert.match(note(at)[0]!, /after 1 tokens: it is as long as one may be/);
    assert.equal(at.shown()[1]![1], 'A long answer that');
  });
});

describe('an answer that is stopped', () => {
  it('is told again as the model spelt it, with the space that it began with, and shown without', async () => {
    const at = bed([` ${'A long answer that takes its time. '.repeat(6)}`, 'Yes.']);
    const sending = ask(at.session, 'Why?');
    while (!at.told.some((message) => message.type === 'delta' && message.text)) await new Promise(setImmediate);
    await at.session.stop();
    await sending;
    const [, [role, shown]] = at.shown() as [[string, string], [string, string]];
    assert.deepEqual([role, shown.slice(0, 6)], ['assistant', 'A long']);
    await ask(at.session, 'And then?');
    assert.deepEqual(at.asked[1]!.messages.at(-2), { role: 'assistant', content: ` ${shown}` });
  });
});

describe('two questions at once', () => {
  it('that both end what is being answered are answered one after the other', async () => {
    const at = bed(['A long answer, in many pieces that take their time to come. '.repeat(4), 'The last one.']);
    const { session } = at;
    const attachment = { id: 'a', kind: 'file' as const, label: 'a.ts', text: 'const a = 4;\n'.repeat(20) };
    await Promise.all([
      session.send({ text: 'One?', attachments: [attachment] }, 'steer'),
      session.send({ text: 'Two?', attachments: [] }, 'steer'),
    ]);
    assert.equal(at.atOnce, 1);
    assert.deepEqual(
      at.kept().flatMap((entry) => (entry.type === 'user' ? entry.text : [])),
      ['Two?', 'One?'],
    );
    assert.deepEqual(at.shown().at(-1), ['assistant', 'The last one.']);
    assert.deepEqual([session.running, session.turn], [false, { kind: 'idle' }]);
  });
});

const ask = (session: ChatSession, text: string) => session.send({ text, attachments: [] }, 'queue');

describe('a question to a model with tools', () => {
  it('is answered with what they gave; the panel says what was done in lines, and nothing of calls', async () => {
    const run = async () => ({ ok: true, text: 'const a = 4;', words: 'read `a.ts` 1-1' });
    const { session, asked, shown, told, kept } = bed([`I look.\n${read('a.ts')}`, 'It is 4.'], { read: run });
    await ask(session, 'What is a?');
    assert.deepEqual(shown(), [
      ['user', 'What is a?'],
      ['assistant', 'I look.\n'],
      ['note', 'read `a.ts` 1-1'],
      ['assistant', 'It is 4.'],
    ]);
    assert.doesNotMatch(JSON.stringify(told), /<<<|const a/);
    const [first, second] = asked.map(({ messages }) => messages);
    assert.match(first![0]!.content, /<<<call read>>>[\s\S]*<<<call edit>>>/);
    assert.doesNotMatch(first![0]!.content, /<<<call run>>>/);
    // What was said before stays as it was, to the letter: its pages are used again.
    assert.deepEqual(second!.slice(0, first!.length), first);
    assert.deepEqual(second!.slice(first!.length), [
      { role: 'assistant', content: `I look.\n${read('a.ts')}` },
      { role: 'user', content: 'Result of read:\nconst a = 4;' },
    ]);
    assert.deepEqual(
      kept().map(({ type }) => type),
      ['user', 'assistant', 'tool', 'assistant'],
    );
    assert.equal(session.running, false);
  });

  it('that is followed by another one begins as it did', async () => {
    const { session, asked } = bed([read('a.ts'), 'It is 4.', 'Yes.']);
    await ask(session, 'What is a?');
    await ask(session, 'Sure?');
    assert.deepEqual(asked[2]!.messages.slice(0, asked[1]!.messages.length), asked[1]!.messages);
    assert.deepEqual(
      asked[2]!.messages.slice(asked[1]!.messages.length).map(({ content }) => content),
      ['It is 4.', 'Sure?'],
    );
  });

  it('stays within the window, whatever tools give: a result has a quarter of it at most', async () => {
    const calls = Array.from({ length: 7 }, (_, n) => read(`${n}.ts`));
    const run = async () => ({ ok: true, text: 'one two three\n'.repeat(5000), words: 'read' });
    const { session, asked, kept, shown } = bed([...calls, 'Done.'], { read: run });
    await ask(session, 'Look at all.');
    assert.equal(asked.length, 8);
    for (const { messages, maxTokens } of asked) {
      assert.ok(wordsIn(messages) + maxTokens <= 1200);
      assert.ok(maxTokens >= 200, String(maxTokens));
    }
    for (const entry of kept()) if (entry.type === 'tool') assert.ok(entry.text.match(WORDS)!.length <= 300);
    assert.match(shown()[1]![1], /^read; \d+ lines left out: they do not fit$/);
    assert.deepEqual(shown().at(-1), ['assistant', 'Done.']);
  });

  it('is stopped at once while a tool works; what it gave in the end is nobody’s', async () => {
    let give = (_: ToolRun): void => {};
    const begun = Promise.withResolvers<void>();
    const run = () => {
      begun.resolve();
      return new Promise<ToolRun>((resolve) => {
        give = resolve;
      });
    };
    const { session, asked, shown } = bed([read('a.ts')], { read: run });
    const sending = ask(session, 'Look.');
    await begun.promise;
    assert.deepEqual(session.turn, { kind: 'waiting', words: 'Using read' });
    await session.stop();
    await sending;
    give({ ok: true, text: 'late', words: 'late' });
    assert.deepEqual(
      [asked.length, shown()],
      [
        1,
        [
          ['user', 'Look.'],
          ['note', 'read: stopped'],
        ],
      ],
    );
    assert.equal(session.running, false);
  });

  it('is stopped in the middle of a call: nothing of it is done, shown, or said again', async () => {
    const { session, asked, shown } = bed(['Well. <<<call edit>>>\npath: a.ts\n', 'Yes?'], {
      edit: () => assert.fail('not to be called'),
    });
    const sending = ask(session, 'Change it.');
    while (session.messages().at(-1)?.text !== 'Well. ') await new Promise(setImmediate);
    await session.stop();
    await sending;
    assert.deepEqual(shown().at(-1), ['assistant', 'Well. ']);
    await ask(session, 'And?');
    assert.equal(asked[1]!.messages.at(-2)!.content, 'Well. ');
  });

  it('does what the person does not agree to in no way', async () => {
    const run = '<<<call run>>>\nnpm test\n<<<end>>>';
    const not = { run: () => assert.fail('not to be called') };
    const { session, model, shown, asked } = bed([run, 'As you wish.'], not, false);
    model.billions = 30.5;
    await ask(session, 'Test it.');
    assert.deepEqual(shown().slice(1), [
      ['note', 'run: refused'],
      ['assistant', 'As you wish.'],
    ]);
    assert.match(asked[1]!.messages.at(-1)!.content, /did not agree/);
  });

  it('ends after eight turns, and says so', async () => {
    const { session, asked, shown } = bed(Array.from({ length: 9 }, (_, n) => read(`${n}.ts`)));
    await ask(session, 'Go.');
    assert.equal(asked.length, 8);
    assert.match(shown().at(-1)![1], /used tools 8 times/);
  });

  it('keeps what was done where the engine fails in the middle', async () => {
    const { session, shown } = bed([read('a.ts')]);
    await ask(session, 'Go.');
    const last = session.messages().at(-1)!;
    assert.match(last.error!.message, /nobody expected/);
    assert.deepEqual(shown().slice(0, 2), [
      ['user', 'Go.'],
      ['note', 'done'],
    ]);
  });
});

describe('the tools of a conversation', () => {
  it('are those of its first turn, until the model is another one, which is said', async () => {
    const { session, model, asked, shown } = bed([read('a.ts'), 'Yes.', 'No.', 'Hm.']);
    await ask(session, 'One?');
    model.billions = 40; // known better by now; the same model
    await ask(session, 'Two?');
    assert.equal(asked[2]!.messages[0]!.content, asked[0]!.messages[0]!.content);
    Object.assign(model, { name: 'small', billions: 1.5 });
    await ask(session, 'Three?');
    const { messages } = asked[3]!;
    assert.doesNotMatch(messages.map(({ content }) => content).join(), /<<</);
    assert.match(shown().at(-2)![1], /another model.*uses no tools/);
  });

  it('are none of a small model: what it writes is its answer, whatever it looks like', async () => {
    const { session, model, shown } = bed([`${read('a.ts')}`]);
    model.billions = 3;
    await ask(session, 'One?');
    assert.deepEqual(shown().at(-1), ['assistant', read('a.ts')]);
  });

  it('are none where the person turned them off, at once, and none after it in a conversation that began so', async () => {
    const { session, model, asked, shown } = bed([read('a.ts'), 'Yes.', read('b.ts')]);
    await ask(session, 'One?');
    model.tools = false;
    await ask(session, 'Two?');
    assert.deepEqual(shown().at(-1), ['assistant', read('b.ts')]);
    assert.doesNotMatch(asked[2]!.messages.map(({ content }) => content).join(), /<<<call/);

    const other = bed([read('a.ts'), read('b.ts')]);
    other.model.tools = false;
    await ask(other.session, 'One?');
    other.model.tools = true;
    await ask(other.session, 'Two?');
    assert.equal(other.asked.length, 2);
    assert.equal(other.asked[1]!.messages[0]!.content, other.asked[0]!.messages[0]!.content);
  });

  it('are asked anew where an answer is made again', async () => {
    const { session, kept, shown } = bed([read('a.ts'), 'It is 4.', read('b.ts'), 'It is 5.']);
    await ask(session, 'What is it?');
    await session.regenerate(kept().at(-1)!.id);
    assert.deepEqual(
      kept().map((entry) => (entry.type === 'assistant' ? (entry.raw ?? entry.text) : entry.type)),
      ['user', read('b.ts'), 'tool', 'It is 5.'],
    );
    // The first step has nothing to show, but for the way back.
    const step = session.messages()[1]!;
    assert.deepEqual([step.text, step.branch], ['', { index: 1, count: 2 }]);
    await session.page(step.id, 0);
    assert.deepEqual(shown().at(-1), ['assistant', 'It is 4.']);
  });
});
