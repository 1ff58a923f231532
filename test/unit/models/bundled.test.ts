import assert from 'node:assert/strict';
import { openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { it } from 'node:test';
import { BUNDLED_MODEL_PATH, SMALLEST_MODEL } from '../../../src/models/bundled.ts';

it('the bundled models are in the extension, and are GGUF files', () => {
  for (const path of [BUNDLED_MODEL_PATH, SMALLEST_MODEL.path]) {
    const magic = Buffer.alloc(4);
    readSync(openSync(resolve(import.meta.dirname, '../../..', path), 'r'), magic, 0, 4, 0);
    assert.equal(magic.toString('latin1'), 'GGUF');
  }
});
