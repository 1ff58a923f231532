import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { encodeVectors, type RequestClass, vectorsOf } from '../../../../../../src/engine/protocol/index.ts';
import { openModel } from '../../../../../../src/engine/server/core/llama/model.ts';
import { Embedding } from '../../../../../../src/engine/server/services/embedding/embedding.ts';
import { cpuLibrary } from '../../../../../helpers/native.ts';
import { makeTinyBert, TINY_BERT } from '../../../../../helpers/randomModel.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-embedding-'));
const file = makeTinyBert(path.join(folder, 'bert.gguf'));
const model = await openModel(await cpuLibrary(), { path: file, contextTokens: 0, role: 'embedding' });
after(() => {
  model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const never = new AbortController().signal;
const WORDS = ['page', 'cache', 'return', 'model', 'text', 'token', 'engine', 'file'];
const textOf = (n: number): string =>
  Array.from({ length: 1 + (n % 23) }, (_, i) => WORDS[(n * 7 + i * i) % WORDS.length]).join(' ');

const CLASSES: readonly RequestClass[] = ['keystroke', 'chat', 'background'];

/** @param onTurn is called at each turn, before it is given. */
function service(onTurn: (requestClass: RequestClass) => void | Promise<void> = () => {}, batchMs?: number): Embedding {
  const turn = async (rank: () => number, compute: () => Promise<void>) => {
    await onTurn(CLASSES[rank()]!);
    await compute();
  };
  return new Embedding(model.createEmbedder(), { turn, ...(batchMs === undefined ? {} : { batchMs }) });
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe('embedding', () => {
  test('gives one vector of length 1 for each text, in their order, whatever batches they came in', async () => {
    let turns = 0;
    const embedding = service(() => void turns++);
    const texts = Array.from({ length: 100 }, (_, n) => textOf(n));
    const all = await embedding.embed(texts, 'background', never);
    assert.equal(all.vectors.length, 100);
    assert.equal(all.cancelled, false);
    assert(turns > 1 && turns < 100, `${turns} turns`);
    for (const [n, vector] of all.vectors.entries()) {
      assert.equal(vector.length, TINY_BERT.dimensions);
      assert(Math.abs(dot(vector, vector) - 1) < 1e-5);
      const { vectors } = await embedding.embed([texts[n]!], 'background', never);
      assert(dot(vector, vectors[0]!) > 0.9999, `text ${n}`);
    }
    embedding.dispose();
  });

  test('marks the texts that it cut', async () => {
    const embedding = service();
    const { vectors, cut, tokens } = await embedding.embed(
      ['title', 'title '.repeat(500), 'file'],
      'background',
      never,
    );
    assert.deepEqual(cut, [false, true, false]);
    assert.equal(vectors.length, 3);
    assert.equal(tokens, 3 + TINY_BERT.context + 3);
    assert.deepEqual(await embedding.embed([], 'chat', never), { vectors: [], cut: [], tokens: 0, cancelled: false });
    embedding.dispose();
  });

  test('ends with what is ready when it is cancelled', async () => {
    const cancel = new AbortController();
    let turns = 0;
    const embedding = service(() => {
      if (++turns === 3) cancel.abort();
    }, 0);
    const texts = Array.from({ length: 200 }, (_, n) => textOf(n));
    const { vectors, cut, cancelled } = await embedding.embed(texts, 'background', cancel.signal);
    assert.equal(turns, 3);
    assert(cancelled && vectors.length > 0 && vectors.length < 200, `${vectors.length}`);
    assert.equal(cut.length, vectors.length);
    assert.equal((await embedding.embed(['page'], 'chat', cancel.signal)).vectors.length, 0);
    embedding.dispose();
  });

  test('lets a higher class go between the batches of a lower one', async () => {
    const order: RequestClass[] = [];
    let asked: Promise<unknown> | undefined;
    const embedding: Embedding = service((requestClass) => {
      order.push(requestClass);
      asked ??= embedding.embed(['page'], 'chat', never);
    }, 0);
    await embedding.embed(
      Array.from({ length: 60 }, (_, n) => textOf(n)),
      'background',
      never,
    );
    await asked;
    assert.equal(order[1], 'chat');
    assert.equal(order.filter((requestClass) => requestClass === 'chat').length, 1);
    embedding.dispose();
  });

  test('raises the class of a batch that somebody of a higher one waits behind', async () => {
    const ranks: number[] = [];
    let asked: Promise<unknown> | undefined;
    const embedding: Embedding = new Embedding(model.createEmbedder(), {
      turn: async (rank, compute) => {
        ranks.push(rank());
        asked ??= embedding.embed(['page'], 'keystroke', never);
        ranks.push(rank());
        await compute();
      },
    });
    await embedding.embed(['cache'], 'background', never);
    await asked;
    assert.deepEqual(ranks, [2, 0, 0, 0]);
    embedding.dispose();
  });

  test('fails for who waits when the model is closed', async () => {
    const embedding: Embedding = service(async () => {
      await setImmediate();
      embedding.dispose();
    });
    const failure = { kind: 'engineStopped' };
    const waiting = [embedding.embed(['page'], 'chat', never), embedding.embed(['cache'], 'background', never)];
    await Promise.all(waiting.map((promise) => assert.rejects(promise, failure)));
    await assert.rejects(embedding.embed(['page'], 'chat', never), failure);
  });
});

test('vectors travel bit by bit', async () => {
  const embedding = service();
  const { vectors } = await embedding.embed(['page', 'cache'], 'chat', never);
  assert.deepEqual(vectorsOf({ vectors: encodeVectors(vectors), dimensions: TINY_BERT.dimensions }), vectors);
  assert.deepEqual(vectorsOf({ vectors: '', dimensions: 0 }), []);
  embedding.dispose();
});
