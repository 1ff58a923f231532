import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ModelLibrary } from '../../../src/models/library.ts';

describe('ModelLibrary', () => {
  let root: string;
  let library: ModelLibrary;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'quire-library-'));
    library = new ModelLibrary(join(root, 'models'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const put = (name: string, bytes: number) => {
    mkdirSync(join(library.folder, 'incoming'), { recursive: true });
    writeFileSync(join(library.folder, name), Buffer.alloc(bytes));
  };

  it('is empty before the first download', async () => {
    assert.deepEqual(await library.list(), []);
  });

  it('lists whole models with their sizes, and knows those of the catalogue', async () => {
    put('qwen2.5-coder-0.5b-q8_0.gguf', 7);
    put('mine.gguf', 3);
    put('notes.txt', 1);
    put('incoming/half.gguf', 2);
    mkdirSync(join(library.folder, 'folder.gguf'));
    const models = await library.list();
    assert.deepEqual(
      models.map(({ fileName, sizeBytes, entry }) => [fileName, sizeBytes, entry?.id]),
      [
        ['mine.gguf', 3, undefined],
        ['qwen2.5-coder-0.5b-q8_0.gguf', 7, 'qwen2.5-coder-0.5b'],
      ],
    );
    assert.equal(models[0]?.path, join(library.folder, 'mine.gguf'));
  });

  it('deletes what it lists', async () => {
    put('mine.gguf', 3);
    await library.remove(join(library.folder, 'mine.gguf'));
    assert.deepEqual(await library.list(), []);
  });

  it("never deletes a user's own file", async () => {
    const own = join(root, 'own.gguf');
    writeFileSync(own, 'x');
    for (const path of [own, join(library.folder, '..', 'own.gguf')]) {
      await assert.rejects(library.remove(path), /own\.gguf was not downloaded by Quire/);
    }
    assert.ok(existsSync(own));
  });
});
