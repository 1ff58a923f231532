import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { EngineFailure } from '../../../../../../src/engine/server/core/failure.ts';
import { openModel } from '../../../../../../src/engine/server/core/llama/model.ts';
import {
  BUNDLED_MODEL,
  booleanEntry,
  editBundledModel,
  makeCorruptModel,
  makeEmbeddingModel,
  makeModelWithoutFim,
  makeTruncatedModel,
  numberEntry,
  readGguf,
  textEntry,
  withEntries,
  writeGguf,
} from '../../../../../helpers/gguf.ts';
import { cpuLibrary, openBundled } from '../../../../../helpers/native.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-models-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function failureOf(file: string): Promise<EngineFailure> {
  try {
    const model = await openModel(await cpuLibrary(), { path: file, contextTokens: 0 });
    model.dispose();
  } catch (error) {
    assert(error instanceof EngineFailure, String(error));
    return error;
  }
  return assert.fail(`${file} was opened`);
}

describe('a good model', () => {
  test('says what it is', async () => {
    const model = await openBundled();
    const { info } = model;
    assert.equal(info.architecture, 'llama');
    assert.equal(info.name, 'tiny-code-fim');
    assert.equal(info.trainedContextTokens, 1024);
    assert.equal(info.contextTokens, 1024);
    assert.equal(info.vocabularyTokens, 8192);
    assert.equal(info.parameters, 5_376_768);
    assert.deepEqual(info.specialTokens, ['fimPrefix', 'fimSuffix', 'fimMiddle', 'fimSeparator']);
    assert.deepEqual(info.capabilities, { generates: true, completes: true, chats: false, embeds: false });
    assert.equal(info.device, 'cpu');
    model.dispose();
    model.dispose();
  });

  test('clamps the context to what it was trained for', async () => {
    const [short, long] = [await openBundled({ contextTokens: 256 }), await openBundled({ contextTokens: 9_999 })];
    assert.equal(short.info.contextTokens, 256);
    assert.equal(long.info.contextTokens, 1024);
    assert.notEqual(short.info.id, long.info.id);
    short.dispose();
    long.dispose();
  });

  test('has the same id each time it is opened', async () => {
    const [one, two] = [await openBundled(), await openBundled()];
    assert.equal(one.info.id, two.info.id);
    one.dispose();
    two.dispose();
  });

  test('loads without holding up the event loop', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    (await openBundled()).dispose();
    clearInterval(timer);
    assert(turns > 0);
  });

  test('without marker tokens opens, and has no special tokens', async () => {
    const model = await openModel(await cpuLibrary(), { path: makeModelWithoutFim(folder), contextTokens: 0 });
    assert.deepEqual(model.info.specialTokens, []);
    assert.equal(model.tokenizer.special('fimPrefix'), undefined);
    model.dispose();
  });

  test('survives a rewrite of its metadata', async () => {
    const copy = editBundledModel(path.join(folder, 'copy.gguf'), (entries) => entries);
    assert.deepEqual(readFileSync(copy), readFileSync(BUNDLED_MODEL));
  });
});

