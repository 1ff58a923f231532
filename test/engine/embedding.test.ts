/** Vectors of texts and counts of tokens through a real engine, beside the keys of another model. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type EmbedParams, type ModelInfo, vectorsOf } from '../../src/engine/protocol/index.ts';
import { bundledModel, repository } from '../helpers/engine.ts';
import { makeTinyBert, TINY_BERT } from '../helpers/randomModel.ts';
import { ownEngine } from './ownEngine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-embedding-'));
const file = makeTinyBert(path.join(folder, 'bert.gguf'));
const client = ownEngine();
let model: ModelInfo;
let workspace = '';

before(async () => {
  model = await client.openModel({ path: file, contextTokens: 0, role: 'embedding' });
  workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
});
after(() => rmSync(folder, { recursive: true, force: true }));

const ask = (texts: string[], more: Partial<EmbedParams> = {}, signal?: AbortSignal) =>
  client.embed({ model: model.id, workspace, texts, class: 'background', ...more }, signal ? { signal } : {});
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const WORDS = ['page', 'cache', 'return', 'model', 'text', 'token', 'engine', 'file'];
const TEXTS = Array.from({ length: 80 }, (_, n) =>
  Array.from({ length: 1 + (n % 19) }, (_, i) => WORDS[(n * 5 + i * i) % WORDS.length]).join(' '),
);
/** A batch's worth and more, many times. */
const LONG = Array.from({ length: 1000 }, (_, n) => `${TEXTS[n % 80]} `.repeat(12));

describe('embedding', () => {
  it('opens a model for vectors, tells of it, and of no other role', async () => {
    const { generates, embeds, dimensions } = model.capabilities;
    assert.deepEqual([generates, embeds, dimensions], [false, true, TINY_BERT.dimensions]);
    const status = await client.status();
    assert.deepEqual([status.models.length, status.embedders.map(({ id }) => id)], [0, [model.id]]);
    await assert.rejects(client.openModel({ path: file, contextTokens: 0 }), { kind: 'modelNotGenerative' });
    const bundled = { path: bundledModel, contextTokens: 0, role: 'embedding' } as const;
    await assert.rejects(client.openModel(bundled), { kind: 'modelUnfit' });
    const text = { model: model.id, workspace, class: 'chat', prompt: { text: 'x' }, maxTokens: 1 } as const;
    await assert.rejects(client.generate(text), { kind: 'modelUnfit' });
  });

  it('gives the vectors of many texts as of each alone, in their order, and the same each time', async () => {
    const result = await ask(TEXTS);
    const vectors = vectorsOf(result);
    assert.deepEqual(
      [result.dimensions, vectors.length, result.cancelled],
      [TINY_BERT.dimensions, TEXTS.length, false],
    );
    for (const n of [0, 1, 17, 42, 79]) {
      const [[alone], [again]] = [vectorsOf(await ask([TEXTS[n]!])), vectorsOf(await ask([TEXTS[n]!]))];
      assert.deepEqual(alone, again);
      assert(dot(vectors[n]!, alone!) > 0.9999);
      const others = vectors.filter((_, other) => TEXTS[other] !== TEXTS[n]);
      for (const other of others) assert(dot(alone!, other) < 0.9999);
    }
  });

  it('says which texts were cut', async () => {
    assert.deepEqual((await ask(['page', 'page '.repeat(400)])).cut, [false, true]);
  });

  it('ends between two batches when the client cancels it', async () => {
    const cancel = new AbortController();
    const all = ask(LONG, {}, cancel.signal);
    // Goes before the rest of the above, so that some batches are done and some are not.
    await ask(['page'], { class: 'chat' });
    cancel.abort();
    const { cancelled, cut, ...rest } = await all;
    assert.equal(cancelled, true);
    assert(cut.length > 0 && cut.length < LONG.length, `${cut.length}`);
    assert.equal(vectorsOf(rest).length, cut.length);
  });

  it('lets keystrokes of another model go first, and comes to the same vectors', async () => {
    const { id } = await client.openModel({ path: bundledModel, contextTokens: 0 });
    const source = readFileSync(path.join(repository, 'src/engine/client/client.ts'), 'utf8');
    const alone = await ask(LONG);
    let done = false;
    const beside = ask(LONG).then((result) => {
      done = true;
      return result;
    });
    for (let typed = 800; typed < 806; typed++) {
      const prompt = { text: source.slice(0, typed) };
      const { finish } = await client.generate({ model: id, workspace, class: 'keystroke', prompt, maxTokens: 4 });
      assert.notEqual(finish, 'cancelled');
    }
    assert.equal(done, false, 'the keys came before the vectors');
    const [expected, vectors] = [vectorsOf(alone), vectorsOf(await beside)];
    assert.equal(vectors.length, expected.length);
    for (const [n, vector] of vectors.entries()) assert(dot(vector, expected[n]!) > 0.9999, `text ${n}`);
    await client.closeModel(id);
  });

  const refused: [string, Partial<EmbedParams>, string][] = [
    ['no texts', { texts: undefined as unknown as string[] }, 'promptInvalid'],
    ['a number for a text', { texts: [1 as unknown as string] }, 'promptInvalid'],
    ['too many texts', { texts: Array.from({ length: 1025 }, () => '') }, 'promptInvalid'],
    ['an unknown class', { class: 'urgent' as 'chat' }, 'promptInvalid'],
    ['a workspace that the client does not hold', { workspace: 'other' }, 'workspaceUnknown'],
    ['a model that is not open', { model: 'other' }, 'modelUnknown'],
  ];
  for (const [what, params, kind] of refused) {
    it(`is refused in words: ${what}`, () => assert.rejects(ask(['page'], params), { kind }));
  }
});

describe('counts of tokens', () => {
  it('are exact, also of an embedding model, and leave out what stands around a text', async () => {
    const { texts } = await client.countTokens({ model: model.id, texts: ['', 'title file'] });
    assert.deepEqual(texts, [0, 2]);
  });
});
