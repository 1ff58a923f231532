import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { Tokenizer } from '../../../../../../src/engine/server/core/backend.ts';
import { type LlamaModel, openModel } from '../../../../../../src/engine/server/core/llama/model.ts';
import { booleanEntry, type Entry, editBundledModel, withEntries } from '../../../../../helpers/gguf.ts';
import { cpuLibrary, openBundled } from '../../../../../helpers/native.ts';

const ARRAY_OF_INT32_HEADER = 12;

const folder = mkdtempSync(path.join(tmpdir(), 'quire-tokenizer-'));
const models: LlamaModel[] = [];
let tokenizer: Tokenizer;

before(async () => {
  models.push(await openBundled());
  tokenizer = models[0]!.tokenizer;
});
after(() => {
  for (const model of models) model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function edited(name: string, change: (entries: Entry[]) => Entry[]): Promise<LlamaModel> {
  const file = editBundledModel(path.join(folder, name), change);
  const model = await openModel(await cpuLibrary(), { path: file, contextTokens: 0 });
  models.push(model);
  return model;
}

function decode(from: Tokenizer, tokens: Iterable<number>): string {
  return Buffer.concat([...tokens].map((token) => from.bytes(token))).toString('utf8');
}

describe('text survives the way to tokens and back', () => {
  const texts = {
    code: 'export const f = async <T>(x: T): Promise<T[]> => {\n  return [x, ...rest].map((y) => y!);\n};\n',
    tabs: '\tif (a) {\n\t\treturn b;\n\t}\n\t\t\t\t\t\t\tend',
    spaces: 'a  b   c    d                                   e ',
    crlf: 'const a = 1;\r\n\r\n\tconst b = 2;\r\n',
    emoji: 'const party = "🎉👩‍👩‍👧‍👦🏳️‍🌈";',
    chinese: '// 计算两个数的和\nconst 结果 = 加(一, 二);',
    others: 'naïve Ελληνικά עברית हिन्दी \u0000 \u200b end',
    space: ' ',
    newline: '\n',
  };
  for (const [name, text] of Object.entries(texts)) {
    test(name, () => assert.equal(decode(tokenizer, tokenizer.encode(text)), text));
  }

  test('any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        assert.equal(decode(tokenizer, tokenizer.encode(text)), text);
      }),
    );
  });

  test('nothing', () => {
    assert.equal(tokenizer.encode('').length, 0);
    assert.equal(tokenizer.encodeTemplate('').length, 0);
  });

  test('a text of a megabyte, whose pieces have the tokens of the whole', () => {
    const text = 'function f() {\n  return 42;\n}\n'.repeat(40_000);
    const tokens = tokenizer.encode(text);
    assert.equal(decode(tokenizer, tokens), text);
    const once = tokenizer.encode('function f() {\n  return 42;\n}\n');
    assert.deepEqual(
      tokens.slice(0, once.length * 100),
      Int32Array.from(
        Array(100)
          .fill([...once])
          .flat(),
      ),
    );
    assert.equal(tokens.length, once.length * 40_000);
  });
});

describe('special tokens', () => {
  const spelling = '<|fim_prefix|>';

  test('are plain text in text and tokens in a template', () => {
    const special = tokenizer.special('fimPrefix')!;
    assert(!tokenizer.encode(`a ${spelling} b`).includes(special));
    assert.equal(decode(tokenizer, tokenizer.encode(`a ${spelling} b`)), `a ${spelling} b`);
    assert.deepEqual([...tokenizer.encodeTemplate(spelling)], [special]);
  });

  test('write nothing', () => {
    assert.equal(tokenizer.bytes(tokenizer.special('fimMiddle')!).length, 0);
  });

  test('end an answer where the vocabulary says so', () => {
    const [end] = tokenizer.encodeTemplate('<|endoftext|>');
    assert.equal(tokenizer.isEnd(end!), true);
    assert.equal(tokenizer.isEnd(end!), true);
    const [plain] = tokenizer.encode('a');
    assert.equal(tokenizer.isEnd(plain!), false);
  });

  test('are plain text also where the file calls them ordinary words', async () => {
    const USER_DEFINED = 4;
    const model = await edited('user-defined.gguf', (entries) =>
      entries.map((entry) => {
        if (entry.key !== 'tokenizer.ggml.token_type') return entry;
        const value = Buffer.from(entry.value);
        for (let token = 3; token <= 8; token++) value.writeInt32LE(USER_DEFINED, ARRAY_OF_INT32_HEADER + 4 * token);
        return { ...entry, value };
      }),
    );
    const text = `${spelling}a${spelling}${spelling}<|endoftext|>`;
    const tokens = model.tokenizer.encode(text);
    assert.equal(decode(model.tokenizer, tokens), text);
    assert(![...tokens].some((token) => token >= 3 && token <= 8), tokens.join());
  });

  test('a beginning is named only by a model that wants one', async () => {
    assert.equal(tokenizer.special('bos'), undefined);
    const model = await edited('bos.gguf', (entries) =>
      withEntries(entries, booleanEntry('tokenizer.ggml.add_bos_token', true)),
    );
    assert.equal(model.tokenizer.special('bos'), 1);
    assert(model.info.specialTokens.includes('bos'));
    assert(!model.tokenizer.encode('text').includes(1));
  });

  test('numbers that are no tokens are refused', () => {
    for (const token of [-1, 8192, 0.5]) {
      assert.throws(() => tokenizer.bytes(token), RangeError);
      assert.throws(() => tokenizer.isEnd(token), RangeError);
    }
  });
});

test('no space appears where the vocabulary puts one before every text', async () => {
  const model = await edited('space.gguf', (entries) =>
    withEntries(entries, booleanEntry('tokenizer.ggml.add_space_prefix', true)),
  );
  for (const text of ['return x;', ' return x;', '🔱', 'é', '\u{1F531} x']) {
    assert.equal(decode(model.tokenizer, model.tokenizer.encode(text)), text);
    assert.deepEqual(model.tokenizer.encode(text), tokenizer.encode(text));
  }
});