describe('a bad file gives one clear error', () => {
  const cases: { name: string; make: () => string; kind: string; words: RegExp }[] = [
    { name: 'missing', make: () => path.join(folder, 'none.gguf'), kind: 'modelMissing', words: /cannot be found/ },
    { name: 'a folder', make: () => folder, kind: 'modelMissing', words: /not a file/ },
    {
      name: 'not GGUF',
      make: () => {
        const file = path.join(folder, 'text.gguf');
        writeFileSync(file, 'hello');
        return file;
      },
      kind: 'modelCorrupt',
      words: /not a GGUF file/,
    },
    {
      name: 'empty',
      make: () => {
        const file = path.join(folder, 'empty.gguf');
        writeFileSync(file, '');
        return file;
      },
      kind: 'modelCorrupt',
      words: /not a GGUF file/,
    },
    {
      name: 'random bytes',
      make: () => makeCorruptModel(folder),
      kind: 'modelCorrupt',
      words: /makes no sense|header|unknown/,
    },
    { name: 'truncated', make: () => makeTruncatedModel(folder), kind: 'modelCorrupt', words: /cut off/ },
    { name: 'bert', make: () => makeEmbeddingModel(folder), kind: 'modelNotGenerative', words: /embedding model/ },
    {
      name: 'a decoder that pools',
      make: () =>
        editBundledModel(path.join(folder, 'pooling.gguf'), (entries) =>
          withEntries(entries, numberEntry('llama.pooling_type', 3)),
        ),
      kind: 'modelNotGenerative',
      words: /embedding model/,
    },
    {
      name: 'attention that looks ahead',
      make: () =>
        editBundledModel(path.join(folder, 'ahead.gguf'), (entries) =>
          withEntries(entries, booleanEntry('llama.attention.causal', false)),
        ),
      kind: 'modelNotGenerative',
      words: /embedding model/,
    },
    {
      name: 'a projector',
      make: () =>
        editBundledModel(path.join(folder, 'mmproj.gguf'), (entries) =>
          withEntries(entries, textEntry('general.type', 'mmproj')),
        ),
      kind: 'modelNotGenerative',
      words: /only a part/,
    },
    {
      name: 'of an unknown architecture',
      make: () =>
        editBundledModel(path.join(folder, 'unknown.gguf'), (entries) =>
          withEntries(entries, textEntry('general.architecture', 'gizmo')),
        ),
      kind: 'modelCorrupt',
      words: /gizmo/,
    },
    {
      name: 'without tensors',
      make: () =>
        writeGguf(path.join(folder, 'hollow.gguf'), {
          entries: readGguf(BUNDLED_MODEL).entries,
          tensorCount: 0n,
          tensorInfo: Buffer.alloc(0),
          tensorData: Buffer.alloc(0),
        }),
      kind: 'modelCorrupt',
      words: /no tensors/,
    },
    {
      name: 'with more layers than any model',
      make: () =>
        editBundledModel(path.join(folder, 'deep.gguf'), (entries) =>
          withEntries(entries, numberEntry('llama.block_count', 4_000_000)),
        ),
      kind: 'modelCorrupt',
      words: /4000000 layers/,
    },
    {
      name: 'with a string longer than the file',
      make: () => {
        const file = path.join(folder, 'string.gguf');
        const model = readFileSync(BUNDLED_MODEL);
        model.writeBigUInt64LE(2n ** 62n, 24);
        writeFileSync(file, model);
        return file;
      },
      kind: 'modelCorrupt',
      words: /makes no sense/,
    },
    {
      name: 'without a layer width',
      make: () =>
        editBundledModel(path.join(folder, 'widthless.gguf'), (entries) =>
          entries.filter(({ key }) => key !== 'llama.embedding_length'),
        ),
      kind: 'modelCorrupt',
      words: /refuses it/,
    },
  ];
  for (const { name, make, kind, words } of cases) {
    test(name, async () => {
      const failure = await failureOf(make());
      assert.equal(failure.kind, kind, failure.message);
      assert.match(failure.message, words);
      assert.match(failure.message, /Choose|Download/);
    });
  }

  test('wherever it is cut off', async () => {
    const model = readFileSync(BUNDLED_MODEL);
    for (const length of [5, 8, 20, 24, 100, 1_000, 100_000, 300_000, 400_000, model.length - 1]) {
      const file = path.join(folder, `cut-${length}.gguf`);
      writeFileSync(file, model.subarray(0, length));
      assert.equal((await failureOf(file)).kind, 'modelCorrupt', String(length));
    }
  });

  test('a context that no memory can hold', async () => {
    const model = await openBundled();
    assert.throws(() => model.createBackend({ cells: 2_000_000_000 }), { kind: 'outOfMemory', message: /Choose/ });
    model.dispose();
  });
});
