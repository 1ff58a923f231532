import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Completer } from '../../src/completion/completer.ts';
import type { CompletionRequest } from '../../src/completion/request.ts';
import type { ModelInfo } from '../../src/engine/protocol/index.ts';
import { bundledModel, readingAtOnce } from '../helpers/engine.ts';
import { ownEngine } from './ownEngine.ts';

const client = ownEngine();
const completer = new Completer(client);
let model: ModelInfo;
let workspace = '';

before(async () => {
  const opened = await client.openModel({ path: bundledModel, contextTokens: 0 });
  assert.ok(opened.promptMs! > 0, 'how it reads was measured');
  model = readingAtOnce(opened);
  workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
});

const complete = (
  request: Partial<CompletionRequest> & { prefix: string; suffix: string },
  { reuse = true, maxTokens = 16 } = {},
) => completer.complete(model, { path: 'src/a.ts', ...request }, { workspace, reuse, maxTokens });

/** Enough code to overflow the window of the bundled model. */
const long = Array.from(
  { length: 300 },
  (_, row) => `export function f${row}(a: number, b: string): string {\n  return b.repeat(a + ${row});\n}\n`,
).join('\n');

describe('completion with the bundled model', () => {
  it('says the same with and without reuse, one line at a time', async () => {
    for (const prefix of ['const name = ', 'import { readFile } from ', `${long}\nexport const last = `]) {
      const reused = await complete({ prefix, suffix: '\n' });
      const again = await complete({ prefix, suffix: '\n' });
      const fresh = await complete({ prefix, suffix: '\n' }, { reuse: false });
      assert.equal(again.text, reused.text);
      assert.equal(fresh.text, reused.text);
      assert.equal(fresh.result.cachedTokens, 0);
      assert.ok(again.result.cachedTokens > 0);
      assert.ok(!reused.text.trimStart().includes('\n'), reused.text);
    }
  });

  it('tells to the letter what the model was given, and how much of it had been read', async () => {
    const request = {
      path: 'src/a.ts',
      prefix: `${long}\nexport const last = firs`,
      suffix: '\nend();\n',
      others: [{ path: 'src/b.ts', content: 'export const first = 1;\n' }],
    };
    // The bundled model is small, and is shown the file alone.
    const larger = { ...model, parameters: 500e6 };
    const { result } = await completer.complete(larger, request, { workspace, maxTokens: 4, seen: true });
    const seen = result.seen!;
    assert.equal(
      seen.reduce((sum, { tokens }) => sum + tokens, 0),
      result.promptTokens,
    );
    assert.equal(result.cachedTokens + result.computedTokens, result.promptTokens);
    const only = (of: string) => seen.filter((one) => one.of === of).map(({ text }) => text);
    assert.deepEqual(only('open'), ['src/b.ts\nexport const first = 1;\n']);
    assert.deepEqual(only('after'), ['\nend();\n']);
    const [before] = only('before');
    // The word at the cursor is written anew.
    assert.ok(`${long}\nexport const last =`.endsWith(before!.trimEnd()), before);
    assert.ok(before!.length > 400);
    const { seen: unasked } = (await completer.complete(model, request, { workspace, maxTokens: 4 })).result;
    assert.equal(unasked, undefined);
  });

  it('fits a long file into the context, and takes nearly all of it from the cache while typing', async () => {
    const suffix = `\n${long}`;
    const line = 'export const total = f1(2, name)';
    let prompt = 0;
    let cached = 0;
    await complete({ prefix: long, suffix });
    for (let typed = 1; typed <= line.length; typed++) {
      const { result } = await complete({ prefix: long + line.slice(0, typed), suffix }, { maxTokens: 2 });
      assert.ok(result.promptTokens > 600 && result.promptTokens < model.contextTokens, `${result.promptTokens}`);
      prompt += result.promptTokens;
      cached += result.cachedTokens;
    }
    assert.ok(cached / prompt >= 0.95, `${cached} of ${prompt} tokens`);
  });

  it('goes on inside auto-closed brackets without computing the suffix anew', async () => {
    await complete({ prefix: `${long}\nconsole.log`, suffix: `\n${long}` });
    const { result } = await complete({ prefix: `${long}\nconsole.log(`, suffix: `)\n${long}` });
    assert.ok(result.cachedTokens / result.promptTokens >= 0.95, `${result.cachedTokens} of ${result.promptTokens}`);
  });

  it('keeps line endings, tabs, emoji and Chinese text', async () => {
    const prefix = 'const 问候 = "你好😀";\r\nfunction f() {\r\n\tconst a = 1;\r\n\t';
    const outcome = await complete({ prefix, suffix: '\r\n}\r\n', lines: 'many' });
    assert.ok(!outcome.text.includes('\r'));
    if (outcome.shown !== null) assert.ok(!/(?<!\r)\n/.test(outcome.shown), JSON.stringify(outcome.shown));
    assert.ok(outcome.result.promptTokens > 10);
  });
});
