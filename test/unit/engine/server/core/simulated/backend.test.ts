import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SimulatedBackend } from '../../../../../../src/engine/server/core/simulated/backend.ts';
import { simulatedTokenizer } from '../../../../../../src/engine/server/core/simulated/tokenizer.ts';
import { backendCases } from './backendCases.ts';

const encode = (text: string): number[] => [...simulatedTokenizer.encode(text)];

backendCases({
  name: 'simulated backend',
  texts: async () => [
    encode('function add(a: number, b: number)'),
    encode('import path from "node:path"; // files'),
    encode('for (const item of list) log(item);'),
  ],
  create: async (options) => new SimulatedBackend(options),
  tolerance: 0,
});

test('time is what the cost model says', () => {
  const costs = { fixedMs: 10, tokenMs: 1, contextTokenMs: 0.5, pageTokenMs: 2 };
  const backend = new SimulatedBackend({ cells: 64, costs });
  const batch = backend.createBatch();
  for (let position = 0; position < 4; position++) batch.add(1, position, [0], false);
  backend.decode(batch);
  assert.equal(backend.now(), 10 + 4 + 0.5 * (1 + 2 + 3 + 4));
  const before = backend.now();
  backend.restorePage(1, backend.savePage(0, 0, 4));
  assert.equal(backend.now() - before, 16);
  backend.advance(100);
  assert.equal(backend.now() - before, 116);
});

test('an aborted decode takes a part of its time, one that cannot be aborted all of it', async () => {
  const costs = { fixedMs: 10, tokenMs: 1, contextTokenMs: 0, pageTokenMs: 0 };
  for (const [abortable, outcome, ms] of [
    [true, 'aborted', 7],
    [false, 'ok', 14],
  ] as const) {
    const backend = new SimulatedBackend({ cells: 64, costs, abortable });
    assert.equal(backend.abortable, abortable);
    const batch = backend.createBatch();
    for (let position = 0; position < 4; position++) batch.add(1, position, [0], false);
    const running = backend.decodeAsync(batch);
    backend.abort();
    assert.equal(await running, outcome);
    assert.equal(backend.now(), ms);
    backend.checkIntegrity();
  }
});

test('a prompt that does not fit costs nothing', () => {
  const backend = new SimulatedBackend({ cells: 2 });
  const batch = backend.createBatch();
  for (let position = 0; position < 3; position++) batch.add(1, position, [0], false);
  assert.equal(backend.decode(batch), 'noRoom');
  assert.equal(backend.now(), 0);
});

test('ends answers about as often as it is told to', () => {
  const backend = new SimulatedBackend({ cells: 1024, endEvery: 8 });
  const sampler = backend.createSampler({});
  const batch = backend.createBatch();
  let ends = 0;
  for (let position = 0; position < 1000; position++) {
    batch.clear();
    batch.add(position % 200, position, [0], true);
    backend.decode(batch);
    if (simulatedTokenizer.isEnd(sampler.sample(0))) ends++;
  }
  assert(ends > 60 && ends < 190, String(ends));
});

test('behaves like a recurrent model when told to', () => {
  const backend = new SimulatedBackend({ cells: 64, sharesPages: false });
  const batch = backend.createBatch();
  for (let position = 0; position < 8; position++) batch.add(1, position, [0], false);
  backend.decode(batch);
  assert.equal(backend.removeRange(0, 4, -1), false);
  assert.equal(backend.lastPosition(0), 7);
  assert.equal(backend.removeRange(0, 0, -1), true);
  assert.equal(backend.lastPosition(0), -1);
});

test('refuses pages of another model', () => {
  const [one, two] = ['one', 'two'].map((model) => new SimulatedBackend({ cells: 64, model }));
  const batch = one!.createBatch();
  for (let position = 0; position < 8; position++) batch.add(1, position, [0], false);
  one!.decode(batch);
  const page = one!.savePage(0, 0, 8);
  assert.equal(two!.restorePage(0, page), false);
  assert.equal(one!.restorePage(1, page), true);
});

test('refuses what libllama would answer with nonsense', () => {
  const backend = new SimulatedBackend({ cells: 64 });
  const decode = (token: number, position: number, sequences: number[]): void => {
    const batch = backend.createBatch();
    batch.add(token, position, sequences, false);
    backend.decode(batch);
  };
  assert.throws(() => decode(1, 3, [0]), { kind: 'internal', detail: /at 0, not at 3/ });
  decode(1, 0, [0]);
  decode(2, 0, [1]);
  assert.throws(() => decode(3, 1, [0, 1]), { kind: 'internal', detail: /not their past/ });
  assert.throws(() => backend.copyRange(0, 1, 0, 1), RangeError);
});

/** What cells mean, said as plainly as can be: each sequence is a list of tokens with the pasts they were computed in. */
test('whatever is shared and removed, the next token depends on what a sequence spells', () => {
  const step = fc.record({
    kind: fc.constantFrom('extend', 'share', 'cut', 'clear', 'page'),
    a: fc.nat(3),
    b: fc.nat(3),
    at: fc.nat(12),
    tokens: fc.array(fc.nat(50), { minLength: 1, maxLength: 6 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const backend = new SimulatedBackend({ cells: 48, sequences: 4 });
      const spelled: number[][] = [[], [], [], []];
      const sampler = backend.createSampler({});
      for (const { kind, a, b, at, tokens } of steps) {
        const own = spelled[a]!;
        if (kind === 'extend') {
          const batch = backend.createBatch();
          for (const [index, token] of tokens.entries()) {
            batch.add(token, own.length + index, [a], index === tokens.length - 1);
          }
          if (backend.decode(batch) === 'noRoom') continue;
          own.push(...tokens);
          assert.equal(sampler.sample(tokens.length - 1), nextToken(own));
        } else if (kind === 'share' && a !== b) {
          backend.removeRange(b, 0, -1);
          backend.copyRange(a, b, 0, at);
          spelled[b] = own.slice(0, at);
        } else if (kind === 'cut') {
          backend.removeRange(a, at, -1);
          own.length = Math.min(own.length, at);
        } else if (kind === 'clear') {
          backend.removeRange(a, 0, -1);
          own.length = 0;
        } else if (kind === 'page' && a !== b && own.length > 0) {
          backend.removeRange(b, 0, -1);
          spelled[b] = backend.restorePage(b, backend.savePage(a, 0, own.length)) ? [...own] : [];
        }
        backend.checkIntegrity();
        for (const [sequence, text] of spelled.entries()) {
          assert.equal(backend.lastPosition(sequence), text.length - 1);
        }
      }
    }),
  );
});

function nextToken(tokens: readonly number[]): number {
  const fresh = new SimulatedBackend({ cells: tokens.length, batchTokens: tokens.length });
  const batch = fresh.createBatch();
  for (const [position, token] of tokens.entries()) batch.add(token, position, [0], true);
  fresh.decode(batch);
  return fresh.createSampler({}).sample(tokens.length - 1);
}
