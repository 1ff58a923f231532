import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { CopyOptions } from '../../../../../../src/engine/protocol/index.ts';
import type { Drawer } from '../../../../../../src/engine/server/core/backend.ts';
import { CopySampler } from '../../../../../../src/engine/server/core/copy/copySampler.ts';
import { type Spellings, spellingsOf } from '../../../../../../src/engine/server/core/copy/spellings.ts';
import type { LlamaModel } from '../../../../../../src/engine/server/core/llama/model.ts';
import { openBundled } from '../../../../../helpers/native.ts';

const BEGIN = '<<<<<<< SEARCH';
const END = '=======';
const CODE = `export function sum(values: number[]): number {
  let total = 0;

  for (const value of values) {
    total += value; // 合計, naïvement 🔱
  }

  return total;
}
`;

let model: LlamaModel;
let spellings: Spellings;
before(async () => {
  model = await openBundled();
  spellings = await spellingsOf(model.tokenizer, model.info.vocabularyTokens);
});
after(() => model.dispose());

/** A backend whose logits are noise, of its own for each token, and what draws the likeliest one from them. */
function noise(seed: number, first = 0): { logits(row: number, target?: Float32Array): Float32Array; drawer: Drawer } {
  let rows = first;
  const logits = (_: number, target = new Float32Array(model.info.vocabularyTokens)): Float32Array => {
    let state = Math.imul(seed + 1, 0x85ebca6b) ^ Math.imul(++rows, 0x27d4eb2f);
    for (let token = 0; token < target.length; token++) {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
      target[token] = (state >>> 8) / 2 ** 24;
    }
    return target;
  };
  const draw = (given: Float32Array, among = Int32Array.from(given.keys())): number =>
    among.reduce((best, token) => (given[token]! > given[best]! ? token : best));
  const drawer: Drawer = { sample: (row) => draw(logits(row)), draw, accept: () => {}, dispose: () => {} };
  return { logits, drawer };
}

function samplerOf(seed: number, options: Partial<CopyOptions> = {}, begun = 0): CopySampler {
  const backend = noise(seed, begun);
  return new CopySampler(backend, backend.drawer, spellings, { begin: BEGIN, end: END, texts: [CODE], ...options });
}

const spelt = (tokens: readonly number[]): string =>
  Buffer.concat(tokens.map((token) => model.tokenizer.bytes(token))).toString('utf8');

/** Enters a block, and draws until it ends. @returns what stands in it, and its tokens. */
function block(sampler: CopySampler, before = 'Like this:\n'): { copied: string; tokens: number[] } {
  for (const token of model.tokenizer.encode(`${before}${BEGIN}\n`)) sampler.resume(token);
  const tokens: number[] = [];
  for (;;) {
    tokens.push(sampler.sample(0));
    const [copied, rest] = `\n${spelt(tokens)}`.split(`\n${END}\n`);
    if (rest !== undefined) return { copied: `${copied!.slice(1)}\n`, tokens };
    assert(tokens.length < 5_000, 'a block without end');
  }
}

describe('what is copied', () => {
  test('is consecutive whole lines of a text, whatever the model would rather say', () => {
    const line = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replace(/[\r\n]/g, ' '));
    const lines = fc.array(fc.oneof(line, fc.constantFrom('', '  }', '  return x;')), { minLength: 1, maxLength: 12 });
    const property = fc.property(fc.integer(), fc.array(lines, { minLength: 1, maxLength: 3 }), (seed, texts) => {
      const { copied } = block(samplerOf(seed, { texts: texts.map((each) => `${each.join('\r\n')}\r\n`) }));
      const found = texts.some((each) => `\n${each.join('\n')}\n`.toWellFormed().includes(`\n${copied}`));
      assert(found, JSON.stringify({ copied, texts }));
    });
    fc.assert(property, { numRuns: 60 });
  });

  test('begins and ends in many places', () => {
    const copies = new Set(Array.from({ length: 60 }, (_, seed) => block(samplerOf(seed)).copied));
    for (const copied of copies) assert(`\n${CODE}`.includes(`\n${copied}`), copied);
    assert(copies.size > 10);
  });

  test('is never a line that is a marker itself: what is before it ends the block', () => {
    const texts = [`Title\n${END}\nfirst\n${BEGIN}\nsecond\n`];
    const copies = new Set(Array.from({ length: 40 }, (_, seed) => block(samplerOf(seed, { texts })).copied));
    assert.deepEqual([...copies].sort(), ['Title\n', 'first\n', 'second\n']);
  });

  test('is the same where the first tokens were drawn before, in another engine', () => {
    const { tokens } = block(samplerOf(7));
    assert(tokens.length > 5);
    for (let begun = 0; begun <= tokens.length; begun++) {
      const sampler = samplerOf(7, {}, begun);
      for (const token of [...model.tokenizer.encode(`${BEGIN}\n`), ...tokens.slice(0, begun)]) sampler.resume(token);
      const rest = tokens.slice(begun).map(() => sampler.sample(0));
      assert.deepEqual(rest, tokens.slice(begun));
    }
  });
});

