/** `quire chat`: one answer of a local model, alone or in a conversation that a file keeps, planned as in the panel. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { text as textFrom } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { type AnswerEvents, type Answered, answer } from '../chat/answer.ts';
import type { AssistantEntry, KeptAttachment } from '../chat/conversation/entries.ts';
import { copyFor } from '../chat/copied.ts';
import type { OpenedChat } from '../chat/engineChat.ts';
import { type Planned, Planner } from '../chat/plan.ts';
import { unfinishedWords, usageOf } from '../chat/step.ts';
import { EngineClient } from '../engine/client/client.ts';
import type { CopyOptions } from '../engine/protocol/index.ts';
import { attachedNow, attachedOf } from './attached.ts';
import { engineCommand } from './engineCommand.ts';
import { KeptConversation } from './keptConversation.ts';
import { resolveModel } from './model.ts';
import { HOTTEST, numberOf } from './numbers.ts';
import { print, say } from './output.ts';
import { UsageError } from './usage.ts';

interface Asked {
  message: string;
  attachments: KeptAttachment[];
  /** At most so long; undefined: what the plan leaves for it. */
  maxTokens: number | undefined;
  temperature: number;
  json: boolean;
}

export async function chat(argv: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      model: { type: 'string', default: 'bundled' },
      system: { type: 'string' },
      attach: { type: 'string', multiple: true, default: [] },
      conversation: { type: 'string' },
      'max-tokens': { type: 'string' },
      temperature: { type: 'string', default: '0' },
      gpu: { type: 'string', default: 'auto' },
      devices: { type: 'string', default: 'auto' },
      json: { type: 'boolean', default: false },
    },
  });
  const [given, ...others] = positionals;
  if (given === undefined || others.length > 0) throw new UsageError('one MESSAGE is wanted, in quotes');
  const most = values['max-tokens'];
  const maxTokens = most === undefined ? undefined : numberOf('max-tokens', most, { least: 1 });
  const temperature = numberOf('temperature', values.temperature, { least: 0, most: HOTTEST, whole: false });
  const { json } = values;
  const command = engineCommand(values.gpu, values.devices);
  const message = given === '-' ? await textFrom(process.stdin) : given;
  const attachments = await attachedOf(values.attach);
  const kept = await KeptConversation.open(values.conversation);
  if (kept.conversation.unread > 0)
    say(`${kept.conversation.unread} lines of ${values.conversation} cannot be read, and are left as they are`);
  const client = new EngineClient(command, 'quire chat');
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal);
  try {
    const model = await client.openModel({ path: resolveModel(values.model), contextTokens: 0 });
    if (!model.capabilities.chats) {
      throw new Error(
        `${model.name} cannot chat: it has no chat template. Choose a chat model with --model, as the path of its GGUF file.`,
      );
    }
    if (!json) say(`${model.name} on ${model.device}, context ${model.contextTokens} tokens`);
    const name =
      values.conversation === undefined
        ? `quire chat ${process.pid}`
        : `quire chat ${path.resolve(values.conversation)}`;
    const workspace = await client.openWorkspace({ folder: null, name, trusted: values.conversation !== undefined });
    const opened = { ...(await client.openChat({ model: model.id, workspace })), model };
    const asked = { message, attachments, maxTokens, temperature, json };
    await ask(client, opened, new Planner(client, undefined, values.system), kept, asked, stop.signal);
  } finally {
    process.off('SIGINT', onSignal);
    await client.dispose();
  }
}

/** Puts the question, and its answer, into the conversation. */
async function ask(
  client: EngineClient,
  opened: OpenedChat,
  planner: Planner,
  kept: KeptConversation,
  asked: Asked,
  signal: AbortSignal,
): Promise<void> {
  const { conversation } = kept;
  const { attachments, leftOut } = await planner.fit(opened, asked.attachments);
  for (const { words } of leftOut) say(words);
  const question = randomUUID();
  const parent = conversation.parentForQuestion();
  conversation.append({ type: 'user', id: question, parent, at: Date.now(), text: asked.message, attachments });
  const planned = await planner.plan(opened, conversation, { to: question });
  const { compaction } = planned;
  if (compaction) {
    say(`earlier turns are told in short from here on: ${compaction.before} tokens became ${compaction.after}`);
    conversation.append(compaction);
  }
  const place = { type: 'assistant', id: randomUUID(), parent: compaction?.id ?? question } as const;
  const writing = new Writing(asked.json);
  const copy = await copyFor(opened, conversation.branch(place.parent).messages, attachedNow);
  try {
    const answered = await answer(client, paramsOf(opened, planned, asked, copy), signal, writing);
    const isStopped = answered.result.finish === 'cancelled' && answered.unfinished === undefined;
    const state: AssistantEntry['state'] = isStopped ? 'stopped' : 'whole';
    conversation.append({ ...place, at: Date.now(), state, ...said(answered), usage: usageOf(answered, opened) });
    if (writing.begun || state === 'whole') await kept.save();
    await report(answered, asked.json);
    const unfinished = unfinishedWords(answered);
    if (unfinished !== undefined) say(unfinished);
    if (state === 'stopped') throw new Error('stopped');
  } catch (error) {
    if (writing.begun && conversation.message(place.id) === undefined) {
      const failed = { state: 'failed', text: writing.text, error: (error as Error).message } as const;
      conversation.append({ ...place, at: Date.now(), ...failed });
      await kept.save();
    }
    throw error;
  }
}

function paramsOf(
  { conversation, contextTokens }: OpenedChat,
  planned: Planned,
  asked: Asked,
  copy: CopyOptions | undefined,
) {
  const { messages, promptTokens } = planned;
  // More than there is room for would make the engine leave turns out.
  const maxTokens = Math.min(asked.maxTokens ?? planned.maxTokens, contextTokens - promptTokens);
  return { conversation, messages, maxTokens, sampling: { temperature: asked.temperature, ...(copy ? { copy } : {}) } };
}

/** The answer on standard output while it is made; what the model thinks is not shown. */
class Writing implements AnswerEvents {
  readonly #json: boolean;
  #text = '';
  #thinks = false;

  constructor(json: boolean) {
    this.#json = json;
  }

  get text(): string {
    return this.#text;
  }
  /** Something came. */
  get begun(): boolean {
    return this.#text !== '' || this.#thinks;
  }

  onTurn(): void {}

  onText(text: string, reasoning: string): void {
    this.#text += text;
    const first = reasoning !== '' && !this.#thinks;
    this.#thinks ||= first;
    if (this.#json) return;
    if (first) say('the model thinks before it answers');
    process.stdout.write(text);
  }

  onTurned(text: string): void {
    this.#text = text;
    this.#thinks = true;
    if (this.#json) return;
    say('what was written up to here were thoughts; the answer follows');
    process.stdout.write(`\n\n${text}`);
  }
}

const said = ({ text, reasoning, reasoningMs }: Answered) => ({
  text,
  ...(reasoning === '' ? {} : { reasoning: { text: reasoning, ms: reasoningMs } }),
});

async function report({ result, text, unfinished }: Answered, json: boolean): Promise<void> {
  if (!json) {
    process.stdout.write('\n');
    return;
  }
  const finish = unfinished === 'repeats' ? unfinished : result.finish;
  const { promptTokens, cachedTokens, computedTokens, generatedTokens } = result;
  const { queuedMs, firstTokenMs, totalMs, leftOutTurns } = result;
  const counts = { promptTokens, cachedTokens, computedTokens, generatedTokens };
  await print({ text, finish, ...counts, queuedMs, firstTokenMs, totalMs, leftOutTurns });
}
