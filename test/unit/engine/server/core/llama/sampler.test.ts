import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { SamplingOptions } from '../../../../../../src/engine/protocol/index.ts';
import type { LlamaBackend } from '../../../../../../src/engine/server/core/llama/backend.ts';
import type { LlamaModel } from '../../../../../../src/engine/server/core/llama/model.ts';
import { openBundled } from '../../../../../helpers/native.ts';

let model: LlamaModel;
let backend: LlamaBackend;
before(async () => {
  model = await openBundled();
  backend = model.createBackend({ cells: 1024, sequences: 2 });
});
after(() => model.dispose());

const PROMPT = 'export function sum(values: number[]): number {\n  let total = 0;\n  for (const value of values) {\n';

/** Text that the model writes after a prompt. */
function write(sampling: SamplingOptions, maxTokens = 24, prompt = PROMPT): string {
  const { tokenizer } = model;
  const tokens = tokenizer.encode(prompt);
  const batch = backend.createBatch();
  const sampler = backend.createSampler(sampling);
  backend.removeRange(0, 0, -1);
  let row = 0;
  for (const [position, token] of tokens.entries()) {
    row = batch.add(token, position, [0], position === tokens.length - 1);
    sampler.accept(token);
  }
  const written: Uint8Array[] = [];
  for (let position = tokens.length; ; position++) {
    assert.equal(backend.decode(batch), 'ok');
    const token = sampler.sample(row);
    if (tokenizer.isEnd(token) || written.length === maxTokens) break;
    written.push(tokenizer.bytes(token));
    batch.clear();
    row = batch.add(token, position, [0], true);
  }
  sampler.dispose();
  return Buffer.concat(written).toString('utf8');
}

/** Draws from the same row again and again. */
function draws(sampling: SamplingOptions, count = 200): Set<number> {
  write({}, 0);
  const batch = backend.createBatch();
  backend.removeRange(1, 0, -1);
  batch.add(model.tokenizer.encode('a')[0]!, 0, [1], true);
  backend.decode(batch);
  const sampler = backend.createSampler({ seed: 1, ...sampling });
  return new Set(Array.from({ length: count }, () => sampler.sample(0)));
}

describe('drawing', () => {
  test('greedy writes the same text each time', () => {
    assert.equal(write({}), write({}));
    assert.equal(write({}), write({ temperature: 0, seed: 3 }));
  });

  test('the same seed writes the same text, another seed another', () => {
    const hot = { temperature: 1.5 };
    assert.equal(write({ ...hot, seed: 1 }), write({ ...hot, seed: 1 }));
    assert.notEqual(write({ ...hot, seed: 1 }), write({ ...hot, seed: 2 }));
  });

  test('without a seed texts differ', () => {
    const texts = new Set(Array.from({ length: 4 }, () => write({ temperature: 1.5 })));
    assert(texts.size > 1);
  });

  test('a low temperature comes close to greedy', () => {
    assert.equal(write({ temperature: 0.0005, seed: 5 }), write({}));
  });

  test('topK 1, and a tiny topP, leave the likeliest token only', () => {
    assert.equal(write({ temperature: 2, topK: 1, seed: 9 }), write({}));
    assert.equal(write({ temperature: 2, topP: 1e-6, seed: 9 }), write({}));
  });

  test('topK, topP and minP narrow the choice', () => {
    const all = draws({ temperature: 2 }).size;
    assert(draws({ temperature: 2, topK: 5 }).size <= 5);
    assert(draws({ temperature: 2, topP: 0.3 }).size < all);
    assert(draws({ temperature: 2, minP: 0.2 }).size < all);
  });

  test('the penalty keeps the model from repeating itself', () => {
    const prompt = 'a, a, a, a, a, a, a, a, a, a, a, a,';
    const repeats = (text: string): number => text.split('a,').length;
    const [free, penalised] = [write({}, 24, prompt), write({ repeatPenalty: 2, repeatLastN: 64 }, 24, prompt)];
    assert(repeats(penalised) < repeats(free), `${free} | ${penalised}`);
  });
});