describe('where the file of a block is announced', () => {
  const options = {
    texts: ['one\n', 'two\n', 'three\n', 'four\n'],
    names: ['file:///w/src/a.ts', 'file:///w/src/b.ts', 'file:///w/lib/b.ts', ''],
    announcing: ['```', 'path:'],
  };
  const copies = (before: string, more: Partial<CopyOptions> = {}): string =>
    [
      ...new Set(
        Array.from({ length: 40 }, (_, seed) => block(samplerOf(seed, { ...options, ...more }), before).copied),
      ),
    ]
      .map((copied) => copied.trim())
      .sort()
      .join();

  test('it is copied from its texts, and from those that may be of any file', () => {
    assert.equal(copies('```ts src/a.ts\n'), 'four,one');
    assert.equal(copies('```ts\r\n'), 'four,one,three,two');
    assert.equal(copies('In `src/a.ts`:\n'), 'four,one,three,two');
    assert.equal(copies('<<<call edit>>>\nPath: ./src/b.ts\n'), 'four,two');
    assert.equal(copies('```title="b.ts"\n'), 'four,three,two');
    assert.equal(copies('```ts src/other.ts\n'), 'four');
  });

  test('the last one counts, also behind another block, and what is in that announces nothing', () => {
    const first = `\`\`\`ts src/a.ts\n${BEGIN}\none\n${END}\nnew\n>>>>>>> REPLACE\n`;
    assert.equal(copies(first), 'four,one');
    assert.equal(copies(`${first}\`\`\`\n`), 'four,one,three,two');
    assert.equal(copies(`${first}\`\`\`\n\n\`\`\`ts:src/b.ts\n`), 'four,two');
    const texts = ['one\n', '```ts src/a.ts\n', 'three\n', 'four\n'];
    const block = `\`\`\`md src/b.ts\n${BEGIN}\n${texts[1]}${END}\nnew\n>>>>>>> REPLACE\n`;
    assert.equal(copies(block, { texts }), '```ts src/a.ts,four');
  });

  test('the model is on its own where the file is none that is known', () => {
    const { drawer } = noise(5);
    const sampler = samplerOf(5, { ...options, texts: options.texts.slice(0, 3), names: options.names.slice(0, 3) });
    for (const token of model.tokenizer.encode(`path: src/other.ts\n${BEGIN}\n`)) sampler.resume(token);
    for (let n = 0; n < 20; n++) assert.equal(sampler.sample(0), drawer.sample(0));
  });
});

describe('a sampler that copies', () => {
  test('refuses in words what was begun otherwise', () => {
    const sampler = samplerOf(1);
    for (const token of model.tokenizer.encode(`${BEGIN}\n`)) sampler.resume(token);
    const [wrong] = model.tokenizer.encode('import');
    assert.throws(() => sampler.resume(wrong!), { kind: 'promptInvalid', message: /does not fit the files/ });
  });

  test('draws outside of blocks as the drawer does alone', () => {
    for (let seed = 0; seed < 5; seed++) {
      const { drawer } = noise(seed);
      const sampler = samplerOf(seed);
      for (let n = 0; n < 50; n++) assert.equal(sampler.sample(0), drawer.sample(0));
    }
  });

  test('leaves the model on its own where there is nothing to copy', () => {
    const { drawer } = noise(5);
    const sampler = samplerOf(5, { texts: ['', `${END}\n`] });
    for (const token of model.tokenizer.encode(`${BEGIN}\n`)) sampler.resume(token);
    for (let n = 0; n < 20; n++) assert.equal(sampler.sample(0), drawer.sample(0));
  });
});
