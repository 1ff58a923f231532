/** A conversation at work with a real engine: what its turns compute, what becomes of branches, and what a killed engine costs. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { AssistantEntry, KeptAttachment } from '../../src/chat/conversation/entries.ts';
import { Conversation } from '../../src/chat/conversation/tree.ts';
import { Planner } from '../../src/chat/plan.ts';
import { ChatSession } from '../../src/chat/session.ts';
import type { HostMessage } from '../../src/chat/view/protocol.ts';
import type { ModelInfo } from '../../src/engine/protocol/index.ts';
import { makeQwenShape, TINY_QWEN } from '../helpers/randomModel.ts';
import { ownEngine } from './ownEngine.ts';

const PAGE = 32;
const folder = mkdtempSync(path.join(tmpdir(), 'quire-session-'));
const file = makeQwenShape(path.join(folder, 'chat.gguf'), TINY_QWEN);
const client = ownEngine();
let model: ModelInfo;
let workspace = '';

before(async () => {
  model = await client.openModel({ path: file, contextTokens: 4096, role: 'chat' });
  workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
});
after(() => rmSync(folder, { recursive: true, force: true }));

function begin(conversation = Conversation.begin(() => {})) {
  const told: HostMessage[] = [];
  const session = new ChatSession({
    engine: client,
    conversation,
    planner: new Planner(client),
    model: async () => model,
    workspace: async () => workspace,
    tools: [],
    confirm: async () => false,
    textOf: async () => undefined,
    temperature: () => 0,
    search: async () => 'found',
    isWithoutModel: () => false,
    tell: (message) => told.push(message),
    log: () => {},
  });
  const answers = () => conversation.path().filter((entry): entry is AssistantEntry => entry.type === 'assistant');
  return { session, conversation, told, answers };
}

const question = (text: string, attachments: KeptAttachment[] = []) => ({ text, attachments });
const attachment = (label: string, text: string): KeptAttachment => ({
  id: label,
  kind: 'file',
  label,
  text,
  language: 'ts',
});

describe('a session', () => {
  it('computes of each turn what is new, and at most a page more', async () => {
    // Random weights now and then say a token that is no text: it cannot be told again, and what follows it is computed anew.
    const more: string[] = [];
    let last = begin();
    for (const first of ['What is it?', 'Which one?', 'How so?']) {
      last = begin();
      await last.session.send(question(first), 'queue');
      const before = last.answers().at(-1)!.usage!;
      await last.session.send(question('And then?'), 'queue');
      const usage = last.answers().at(-1)!.usage!;
      const fresh = usage.promptTokens - before.promptTokens - before.generatedTokens;
      if (usage.computedTokens > fresh + PAGE)
        more.push(`${usage.computedTokens} of ${usage.promptTokens}, ${fresh} new`);
    }
    assert(more.length <= 1, more.join('; '));
    const { session, answers } = last;
    await session.regenerate(answers().at(-1)!.id);
    const { usage } = answers().at(-1)!;
    assert(usage && usage.computedTokens <= PAGE, `${usage?.computedTokens} computed to answer again`);
    await session.dispose();
  });

  it('keeps both branches of an edited question, and tells the model one', async () => {
    const { session, conversation } = begin();
    await session.send(question('One?'), 'queue');
    const [first] = conversation.path();
    await session.send(question('Two?'), 'queue', first!.id);
    const [edited] = conversation.path();
    assert.deepEqual(conversation.siblings(edited!.id).ids, [first!.id, edited!.id]);
    // The random model's answer may be as long as one may be, which is noted.
    const types = conversation.path().map(({ type }) => type);
    assert.deepEqual(types.slice(0, 2), ['user', 'assistant']);
    assert.equal(types.filter((type) => type !== 'note').length, 2);
    await session.page(edited!.id, 0);
    assert.equal(conversation.path()[0]!.id, first!.id);
    await session.dispose();
  });

  it('says of an attachment what it takes, and that it is read already in another conversation', async () => {
    const code = attachment('src/a.ts', 'export const value = 1;\n'.repeat(30));
    const first = begin();
    const weigh = (of: ReturnType<typeof begin>) =>
      of.session.weigh(question('What is it?', [code]), undefined, new AbortController().signal);
    const before = await weigh(first);
    assert.equal(before?.attachments.get('src/a.ts')?.alreadyRead, false);
    assert((before?.attachments.get('src/a.ts')?.tokens ?? 0) > 60);
    const { fixed, attachments, history, draft, promptTokens } = before!.meter;
    assert.equal(fixed + attachments + history + draft, promptTokens);
    await first.session.send(question('What is it?', [code]), 'queue');
    const second = begin();
    const after = await weigh(second);
    assert.equal(after?.attachments.get('src/a.ts')?.alreadyRead, true);
    assert(after!.meter.newTokens <= PAGE, `${after!.meter.newTokens} new`);
    await Promise.all([first.session.dispose(), second.session.dispose()]);
  });

  it('names what does not fit, and cuts nothing unseen', async () => {
    const { session, conversation } = begin();
    const long = attachment('src/long.ts', 'export function something(a: number) { return a * 2; }\n'.repeat(400));
    await session.send(question('What is it?', [long]), 'queue');
    const [asked] = conversation.path().filter(({ type }) => type === 'user');
    assert(asked?.type === 'user');
    assert.match(asked.attachments[0]?.cut ?? '', /lines \d+-\d+ of \d+ left out/);
    const { usage, error } = conversation.path().find(({ type }) => type === 'assistant') as AssistantEntry;
    assert.equal(error, undefined);
    assert(usage && usage.promptTokens < 3000, JSON.stringify(usage));
    await session.dispose();
  });

  it('asks what waited when the answer is there, and keeps it when that is stopped', async () => {
    const { session, conversation, told } = begin();
    const running = session.send(question('One?'), 'queue');
    await session.send(question('Two?'), 'queue');
    assert.deepEqual(
      session.queue.map(({ text }) => text),
      ['Two?'],
    );
    await running;
    const asked = conversation.path().flatMap((entry) => (entry.type === 'user' ? entry.text : []));
    assert.deepEqual(asked, ['One?', 'Two?']);
    assert(told.some((message) => message.type === 'delta'));
    await session.dispose();
  });
});
