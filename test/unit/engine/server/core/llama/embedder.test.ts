import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import type { Turn } from '../../../../../../src/engine/server/core/embedder.ts';
import { type LlamaModel, openModel } from '../../../../../../src/engine/server/core/llama/model.ts';
import {
  BUNDLED_MODEL,
  booleanEntry,
  editBundledModel,
  makeModelWithoutFim,
  numberEntry,
  readGguf,
  textEntry,
  withEntries,
  writeGguf,
} from '../../../../../helpers/gguf.ts';
import { cpuLibrary } from '../../../../../helpers/native.ts';
import { makeQwenShape, makeTinyBert, TINY_BERT, TINY_QWEN } from '../../../../../helpers/randomModel.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-embedder-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const now: Turn = (compute) => compute();
const TEXTS = ['The cache keeps pages.', 'const a = 1;', '', 'Grüße 🎉', 'the cache keeps pages of [SEP] open files'];

/** A decoder whose vector is that of the last token, in the way of Qwen3-Embedding: an end behind each text. */
function makeLastTokenModel(): string {
  const model = readGguf(makeQwenShape(path.join(folder, 'qwen.gguf'), TINY_QWEN));
  const added = [numberEntry('qwen2.pooling_type', 3), booleanEntry('tokenizer.ggml.add_eos_token', true)];
  return writeGguf(path.join(folder, 'last.gguf'), { ...model, entries: withEntries(model.entries, ...added) });
}

