/** `quire chat`: one answer of a local model, alone or in a conversation that is kept in a file. */
import path from 'node:path';
import { text as textFrom } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { EngineClient } from '../engine/client/client.ts';
import type { ChatMessage, ChatResult } from '../engine/protocol/index.ts';
import { attachedOf } from './attached.ts';
import { ConversationFile } from './conversationFile.ts';
import { engineCommand } from './engineCommand.ts';
import { resolveModel } from './model.ts';
import { print, say } from './output.ts';
import { UsageError } from './usage.ts';

const MAX_TOKENS = 1_024;

export async function chat(argv: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      model: { type: 'string', default: 'bundled' },
      system: { type: 'string' },
      attach: { type: 'string', multiple: true, default: [] },
      conversation: { type: 'string' },
      'max-tokens': { type: 'string', default: String(MAX_TOKENS) },
      temperature: { type: 'string', default: '0' },
      gpu: { type: 'string', default: 'auto' },
      json: { type: 'boolean', default: false },
    },
  });
  const [given, ...others] = positionals;
  if (given === undefined || others.length > 0) throw new UsageError('one MESSAGE is wanted, in quotes');
  const maxTokens = Number(values['max-tokens']);
  if (!Number.isInteger(maxTokens) || maxTokens < 1)
    throw new UsageError('--max-tokens must be a number of at least 1');
  const temperature = Number(values.temperature);
  if (!(temperature >= 0)) throw new UsageError('--temperature must be a number of at least 0');
  const command = engineCommand(values.gpu);
  const message = given === '-' ? await textFrom(process.stdin) : given;
  const attachments = await attachedOf(values.attach);
  const conversation = await ConversationFile.open(values.conversation);
  const client = new EngineClient(command, 'quire chat');
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal);
  let written = '';
  try {
    const model = await client.openModel({ path: resolveModel(values.model), contextTokens: 0 });
    if (!model.capabilities.chats) {
      throw new Error(
        `${model.name} cannot chat: it has no chat template. Choose a chat model with --model, as the path of its GGUF file.`,
      );
    }
    if (!values.json) say(`${model.name} on ${model.device}, context ${model.contextTokens} tokens`);
    const kept = values.conversation !== undefined;
    const name = kept ? `quire chat ${path.resolve(values.conversation!)}` : `quire chat ${process.pid}`;
    const workspace = await client.openWorkspace({ folder: null, name, trusted: kept });
    const opened = await client.openChat({ model: model.id, workspace });
    conversation.ask(message, attachments);
    const system: ChatMessage[] = values.system === undefined ? [] : [{ role: 'system', content: values.system }];
    const params = {
      conversation: opened.conversation,
      messages: [...system, ...conversation.messages],
      maxTokens,
      sampling: { temperature },
    };
    const result = await client.chat(params, {
      signal: stop.signal,
      onText: (delta) => {
        written += delta;
        if (!values.json) process.stdout.write(delta);
      },
    });
    await conversation.answer(result.text, result.finish === 'cancelled' ? 'stopped' : 'whole');
    await report(result, values.json);
    if (result.finish === 'cancelled') throw new Error('stopped');
  } catch (error) {
    if (written !== '' && conversation.messages.at(-1)?.role === 'user') await conversation.answer(written, 'failed');
    throw error;
  } finally {
    process.off('SIGINT', onSignal);
    await client.dispose();
  }
}

async function report(result: ChatResult, json: boolean): Promise<void> {
  if (!json) {
    process.stdout.write('\n');
    if (result.leftOutTurns > 0) say(`the ${result.leftOutTurns} oldest turns were left out: they do not fit`);
    return;
  }
  const { text, finish, promptTokens, cachedTokens, computedTokens, generatedTokens } = result;
  const { queuedMs, firstTokenMs, totalMs, leftOutTurns } = result;
  const counts = { promptTokens, cachedTokens, computedTokens, generatedTokens };
  await print({ text, finish, ...counts, queuedMs, firstTokenMs, totalMs, leftOutTurns });
}
