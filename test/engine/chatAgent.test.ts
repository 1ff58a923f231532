/**
 * A session with tools on a real engine: a model of random weights, held to a grammar for each of its answers, calls tools, and
 * each turn computes what is new in it.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { AssistantEntry } from '../../src/chat/conversation/entries.ts';
import { Conversation } from '../../src/chat/conversation/tree.ts';
import type { ChatEngine } from '../../src/chat/engineChat.ts';
import { Planner } from '../../src/chat/plan.ts';
import { ChatSession } from '../../src/chat/session.ts';
import { SENTINEL } from '../../src/chat/tools/grammar.ts';
import { quireTools } from '../../src/chat/tools/quireTools.ts';
import type { ModelInfo } from '../../src/engine/protocol/index.ts';
import { makeQwenShape, REASONING_TEMPLATE, TINY_QWEN } from '../helpers/randomModel.ts';
import { ownEngine } from './ownEngine.ts';

const PAGE = 32;
const folder = mkdtempSync(path.join(tmpdir(), 'quire-agent-'));
const client = ownEngine();
let workspace = '';

before(async () => {
  workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** A call of this path, whose words the model makes up as it likes before. */
const readGrammar = (file: string, more = ''): string =>
  `root ::= [a-z ]{8} "\\n${SENTINEL}read>>>\\npath: ${file}\\n<<<end>>>" ${more}\n`;
const answerGrammar = 'root ::= [a-z ]{24}\n';

interface Bed {
  session: ChatSession;
  conversation: Conversation;
  answers(): AssistantEntry[];
}

/** @param grammars one for each answer, in order. */
async function bed(model: ModelInfo, grammars: string[]): Promise<Bed> {
  let asked = 0;
  const engine: ChatEngine = {
    openChat: (params) => client.openChat(params),
    closeChat: (conversation) => client.closeChat(conversation),
    chat: (params, options) =>
      client.chat(
        { ...params, sampling: { ...params.sampling, grammar: grammars[asked++] ?? answerGrammar } },
        options,
      ),
    weighChat: (params, options) => client.weighChat(params, options),
    readAhead: (params, options) => client.readAhead(params, options),
    countTokens: (params) => client.countTokens(params),
  };
  const tools = quireTools({
    files: {
      readForTool: async (file) => ({ text: `export const name = '${file}';\n`.repeat(400), uri: `file:///w/${file}` }),
      listForTool: async () => ({ refused: 'no folder' }),
    },
    search: async () => [],
    edit: async () => ({ kind: 'refused', words: '' }),
    run: async () => ({ ok: false, text: '' }),
  });
  const conversation = new Conversation('c');
  const session = new ChatSession({
    engine,
    conversation,
    planner: new Planner(engine, () => tools.map(({ spec }) => spec)),
    tools,
    confirm: async () => false,
    // What it may do is decided by this.
    model: async () => ({ ...model, parameters: 7.6e9 }),
    workspace: async () => workspace,
    textOf: async () => undefined,
    temperature: () => 0,
    search: async () => '',
    isWithoutModel: () => false,
    tell: () => {},
    log: () => {},
  });
  const answers = () => conversation.path().filter((entry): entry is AssistantEntry => entry.type === 'assistant');
  return { session, conversation, answers };
}

describe('a session with tools', () => {
  for (const [name, shape] of [
    ['ChatML', TINY_QWEN],
    ['a template that strips earlier reasoning', { ...TINY_QWEN, seed: 2, chatTemplate: REASONING_TEMPLATE }],
  ] as const) {
    it(`computes of each turn what is new in it, and at most a page: ${name}`, async () => {
      const file = makeQwenShape(path.join(folder, `${name}.gguf`), shape);
      const model = await client.openModel({ path: file, contextTokens: 4096, role: 'chat' });
      const { session, conversation, answers } = await bed(model, [
        readGrammar('a.ts'),
        // It is ended behind its call, though it would go on.
        readGrammar('b.ts', '[a-z ]{400}'),
        answerGrammar,
        answerGrammar,
      ]);
      await session.send({ text: 'What is a, and what is b?', attachments: [] }, 'queue');
      await session.send({ text: 'And then?', attachments: [] }, 'queue');
      assert.deepEqual(
        conversation.path().map((entry) => (entry.type === 'tool' ? entry.words?.split(';')[0] : entry.type)),
        ['user', 'assistant', 'read `a.ts` 1-400', 'assistant', 'read `b.ts` 1-400', 'assistant', 'user', 'assistant'],
      );
      const made = answers();
      for (const { text } of made) assert.match(text, /^[a-z \n]+$/);
      for (const [at, { usage, error }] of made.entries()) {
        assert.equal(error, undefined);
        if (at === 0) continue;
        const { promptTokens, generatedTokens } = made[at - 1]!.usage!;
        const fresh = usage!.promptTokens - promptTokens - generatedTokens;
        assert.ok(
          usage!.computedTokens <= fresh + PAGE,
          `answer ${at}: ${usage!.computedTokens} computed of ${usage!.promptTokens}, ${fresh} new`,
        );
        assert.ok(usage!.computedTokens < usage!.promptTokens / 1.5, 'there is something to use again');
      }
      assert.ok(made[1]!.usage!.generatedTokens < 200, `${made[1]!.usage!.generatedTokens} made`);
      const results = conversation.path().flatMap((entry) => (entry.type === 'tool' ? [entry.text] : []));
      const { texts } = await client.countTokens({ model: model.id, texts: results });
      for (const tokens of texts) assert.ok(tokens <= 1024 && tokens > 900, `${tokens} tokens of 4,096`);
      await session.dispose();
    });
  }
});