async function open(file: string, contextTokens = 0): Promise<LlamaModel> {
  return openModel(await cpuLibrary(), { path: file, contextTokens, role: 'embedding' });
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

for (const [name, make, dimensions, pooling] of [
  ['an encoder', () => makeTinyBert(path.join(folder, 'bert.gguf')), TINY_BERT.dimensions, 'mean'],
  ['a decoder', makeLastTokenModel, TINY_QWEN.width, 'last'],
] as const) {
  describe(`vectors of ${name}`, () => {
    test('are as long as the model says, and the same alone and among others', async () => {
      const model = await open(make());
      assert.deepEqual(model.info.capabilities, {
        generates: false,
        completes: false,
        chats: false,
        embeds: true,
        dimensions,
        pooling,
      });
      const embedder = model.createEmbedder();
      const sequences = TEXTS.map((text) => embedder.sequenceOf(text).tokens);
      const together = await embedder.embed(sequences, now);
      for (const [i, vector] of together.entries()) {
        assert.equal(vector.length, dimensions);
        const [alone] = await embedder.embed([sequences[i]!], now);
        const [again] = await embedder.embed([sequences[i]!], now);
        assert.deepEqual(alone, again);
        assert(cosine(vector, alone!) > 0.9999, `${i}: ${cosine(vector, alone!)}`);
        for (const other of together.slice(0, i))
          assert(cosine(vector, other) < 0.999, `${i}: ${cosine(vector, other)}`);
      }
      model.dispose();
    });

    test('are those of a text cut to the context', async () => {
      const model = await open(make(), 64);
      const embedder = model.createEmbedder();
      const long = embedder.sequenceOf('one more word of many '.repeat(100));
      const short = embedder.sequenceOf('one more');
      assert.deepEqual([long.cut, long.tokens.length, short.cut], [true, 64, false]);
      assert.equal(long.tokens.at(-1), short.tokens.at(-1));
      assert.equal((await embedder.embed([long.tokens], now)).length, 1);
      await assert.rejects(embedder.embed([long.tokens, short.tokens], now), RangeError);
      model.dispose();
    });

    test('come at the turns that are given, again after a stop, and no more once it is closed', async () => {
      const model = await open(make());
      const embedder = model.createEmbedder();
      const { tokens } = embedder.sequenceOf(TEXTS[0]!);
      const [expected] = await embedder.embed([tokens], now);
      let turns = 0;
      const [vector] = await embedder.embed([tokens], async (compute) => {
        // The first computation is stopped as soon as it runs, or has just ended.
        if (turns++ === 0) setImmediate(() => embedder.abort());
        await compute();
      });
      assert(turns >= 1);
      assert.deepEqual(vector, expected);
      const closed = embedder.embed([tokens], (compute) => {
        model.dispose();
        return compute();
      });
      await assert.rejects(closed, { kind: 'engineStopped' });
    });
  });
}

test('a long text of a decoder is computed in pieces, and each of them counts', async () => {
  const model = await open(makeLastTokenModel());
  const embedder = model.createEmbedder();
  const text = 'const answer = compute(question);\n'.repeat(40);
  const { tokens, cut } = embedder.sequenceOf(text);
  assert(!cut && tokens.length > 2 * embedder.batchTokens, `${tokens.length}`);
  let turns = 0;
  const [whole] = await embedder.embed([tokens], (compute) => {
    turns++;
    return compute();
  });
  assert.equal(turns, Math.ceil(tokens.length / embedder.batchTokens));
  const [beginning] = await embedder.embed([tokens.slice(0, embedder.batchTokens)], now);
  assert(cosine(whole!, beginning!) < 0.999);
  // A text that differs at its very beginning only: the pieces before the last one count.
  const [other] = await embedder.embed([Int32Array.of(tokens[1]!, ...tokens.slice(1))], now);
  assert.notDeepEqual(whole, other);
  model.dispose();
});

describe('a word piece vocabulary', () => {
  test('keeps every word, and puts its own tokens around the whole text only', async () => {
    const model = await open(makeTinyBert(path.join(folder, 'words.gguf')));
    const { tokenizer } = model;
    const spelled = (tokens: Int32Array): string =>
      [...tokens].map((token) => Buffer.from(tokenizer.bytes(token))).join('');
    assert.equal(spelled(tokenizer.encode('Return the cache')), ' return the cache');
    const { tokens } = tokenizer.encodeSequence('Return the [SEP]', 128);
    assert.deepEqual([tokens[0], tokens.at(-1)], [2, 3]);
    assert.equal([...tokens].filter((token) => token === 3).length, 1);
    assert.deepEqual([...tokenizer.encodeSequence('', 128).tokens], [2, 3]);
    model.dispose();
  });
});

describe('a role that a model cannot fill', () => {
  const rank = (): string =>
    editBundledModel(path.join(folder, 'rank.gguf'), (entries) =>
      withEntries(entries, numberEntry('llama.pooling_type', 4)),
    );
  const part = (): string =>
    editBundledModel(path.join(folder, 'part.gguf'), (entries) =>
      withEntries(entries, textEntry('general.type', 'adapter')),
    );
  const bert = (): string => makeTinyBert(path.join(folder, 'role.gguf'));
  for (const [name, file, role, kind, words] of [
    ['a language model embeds', () => BUNDLED_MODEL, 'embedding', 'modelUnfit', /cannot make vectors.*writes text/],
    ['a ranking model embeds', rank, 'embedding', 'modelUnfit', /ranks texts/],
    ['a part of a model embeds', part, 'embedding', 'modelUnfit', /only a part of a model \(adapter\)/],
    ['a ranking model completes', rank, 'completion', 'modelNotGenerative', /ranks texts/],
    ['an embedding model chats', bert, 'chat', 'modelNotGenerative', /embedding model/],
    ['a model without a template chats', () => makeModelWithoutFim(folder), 'chat', 'modelUnfit', /no chat template/],
  ] as const) {
    test(`is refused in words: ${name}`, async () => {
      const native = await cpuLibrary();
      await assert.rejects(openModel(native, { path: file(), contextTokens: 0, role }), { kind, message: words });
    });
  }

  test('is refused by the model itself, too', async () => {
    const model = await open(bert());
    assert.throws(() => model.createBackend({ cells: 64 }), { kind: 'modelNotGenerative' });
    model.dispose();
    const writer = await openModel(await cpuLibrary(), { path: BUNDLED_MODEL, contextTokens: 0 });
    assert.throws(() => writer.createEmbedder(), { kind: 'modelUnfit' });
    writer.dispose();
  });
});
