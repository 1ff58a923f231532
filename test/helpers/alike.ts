/**
 * What libllama promises of a text that is computed twice: the same logits where the same cells lie in the same order and
 * are computed in the same chunks, and else logits that are a little apart, because sums are made in another order and
 * rounded to 8 bits. So a run is held against another token by token, along the text of the first.
 */
import assert from 'node:assert/strict';
import type { DecodeBackend, Sampler } from '../../src/engine/server/core/backend.ts';

/**
 * Largest distance of a logit that order and chunks may make with matrices in 8 bits and a cache in 16.
 * `../engine/inference.test.ts` prints what it is here.
 */
export const LOGIT_DISTANCE = 0.5;

/** The model had its say: its logits, and the token that the library's greedy sampler chose. */
export interface Step {
  readonly token: number;
  readonly logits: Float32Array;
}

/** Chooses the likeliest token, or the one of a run before, and writes down what it saw. */
export class Recorder implements Sampler {
  readonly steps: Step[] = [];
  readonly #backend: Pick<DecodeBackend, 'logits'>;
  readonly #greedy: Sampler;
  readonly #leader: readonly Step[];

  /** @param leader the run whose text is followed, whatever this one would say. */
  constructor(backend: Pick<DecodeBackend, 'logits' | 'createSampler'>, leader: readonly Step[] = []) {
    this.#backend = backend;
    this.#greedy = backend.createSampler({});
    this.#leader = leader;
  }

  sample(row: number): number {
    const step = { token: this.#greedy.sample(row), logits: this.#backend.logits(row) };
    const followed = this.#leader[this.steps.length] ?? step;
    this.steps.push(step);
    return followed.token;
  }

  accept(token: number): void {
    this.#greedy.accept(token);
  }

  dispose(): void {
    this.#greedy.dispose();
  }
}

/** The largest difference of two logits of the same token; NaN where one is none. */
export function distance(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  let most = 0;
  for (let token = 0; token < a.length; token++) most = Math.max(most, Math.abs(a[token]! - b[token]!));
  return most;
}

/** How far the largest logit is above the second. */
export function lead(logits: Float32Array): number {
  let [first, second] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const logit of logits) {
    if (logit > first) [first, second] = [logit, first];
    else if (logit > second) second = logit;
  }
  return first - second;
}

/** What a comparison came to. */
export interface Likeness {
  /** Largest distance of two logits. */
  distance: number;
  /** Steps, and those whose lead is large enough that the token has to be the same. */
  steps: number;
  clear: number;
  /** Steps where the sampler chose another token. */
  others: number;
}

/**
 * Holds a run against the one whose text it followed.
 * @throws AssertionError where logits are further apart than `bound`, or another token was chosen although the lead of the
 * first is larger than twice that.
 */
export function assertAlike(run: readonly Step[], expected: readonly Step[], bound = LOGIT_DISTANCE): Likeness {
  assert.equal(run.length, expected.length, 'another number of tokens');
  const likeness = { distance: 0, steps: run.length, clear: 0, others: 0 };
  for (const [i, step] of run.entries()) {
    const { token, logits } = expected[i]!;
    const apart = distance(step.logits, logits);
    assert.ok(apart <= bound, `token ${i}: logits are ${apart} apart`);
    const clear = lead(logits) > 2 * bound;
    if (clear) assert.equal(step.token, token, `token ${i}: another one, though its lead is ${lead(logits)}`);
    likeness.distance = Math.max(likeness.distance, apart);
    likeness.clear += clear ? 1 : 0;
    likeness.others += step.token === token ? 0 : 1;
  }
  return likeness;
}

/** All comparisons of a test in one. */
export function together(parts: readonly Likeness[]): Likeness {
  const all = { distance: 0, steps: 0, clear: 0, others: 0 };
  for (const part of parts) {
    all.distance = Math.max(all.distance, part.distance);
    all.steps += part.steps;
    all.clear += part.clear;
    all.others += part.others;
  }
  return all;
}
