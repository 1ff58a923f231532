import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joined } from '../../../../../src/engine/server/core/tokens.ts';

test('rows of tokens are joined in their order, and a single one is itself', () => {
  assert.deepEqual(joined([]), new Int32Array(0));
  assert.deepEqual(joined([Int32Array.of(1, 2), new Int32Array(0), Int32Array.of(3)]), Int32Array.of(1, 2, 3));
  const row = Int32Array.of(7);
  assert.equal(joined([row]), row);
});
