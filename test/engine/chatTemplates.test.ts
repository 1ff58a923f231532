/** A chat template is a stranger's program: one that loops or throws is an error in words, and keys are served meanwhile. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { ChatMessage } from '../../src/engine/protocol/index.ts';
import { makeQwenShape, TINY_QWEN } from '../helpers/randomModel.ts';
import { ownEngine } from './ownEngine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-templates-'));
const client = ownEngine({ entry: path.join(import.meta.dirname, '../helpers/impatientEngine.ts') });
after(() => rmSync(folder, { recursive: true, force: true }));

const LOOPS = Array.from({ length: 6 }, (_, depth) => `{% for v${depth} in range(100) %}`).join('');
const messages: ChatMessage[] = [{ role: 'user', content: 'What is it?' }];

describe('a template', () => {
  for (const [what, chatTemplate] of [
    ['loops', `${LOOPS}${'{% endfor %}'.repeat(6)}`],
    ['throws', "{{ raise_exception('no') }}"],
  ] as const) {
    it(`that ${what} fails whoever asks, without a row of renderings, and completions go on`, async () => {
      const file = makeQwenShape(path.join(folder, `${what}.gguf`), { ...TINY_QWEN, chatTemplate });
      const { id: model } = await client.openModel({ path: file, contextTokens: 1024, role: 'chat' });
      const workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
      const { conversation } = await client.openChat({ model, workspace });
      const asked = Array.from({ length: 20 }, () => [
        client.weighChat({ conversation, messages, maxTokens: 8 }),
        client.readAhead({ conversation, messages }),
      ]).flat();
      const settled = Promise.allSettled(asked);
      let over = false;
      void settled.then(() => {
        over = true;
      });
      const key = { model, workspace, class: 'keystroke', prompt: { text: 'const a =' }, maxTokens: 2 } as const;
      assert((await client.generate(key)).generatedTokens > 0);
      if (what === 'loops') assert.equal(over, false, 'a key is served while the template runs');
      const failed = (await settled).filter(({ status }) => status === 'rejected');
      assert(failed.length >= 2);
      if (what === 'loops') assert(failed.length <= 8, `${failed.length} of ${asked.length} were rendered`);
      for (const one of failed) assert.equal(one.status === 'rejected' && one.reason.kind, 'promptInvalid');
      await assert.rejects(client.chat({ conversation, messages, maxTokens: 8 }), { kind: 'promptInvalid' });
    });
  }
});
