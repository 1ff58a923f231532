/** Grammars of tools through a real engine: a model of random weights, held to them, cannot but write what can be read. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CallStream } from '../../src/chat/tools/callStream.ts';
import { callGrammar, pickOne, SENTINEL, YES_OR_NO } from '../../src/chat/tools/grammar.ts';
import { EDIT, READ, RUN, SEARCH } from '../../src/chat/tools/specs.ts';
import type { ModelInfo } from '../../src/engine/protocol/index.ts';
import { makeQwenShape, TINY_QWEN } from '../helpers/randomModel.ts';
import { ownEngine } from './ownEngine.ts';

const TOOLS = [READ, SEARCH, EDIT, RUN];
const folder = mkdtempSync(path.join(tmpdir(), 'quire-tools-'));
const file = makeQwenShape(path.join(folder, 'chat.gguf'), TINY_QWEN);
const client = ownEngine();
let model: ModelInfo;
let workspace = '';

before(async () => {
  model = await client.openModel({ path: file, contextTokens: 2048, role: 'chat' });
  workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
});
after(() => rmSync(folder, { recursive: true, force: true }));

async function write(grammar: string, seed: number, maxTokens = 600): Promise<{ text: string; finish: string }> {
  const prompt = { messages: [{ role: 'user' as const, content: `Do something, ${seed}.` }] };
  const sampling = { grammar, temperature: 1, seed };
  return client.generate({ model: model.id, workspace, class: 'chat', prompt, maxTokens, sampling });
}

describe('a model that is held to a grammar', () => {
  it('picks one of what it may', async () => {
    const options = ['src/a "b".ts', 'src\\c.ts', 'none of them'];
    for (let seed = 1; seed <= 5; seed++) {
      const { text } = await write(pickOne(options), seed);
      assert.ok(options.includes(text), text);
      assert.match((await write(YES_OR_NO, seed)).text, /^(?:yes|no)$/);
    }
  });

  it('writes calls that can be read, of every tool', async () => {
    let whole = 0;
    for (const tool of TOOLS) {
      const grammar = callGrammar([tool]);
      for (let seed = 1; seed <= 4; seed++) {
        const { text, finish } = await write(grammar, seed);
        if (finish === 'length') continue; // random words find no end of a line
        whole++;
        const stream = new CallStream(TOOLS);
        const deltas = [stream.push(SENTINEL + text), stream.end()];
        const calls = deltas.flatMap(({ calls }) => calls);
        assert.equal(calls.length, 1, text);
        assert.ok('call' in calls[0]! && calls[0].call.name === tool.name, `${text}\n${JSON.stringify(calls)}`);
        assert.equal(deltas.map(({ text: shown }) => shown).join(''), '');
      }
    }
    assert.ok(whole >= 8, `${whole} of 16 came to an end`);
  });
});
