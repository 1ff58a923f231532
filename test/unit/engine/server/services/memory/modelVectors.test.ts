import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Embedders } from '../../../../../../src/engine/server/services/memory/embedders.ts';
import { EngineHelp } from '../../../../../../src/engine/server/services/memory/engineHelp.ts';
import type { Embedder } from '../../../../../../src/engine/server/services/memory/items.ts';
import { ModelVectors } from '../../../../../../src/engine/server/services/memory/modelVectors.ts';

const MODEL = { id: 'm1', dimensions: 2 };

/** Both sides of the line, with an embedding service that counts letters. */
function joined(fails = false) {
  const classes: string[] = [];
  const signals: AbortSignal[] = [];
  const vectors = new ModelVectors((event) => help.hear(event));
  const embed = async (_model: string, texts: readonly string[], kind: string, signal: AbortSignal) => {
    classes.push(kind);
    signals.push(signal);
    await new Promise((resolve) => setImmediate(resolve));
    if (fails) throw new Error('The embedding model was closed.');
    return { vectors: texts.map((text) => Float32Array.of(text.length, 1)), cut: [], tokens: 0, cancelled: false };
  };
  const models = { list: () => [], embedders: () => [] };
  const help = new EngineHelp(models, { embed }, (embedded) => vectors.embedded(embedded));
  return { vectors, classes, signals };
}

describe('vectors of the engine', () => {
  it('come for each text, in the class of who waits', async () => {
    const { vectors, classes } = joined();
    const stored = vectors.embedderOf(MODEL, 'background');
    const asked = vectors.embedderOf(MODEL, 'chat');
    assert.deepEqual([stored.id, stored.dimensions], [asked.id, 2]);
    const [[a, b], [c]] = await Promise.all([stored.embed(['x', 'yy']), asked.embed(['zzz'])]);
    assert.deepEqual([a![0], b![0], c![0]], [1, 2, 3]);
    assert.deepEqual(classes, ['background', 'chat']);
  });

  it('fail with what failed, and end with their signal on both sides', async () => {
    await assert.rejects(joined(true).vectors.embedderOf(MODEL, 'chat').embed(['x']), /was closed/);
    const { vectors, signals } = joined();
    const stop = new AbortController();
    const embedded = vectors.embedderOf(MODEL, 'chat').embed(['x'], stop.signal);
    stop.abort(new Error('enough'));
    await assert.rejects(embedded, /enough/);
    assert.equal(signals[0]!.aborted, true);
  });
});

describe('Embedders', () => {
  const table: Embedder = {
    id: 'static-1',
    dimensions: 1,
    embed: async (texts) => texts.map(() => Float32Array.of(1)),
  };
  const vectors = new ModelVectors(() => assert.fail('nothing is asked of a model'));
  const storeOf = (embedder: string | null, compared: (string | undefined)[] = []) => ({
    status: () => ({ embedder }) as never,
    byVector: (...[, , , id]: [Float32Array, number, unknown?, string?]) => {
      compared.push(id);
      return [];
    },
  });

  it('are the model that is open, for what is typed the table', () => {
    const embedders = new Embedders(storeOf(null), table, vectors);
    assert.equal(embedders.forStored, table);
    embedders.model = MODEL;
    assert.equal(embedders.forStored?.id, 'model:m1');
    assert.equal(embedders.forQuestion.embedder.id, 'model:m1');
    assert.equal(embedders.forTyping.embedder, table);
  });

  it('compare what the same embedder made, and leave vectors of a model alone for a while', () => {
    const compared: (string | undefined)[] = [];
    const embedders = new Embedders(storeOf('model:m1', compared), table, vectors);
    assert.equal(embedders.forStored, undefined);
    embedders.forQuestion.byVector(Float32Array.of(1), 5);
    embedders.model = MODEL;
    embedders.forQuestion.byVector(Float32Array.of(1, 0), 5);
    assert.deepEqual(compared, ['static-1', 'model:m1']);
  });

  it('go by words alone where there is neither', async () => {
    const { embedder, byVector } = new Embedders(storeOf(null), undefined, vectors).forQuestion;
    const [vector] = await embedder.embed(['x']);
    assert.deepEqual(byVector(vector!, 5), []);
  });
});
