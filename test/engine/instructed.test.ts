/** A chat model that has no fill-in-the-middle tokens completes at the cursor, asked in words. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, it } from 'node:test';
import { Completer } from '../../src/completion/completer.ts';
import { EngineError } from '../../src/engine/client/client.ts';
import { openWorkspace, readingAtOnce } from '../helpers/engine.ts';
import { makeFamily } from '../helpers/fimFamilies.ts';
import { CHAT_TEMPLATE } from '../helpers/randomTokenizer.ts';
import { ownEngine } from './ownEngine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-instructed-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const client = ownEngine();

const CHATTY = {
  name: 'chatty',
  specials: { '<|endoftext|>': ['eos_token_id'], '<|im_start|>': [], '<|im_end|>': ['eot_token_id'] },
  prompt: [],
  ends: [],
};

it('goes on where the cursor is, with a prompt that grows at its end', async () => {
  const { file } = makeFamily(folder, { ...CHATTY, tokenizer: { chatTemplate: CHAT_TEMPLATE } });
  const model = readingAtOnce(await client.openModel({ path: file, contextTokens: 0 }));
  assert.deepEqual([model.capabilities.completes, model.capabilities.chats], [false, true]);
  const workspace = await openWorkspace(client);
  const completer = new Completer(client);
  const text = `${'export const row = read(base, 4);\n'.repeat(40)}let first = re`;
  const ask = (prefix: string) =>
    completer.complete(model, { path: 'src/a.ts', prefix, suffix: '\nlet last;\n' }, { workspace, maxTokens: 8 });
  const { result, text: answer } = await ask(text);
  assert.ok(result.promptTokens > 0 && result.generatedTokens > 0);
  assert.ok(!answer.includes('```'));
  const next = await ask(`${text}a`);
  assert.ok(next.result.cachedTokens > 0.8 * next.result.promptTokens, `${next.result.cachedTokens}`);
  await client.closeModel(model.id);
});

it('is refused where its file has no template', async () => {
  const { file } = makeFamily(folder, { ...CHATTY, name: 'plain' });
  const { id } = await client.openModel({ path: file, contextTokens: 0 });
  const workspace = await openWorkspace(client);
  const segments = [
    { turn: 'user' as const, system: 's' },
    { text: 'a' },
    { turn: 'assistant' as const },
    { text: 'b' },
  ];
  await assert.rejects(
    client.complete({ model: id, workspace, class: 'keystroke', segments, maxTokens: 4, ngram: true, oneLine: true }),
    (error) => error instanceof EngineError && error.kind === 'promptInvalid',
  );
});
