import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { GenerateParams, GenerateResult } from '../../../../../../src/engine/protocol/index.ts';
import { Embedders } from '../../../../../../src/engine/server/services/memory/embedders.ts';
import { EngineAsks } from '../../../../../../src/engine/server/services/memory/engineAsks.ts';
import { EngineHelp } from '../../../../../../src/engine/server/services/memory/engineHelp.ts';
import type { Embedder } from '../../../../../../src/engine/server/services/memory/items.ts';
import type { OpenModels } from '../../../../../../src/engine/server/services/memory/messages.ts';

const MODEL = { id: 'm1', dimensions: 2 };

/** Both sides of the line, with services that count letters and repeat what they are asked. */
function joined({ fails = false } = {}) {
  const classes: string[] = [];
  const signals: AbortSignal[] = [];
  const written: GenerateParams[] = [];
  const asks = new EngineAsks((event) => help.hear(event));
  const help = new EngineHelp({
    models: { list: () => [], embedders: () => [] },
    embed: async (_model, texts, kind, signal) => {
      classes.push(kind);
      signals.push(signal);
      await turn();
      if (fails) throw new Error('The embedding model was closed.');
      return { vectors: texts.map((text) => Float32Array.of(text.length, 1)), cut: [], tokens: 0, cancelled: false };
    },
    generate: async (params) => {
      written.push(params);
      return { text: 'yes', promptTokens: 5, generatedTokens: 1 } as GenerateResult;
    },
    workspaceOf: (file) => (file === '/w/memory.sqlite' ? 'w' : undefined),
    answer: (answer) => asks.answered(answer),
  });
  return { asks, classes, signals, written };
}

describe('what the thread asks of the engine', () => {
  it('are vectors for each text, in the class of who waits', async () => {
    const { asks, classes } = joined();
    const stored = asks.embedderOf(MODEL, 'background');
    const asked = asks.embedderOf(MODEL, 'chat');
    assert.deepEqual([stored.id, stored.dimensions], [asked.id, 2]);
    const [[a, b], [c]] = await Promise.all([stored.embed(['x', 'yy']), asked.embed(['zzz'])]);
    assert.deepEqual([a![0], b![0], c![0]], [1, 2, 3]);
    assert.deepEqual(classes, ['background', 'chat']);
  });

  it('is text under a grammar, in the class of who waits, among the pages of its workspace', async () => {
    const { asks, written } = joined();
    const request = { prompt: 'Is it so?', grammar: 'root ::= "yes" | "no"', maxTokens: 4 };
    assert.deepEqual(await asks.writerOf('m2', '/w/memory.sqlite', 'chat').generate(request), {
      text: 'yes',
      tokens: 6,
    });
    const { class: kind, workspace, sampling, prompt } = written[0]!;
    assert.deepEqual([kind, workspace, sampling?.grammar], ['chat', 'w', request.grammar]);
    assert.deepEqual(prompt, { messages: [{ role: 'user', content: request.prompt }] });
    await assert.rejects(asks.writerOf('m2', '/other.db', 'background').generate(request), /workspace was closed/);
  });

  it('fails with what failed, and ends with its signal on both sides', async () => {
    await assert.rejects(joined({ fails: true }).asks.embedderOf(MODEL, 'chat').embed(['x']), /was closed/);
    const { asks, signals } = joined();
    const stop = new AbortController();
    const embedded = asks.embedderOf(MODEL, 'chat').embed(['x'], stop.signal);
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
  const asks = new EngineAsks(() => assert.fail('nothing is asked of a model'));
  const compared: (string | undefined)[] = [];
  const make = (stored: string | null, models: OpenModels, shipped: Embedder | undefined = table) => {
    const store = {
      status: () => ({ embedder: stored }) as never,
      byVector: (...[, , , id]: [Float32Array, number, unknown?, string?]) => {
        compared.push(id);
        return [];
      },
    };
    return new Embedders(store, shipped, asks, () => models);
  };
  const none: OpenModels = { vectors: undefined, writer: undefined };
  const open: OpenModels = { vectors: MODEL, writer: undefined };

  it('are the model that is open, for what is typed the table', () => {
    assert.equal(make(null, none).forStored, table);
    const embedders = make(null, open);
    assert.equal(embedders.forStored?.id, 'model:m1');
    assert.equal(embedders.forQuestion.embedder.id, 'model:m1');
    assert.equal(embedders.forTyping.embedder, table);
  });

  it('compare what the same embedder made, and leave vectors of a model alone for a while', () => {
    const closed = make('model:m1', none);
    assert.equal(closed.forStored, undefined);
    closed.forQuestion.byVector(Float32Array.of(1), 5);
    make('model:m1', open).forQuestion.byVector(Float32Array.of(1, 0), 5);
    assert.deepEqual(compared, ['static-1', 'model:m1']);
  });

  it('go by words alone where there is neither', async () => {
    const { embedder, byVector } = new Embedders(
      { status: () => ({}) as never, byVector: () => assert.fail('nothing is compared') },
      undefined,
      asks,
      () => none,
    ).forQuestion;
    const [vector] = await embedder.embed(['x']);
    assert.deepEqual(byVector(vector!, 5), []);
  });
});
