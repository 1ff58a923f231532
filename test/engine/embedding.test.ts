/** Vectors of texts and counts of tokens, asked for as a client does: messages over a stream, a real model behind them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { after, describe, it } from 'node:test';
import {
  type CancellationToken,
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { countTokensRequest } from '../../src/engine/protocol/chat.ts';
import { type EmbedParams, embedRequest, vectorsOf } from '../../src/engine/protocol/embedding.ts';
import { openModel } from '../../src/engine/server/core/llama/model.ts';
import { Chats } from '../../src/engine/server/services/chat/chats.ts';
import { registerChat } from '../../src/engine/server/services/chat/register.ts';
import { Embedding } from '../../src/engine/server/services/embedding/embedding.ts';
import { registerEmbedding } from '../../src/engine/server/services/embedding/register.ts';
import type { Requests } from '../../src/engine/server/services/requests.ts';
import { cpuLibrary } from '../helpers/native.ts';
import { makeTinyBert, TINY_BERT } from '../helpers/randomModel.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-embedding-'));
const file = makeTinyBert(path.join(folder, 'bert.gguf'));
const model = await openModel(await cpuLibrary(), { path: file, contextTokens: 0, role: 'embedding' });
/** What happens at the next turn. */
let onTurn: (() => Promise<void>) | undefined;
const embedding = new Embedding(model.createEmbedder(), { turn: async () => onTurn?.(), batchMs: 1 });
const [client, server] = pair();

const requests: Requests = {
  onRequest: (type, handler) => {
    server.onRequest<unknown, unknown>(type.method, async (params, token: CancellationToken) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      return handler(params, controller.signal);
    });
  },
  sendProgress: () => {},
};
registerEmbedding(requests, () => embedding);
const chats = new Chats({ find: () => assert.fail('no chat'), setOpen: () => assert.fail('no chat') });
registerChat(requests, chats, () => model, {});

after(() => {
  embedding.dispose();
  model.dispose();
  client.dispose();
  server.dispose();
  rmSync(folder, { recursive: true, force: true });
});

function pair(): [MessageConnection, MessageConnection] {
  const [there, back] = [new PassThrough(), new PassThrough()];
  const ends = [createMessageConnection(back, there), createMessageConnection(there, back)] as const;
  for (const end of ends) end.listen();
  return [...ends];
}

const ask = (
  texts: string[],
  requestClass: EmbedParams['class'] = 'background',
  source = new CancellationTokenSource(),
) => client.sendRequest(embedRequest, { model: model.info.id, texts, class: requestClass }, source.token);
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const WORDS = ['page', 'cache', 'return', 'model', 'text', 'token', 'engine', 'file'];
const TEXTS = Array.from({ length: 80 }, (_, n) =>
  Array.from({ length: 1 + (n % 19) }, (_, i) => WORDS[(n * 5 + i * i) % WORDS.length]).join(' '),
);

describe('embedding', () => {
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

  it('ends between two batches when the client cancels it, and lets others go before that', async () => {
    const source = new CancellationTokenSource();
    let turns = 0;
    onTurn = async () => {
      turns++;
      source.cancel();
      // The cancellation is on its way; it comes before the answer to what is asked after it.
      await client.sendRequest(countTokensRequest, { model: model.info.id, texts: [] });
    };
    const { cancelled, cut } = await ask(TEXTS, 'background', source);
    onTurn = undefined;
    assert.deepEqual([cancelled, turns], [true, 1]);
    assert(cut.length > 0 && cut.length < TEXTS.length);
  });
});

describe('counts of tokens', () => {
  it('are exact, also of an embedding model, and leave out what stands around a text', async () => {
    const { texts } = await client.sendRequest(countTokensRequest, { model: model.info.id, texts: ['', 'page cache'] });
    assert.deepEqual(texts, [0, 2]);
  });
});
