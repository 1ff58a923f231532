import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Explanation, IndexProgress, Silence } from '../../../src/completion/silence.ts';
import { type After, PROGRESS_MS, SETTLE_MS, SilenceWatch } from '../../../src/completion/silenceWatch.ts';

/** A clock that stands still until it is told how far to go. */
class Clock {
  #now = 0;
  #due: { at: number; callback: () => void }[] = [];

  readonly after: After = (ms, callback) => {
    const entry = { at: this.#now + ms, callback };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  };

  get waiting(): number {
    return this.#due.length;
  }

  async advance(ms: number): Promise<void> {
    this.#now += ms;
    const ripe = this.#due.filter(({ at }) => at <= this.#now);
    this.#due = this.#due.filter(({ at }) => at > this.#now);
    for (const { callback } of ripe) callback();
    await new Promise(setImmediate);
  }
}

const unsure: Silence = { why: 'unsure', confidence: 0.12, needed: 0.35 };

let clock: Clock;
let silence: Silence | null;
let index: IndexProgress | undefined;
let told: (string | undefined)[];
let watch: SilenceWatch;

beforeEach(() => {
  clock = new Clock();
  silence = null;
  index = undefined;
  told = [];
  watch = new SilenceWatch(
    {
      silence: async () => silence,
      index: async () => index,
      tell: (explanation: Explanation | undefined) => told.push(explanation?.word),
    },
    clock.after,
  );
});

describe('SilenceWatch', () => {
  it('says nothing while keys come, and why once they rest', async () => {
    silence = unsure;
    for (let key = 0; key < 20; key++) {
      watch.changed();
      await clock.advance(SETTLE_MS - 1);
    }
    assert.deepEqual(told, []);
    await clock.advance(1);
    assert.deepEqual(told, ['unsure']);
  });

  it('keeps what is shown while keys come, whatever each of them comes to', async () => {
    silence = unsure;
    watch.changed();
    await clock.advance(SETTLE_MS);
    for (const next of [null, { why: 'midLine' }, null, unsure] as const) {
      silence = next;
      watch.changed();
      await clock.advance(SETTLE_MS / 2);
    }
    await clock.advance(SETTLE_MS);
    assert.deepEqual(told, ['unsure'], 'the same again is not told again');
  });

  it('takes it back when something is shown', async () => {
    silence = { why: 'ignored' };
    watch.changed();
    await clock.advance(SETTLE_MS);
    silence = null;
    watch.changed();
    await clock.advance(SETTLE_MS);
    assert.deepEqual(told, ['private', undefined]);
    assert.equal(clock.waiting, 0);
  });

  it('follows the index while it grows, and ends with it', async () => {
    silence = unsure;
    index = { files: 10, pending: 90 };
    watch.changed();
    await clock.advance(SETTLE_MS);
    index = { files: 60, pending: 40 };
    await clock.advance(PROGRESS_MS);
    index = { files: 100, pending: 0 };
    await clock.advance(PROGRESS_MS);
    assert.deepEqual(told, ['indexing', 'indexing', 'unsure']);
    assert.equal(clock.waiting, 0);
  });

  it('does not ask for the index where that is not why', async () => {
    silence = { why: 'midLine' };
    index = { files: 10, pending: 90 };
    watch.changed();
    await clock.advance(SETTLE_MS);
    assert.deepEqual(told, ['mid-line']);
    assert.equal(clock.waiting, 0);
  });

  it('does not tell what it learns after a change, or after its end', async () => {
    silence = unsure;
    const slow = Promise.withResolvers<Silence | null>();
    const answers = [slow.promise, Promise.resolve<Silence | null>({ why: 'midLine' })];
    watch = new SilenceWatch(
      { silence: () => answers.shift()!, index: async () => index, tell: (text) => told.push(text?.word) },
      clock.after,
    );
    watch.changed();
    await clock.advance(SETTLE_MS);
    watch.changed();
    slow.resolve(unsure);
    await clock.advance(SETTLE_MS);
    assert.deepEqual(told, ['mid-line']);
    watch.changed();
    watch.dispose();
    await clock.advance(SETTLE_MS);
    assert.equal(clock.waiting, 0);
    assert.deepEqual(told, ['mid-line']);
  });
});