describe('a grammar', () => {
  test('is obeyed to the letter', () => {
    const text = write({ grammar: 'root ::= "yes" | "no"' });
    assert.match(text, /^(?:yes|no)$/);
  });

  test('is obeyed whatever the temperature', () => {
    const grammar = 'root ::= "{" pair ("," pair)? "}"\npair ::= "\\"" [a-z]{1,6} "\\":" [1-9] [0-9]{0,2}';
    for (let seed = 0; seed < 5; seed++) {
      const text = write({ grammar, temperature: 1.5, seed }, 60);
      assert.doesNotThrow(() => JSON.parse(text), text);
    }
  });

  test('can ask for text outside ASCII', () => {
    assert.equal(write({ grammar: 'root ::= "é計🎉"' }), 'é計🎉');
  });

  test('begins with the answer: the prompt is not held against it', () => {
    assert.match(write({ grammar: 'root ::= [0-9]{3}', repeatPenalty: 1.3 }), /^[0-9]{3}$/);
  });

  test('that forbids what the model would write gets the next likeliest', () => {
    const free = write({}, 6);
    assert(free.includes(' '));
    const held = write({ grammar: 'root ::= [^ ]*' }, 6);
    assert(held.length > 0 && !held.includes(' '), held);
  });

  test('that allows what the model would write changes nothing', () => {
    assert.equal(write({ grammar: 'root ::= [^\\x00]*' }), write({}));
    assert.equal(write({ grammar: 'root ::= [^\\x00]*', repeatPenalty: 1.5 }), write({ repeatPenalty: 1.5 }));
  });

  test('and a seed write the same text each time', () => {
    const sampling = { grammar: 'root ::= [a-f]+', temperature: 3, seed: 4 };
    assert.equal(write(sampling), write(sampling));
    assert.match(write(sampling), /^[a-f]+$/);
  });

  test('that is complete ends the answer', () => {
    assert.equal(write({ grammar: 'root ::= "ab"' }), 'ab');
  });

  test('that no token fits is refused in words, and nothing breaks', () => {
    assert.throws(() => write({ grammar: 'root ::= "\\x00"' }), { kind: 'grammarInvalid', message: /No token/ });
    assert.equal(write({ grammar: 'root ::= "ab"' }), 'ab');
  });

  test('may be a large one', () => {
    const words = Array.from({ length: 2_000 }, (_, index) => `"word${index}"`).join(' | ');
    assert.match(write({ grammar: `root ::= ${words}` }), /^word\d+$/);
  });

  const broken = {
    empty: '',
    blank: ' \n',
    'no rule': 'hello',
    'no root': 'start ::= "a"',
    'undefined rule': 'root ::= missing',
    'left recursion': 'root ::= root "a" | "b"',
    'open string': 'root ::= "a',
    'open class': 'root ::= [a-z',
    'open group': 'root ::= ("a" | "b"',
    'nothing to repeat': 'root ::= *',
    'too many repetitions': 'root ::= "a"{100000}',
    'groups without end': `root ::= ${'('.repeat(100_000)}"a"${')'.repeat(100_000)}`,
    'a NUL': 'root ::= "a\0',
  };
  for (const [name, grammar] of Object.entries(broken)) {
    test(`that is broken is refused in words: ${name}`, () => {
      assert.throws(() => backend.createSampler({ grammar }), {
        name: 'EngineFailure',
        kind: 'grammarInvalid',
        message: /grammar/,
      });
    });
  }
});

test('a row that was not asked for cannot be sampled, and nothing breaks', () => {
  write({}, 1);
  const sampler = backend.createSampler({});
  for (const row of [-1, 1, 100_000, Number.NaN]) assert.throws(() => sampler.sample(row), RangeError);
  sampler.dispose();
  assert.throws(() => sampler.sample(0), /disposed/);
  assert.throws(() => sampler.accept(0), /disposed/);
});

describe('drawing among some tokens', () => {
  const logitsOf = (likely: Record<string, number>): Float32Array => {
    const logits = new Float32Array(model.info.vocabularyTokens).fill(-5);
    for (const [text, logit] of Object.entries(likely)) logits[tokenOf(text)] = logit;
    return logits;
  };
  const tokenOf = (text: string): number => model.tokenizer.encode(text)[0]!;

  test('takes the likeliest of them, by what its options leave', () => {
    const logits = logitsOf({ a: 9, b: 3, c: 2.9, d: -4 });
    const among = Int32Array.from(['b', 'c', 'd'], tokenOf);
    const drawn = (sampling: SamplingOptions): Set<number> => {
      const sampler = backend.createSampler({ seed: 1, ...sampling });
      const tokens = new Set(Array.from({ length: 100 }, () => sampler.draw(logits, among)));
      sampler.dispose();
      return tokens;
    };
    assert.deepEqual([...drawn({})], [tokenOf('b')]);
    assert.deepEqual([...drawn({ temperature: 1, topP: 0.9, minP: 0.05 })].sort(), ['b', 'c'].map(tokenOf).sort());
  });

  test('holds to the grammar, and says where that allows none of them', () => {
    const logits = logitsOf({ a: 9, b: 3, c: 2 });
    const sampler = backend.createSampler({ grammar: 'root ::= "cb"' });
    const among = Int32Array.from(['b', 'c'], tokenOf);
    assert.deepEqual([sampler.draw(logits, among), sampler.draw(logits, among)], [tokenOf('c'), tokenOf('b')]);
    sampler.dispose();
    const other = backend.createSampler({ grammar: 'root ::= "a"' });
    assert.throws(() => other.draw(logits, among), { kind: 'grammarInvalid' });
    other.dispose();
  });
});
