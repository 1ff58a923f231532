import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { DecodeBackend } from '../../../src/engine/server/core/backend.ts';
import { type LlamaModel, openModel } from '../../../src/engine/server/core/llama/model.ts';
import { cpuLibrary } from '../../helpers/native.ts';
import {
  makeQwenShape,
  makeTinyMamba,
  makeTinySlidingWindow,
  TINY_QWEN,
  TINY_WINDOW,
} from '../../helpers/randomModel.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-random-'));
after(() => rmSync(folder, { recursive: true }));

const makers = {
  'qwen2, in small': (file: string) => makeQwenShape(file, TINY_QWEN),
  mamba: makeTinyMamba,
  'sliding window': makeTinySlidingWindow,
};

const TEXT = `export function add(left: number, right: number): number {
  return left + right; // é 日本 <|im_end|> \u{1F531}
}
`;

async function open(make: (file: string) => string): Promise<LlamaModel> {
  const file = make(path.join(folder, 'model.gguf'));
  return openModel(await cpuLibrary(), { path: file, contextTokens: 0 });
}

/** Puts `tokens` behind what `sequence` holds. @returns the logits after the last one. */
function put(backend: DecodeBackend & { logits(row: number): Float32Array }, sequence: number, tokens: number[]) {
  const batch = backend.createBatch();
  const start = backend.lastPosition(sequence) + 1;
  let row = 0;
  for (const [index, token] of tokens.entries()) {
    row = batch.add(token, start + index, [sequence], index === tokens.length - 1);
  }
  assert.equal(backend.decode(batch), 'ok');
  return backend.logits(row);
}

const best = (logits: Float32Array): number =>
  logits.reduce((found, logit, token) => (logit > logits[found]! ? token : found), 0);

const farthest = (one: Float32Array, two: Float32Array): number =>
  one.reduce((most, logit, token) => Math.max(most, Math.abs(logit - two[token]!)), 0);

for (const [name, make] of Object.entries(makers)) {
  test(`${name}: a small file, the same each time`, () => {
    const digests = ['one', 'two'].map((stem) => {
      const file = make(path.join(folder, `${stem}.gguf`));
      assert(statSync(file).size < 2e6);
      return createHash('sha256').update(readFileSync(file)).digest('hex');
    });
    assert.equal(digests[0], digests[1]);
  });

  test(`${name}: text round trip, fill-in-the-middle and chat`, async () => {
    const model = await open(make);
    const { tokenizer } = model;
    const tokens = [...tokenizer.encode(TEXT)];
    assert.equal(Buffer.concat(tokens.map((token) => tokenizer.bytes(token))).toString(), TEXT);
    assert(tokens.length < 0.7 * TEXT.length, `${tokens.length} tokens for ${TEXT.length} characters`);
    const special = ['fimPrefix', 'fimSuffix', 'fimMiddle', 'fimRepo', 'fimSeparator'];
    assert.deepEqual(tokenizer.specialTokens, special);
    const chat = await model.renderChat([{ role: 'user', content: 'Why?' }]);
    assert.equal(chat, '<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n');
    const ends = [...tokenizer.encodeTemplate(chat)].filter((token) => tokenizer.isEnd(token));
    assert.equal(ends.length, 1);
    model.dispose();
  });

  test(`${name}: greedy text runs on, of many words`, async () => {
    const model = await open(make);
    const backend = model.createBackend({ cells: 512, sequences: 2 });
    const written: number[] = [];
    let logits = put(backend, 0, [...model.tokenizer.encode(TEXT)]);
    while (written.length < 100) {
      assert(logits.every(Number.isFinite));
      const token = best(logits);
      assert(!model.tokenizer.isEnd(token));
      assert(model.tokenizer.bytes(token).length > 0);
      written.push(token);
      logits = put(backend, 0, [token]);
    }
    assert(new Set(written).size > 40, `${new Set(written).size} different words`);
    model.dispose();
  });

  test(`${name}: the context counts`, async () => {
    const model = await open(make);
    const backend = model.createBackend({ cells: 512, sequences: 2 });
    const tokens = [...model.tokenizer.encode(TEXT)];
    const whole = put(backend, 0, tokens);
    const part = put(backend, 1, tokens.slice(tokens.length / 2));
    assert(farthest(whole, part) > 1);
    model.dispose();
  });
}

test('mamba: its pages cannot be shared', async () => {
  const model = await open(makeTinyMamba);
  assert.equal(model.createBackend({ cells: 512, sequences: 2 }).sharesPages, false);
  model.dispose();
});

/** Sums of the same numbers in two orders differ by less than this on the tiny model; other contexts by more than 3. */
const TOLERANCE = 1;

test('sliding window: what has two owners can be shared from before the window', async () => {
  const model = await open(makeTinySlidingWindow);
  const backend = model.createBackend({ cells: 1024, sequences: 8 });
  const tokens = Array.from({ length: 300 }, (_, index) => (index * 7919) % 500);
  const rest = tokens.slice(0, 60).reverse();
  const cut = 100;
  assert(cut < tokens.length - TINY_WINDOW);
  // A hole in front of the long sequence, then something longer than it: libllama looks for room there, and beyond.
  put(backend, 1, rest);
  put(backend, 0, tokens);
  backend.copyRange(0, 2, 0, tokens.length);
  backend.removeRange(1, 0, -1);
  put(backend, 1, [...rest, ...rest, ...rest]);
  backend.copyRange(0, 3, 0, cut);
  const shared = put(backend, 3, rest);
  put(backend, 4, tokens.slice(0, cut));
  assert(farthest(shared, put(backend, 4, rest)) < TOLERANCE);
  model.dispose();
});
