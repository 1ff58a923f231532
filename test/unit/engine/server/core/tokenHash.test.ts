import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tokenHash } from '../../../../../src/engine/server/core/tokenHash.ts';

const TOKENS = Int32Array.from({ length: 4_000 }, (_, i) => (i * 7_919) % 150_000);

describe('tokenHash', () => {
  it('depends on the tokens and their order, and on nothing beside them', () => {
    assert.equal(tokenHash([9, 1, 2, 8], 1, 3), tokenHash([1, 2], 0, 2));
    assert.notEqual(tokenHash([1, 2], 0, 2), tokenHash([2, 1], 0, 2));
  });

  it('fills 20 bits evenly, the low ones too', () => {
    const slots = new Uint16Array(4_096);
    for (let at = 2; at <= TOKENS.length; at++) {
      const hash = tokenHash(TOKENS, at - 2, at);
      assert.ok(hash >= 0 && hash < 2 ** 20);
      slots[hash & 4_095]!++;
    }
    // As many empty ones as chance leaves: 4,096 / e.
    const empty = slots.filter((count) => count === 0).length;
    assert.ok(Math.abs(empty - 4_096 / Math.E) < 150, `${empty}`);
    assert.ok(Math.max(...slots) < 10);
  });
});
