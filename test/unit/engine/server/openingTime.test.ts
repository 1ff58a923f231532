import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { openingTime } from '../../../../src/engine/server/openingTime.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'qo-'));
after(() => rmSync(folder, { recursive: true }));

describe('openingTime', () => {
  it('grows with the bytes of all parts, and is a minute for what is small or not there', async () => {
    const make = (name: string, bytes: number) => {
      const file = path.join(folder, name);
      writeFileSync(file, '');
      truncateSync(file, bytes); // a hole: no disk is filled
      return file;
    };
    assert.equal(await openingTime(path.join(folder, 'missing.gguf')), 60_000);
    assert.equal(await openingTime(make('tiny.gguf', 6e6)), 60_060);
    assert.equal(await openingTime(make('large.gguf', 30e9)), 360_000);
    assert.equal(await openingTime(make('split-00001-of-00003.gguf', 10e9)), 360_000);
  });
});
