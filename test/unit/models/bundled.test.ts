import assert from 'node:assert/strict';
import { openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { it } from 'node:test';
import { BUNDLED_MODEL_PATH } from '../../../src/models/bundled.ts';

it('the bundled model is in the extension, and is a GGUF file', () => {
  const magic = Buffer.alloc(4);
  readSync(openSync(resolve(import.meta.dirname, '../../..', BUNDLED_MODEL_PATH), 'r'), magic, 0, 4, 0);
  assert.equal(magic.toString('latin1'), 'GGUF');
});
