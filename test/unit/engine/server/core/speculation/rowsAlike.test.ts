import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Arbiter } from '../../../../../../src/engine/server/core/arbiter.ts';
import type { DecodeBatch, DecodeOutcome } from '../../../../../../src/engine/server/core/backend.ts';
import { SimulatedBackend } from '../../../../../../src/engine/server/core/simulated/backend.ts';
import { rowsAlike } from '../../../../../../src/engine/server/core/speculation/rowsAlike.ts';

/** From so many rows on, each logit is so much off. */
class Rounding extends SimulatedBackend {
  readonly #from: number;
  readonly #off: number;
  #rowsOff = 0;

  constructor(from: number, off: number, fixedMs = 1) {
    super({ cells: 64, costs: { fixedMs, tokenMs: 0.1 } });
    this.#from = from;
    this.#off = off;
  }

  override decode(batch: DecodeBatch): DecodeOutcome {
    this.#rowsOff = batch.length >= this.#from ? this.#off : 0;
    return super.decode(batch);
  }

  override logits(row: number, target?: Float32Array<ArrayBuffer>): Float32Array {
    return super.logits(row, target).map((logit) => logit + this.#rowsOff);
  }
}

describe('rowsAlike', () => {
  it('is any number where rows are computed as they are alone, or nearly', async () => {
    assert.equal((await rowsAlike(new Rounding(2, 0), new Arbiter())).most, Number.POSITIVE_INFINITY);
    assert.equal((await rowsAlike(new Rounding(2, 0.4), new Arbiter())).most, Number.POSITIVE_INFINITY);
  });

  it('ends where several are computed otherwise', async () => {
    for (const [from, most] of [
      [2, 1],
      [3, 2],
      [4, 3],
      [5, 4],
      [9, 8],
    ] as const)
      assert.equal((await rowsAlike(new Rounding(from, 1.5), new Arbiter())).most, most, `from ${from} rows on`);
  });

  it('says what few rows take', async () => {
    const leaning = new SimulatedBackend({ cells: 64, costs: { fixedMs: 22, tokenMs: 7, contextTokenMs: 0 } });
    const { ms } = await rowsAlike(leaning, new Arbiter());
    assert.deepEqual(
      [...ms].map(([rows, each]) => [rows, Math.round(each)]),
      [1, 2, 3, 4, 8, 16].map((rows) => [rows, 22 + 7 * rows]),
    );
  });

  it('takes no longer than it is worth, and leaves the cache empty', async () => {
    const slow = new Rounding(2, 0, 600);
    assert.equal((await rowsAlike(slow, new Arbiter())).most, 4);
    assert(slow.now() < 3_100);
    assert.equal(slow.usedCells, 0);
    assert.equal(slow.lastPosition(0), -1);
  });
});
