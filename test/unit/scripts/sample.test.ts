import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { sampleCopy } from '../../../scripts/lib/sample.mjs';
import { repositoryOf } from '../../../src/files/gitConfig.ts';
import { repository } from '../../helpers/engine.ts';

const read = (file: string) => readFile(file, 'utf8').catch(() => undefined);

test('the copy of the sample is whole, and in no repository, whose ignore rules could make it private', async () => {
  const copy = sampleCopy();
  try {
    const names = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    const original = path.join(repository, 'samples/bookshop');
    assert.deepEqual(names(copy), names(original));
    const report = 'src/report.ts';
    assert.equal(readFileSync(path.join(copy, report), 'utf8'), readFileSync(path.join(original, report), 'utf8'));
    assert.equal(await repositoryOf(copy, read), undefined);
  } finally {
    rmSync(path.dirname(copy), { recursive: true });
  }
  assert.ok(!existsSync(copy));
});
