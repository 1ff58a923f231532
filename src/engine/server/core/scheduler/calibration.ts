/** Learns what iterations cost when a model is opened: one batch after the other, with room for other models between them. */
import type { Arbiter } from '../arbiter.ts';
import type { DecodeBackend, DecodeOutcome } from '../backend.ts';
import { contextOf, type LatencyProfile } from './latencyProfile.ts';
import { ITERATION_MS } from './planner.ts';
import { RANK } from './request.ts';

/** What it may cost in all. */
const BUDGET_MS = 150;
/** Sizes that are measured: 1, this one, and from there on each so many times the one before. */
const FIRST_LONG = 16;
const GROWTH = 4;

/** A run that was stopped for a request of another model is done so many times at most. */
const TRIES = 5;

/** Times batches of several lengths on an empty cache, which is empty again afterwards. */
export async function calibrate(backend: DecodeBackend, profile: LatencyProfile, device: Arbiter): Promise<void> {
  const batch = backend.createBatch();
  /** Of the run before: the first may read the weights from the disk. */
  let lastMs = Number.POSITIVE_INFINITY;
  const run = async (tokens: number): Promise<number | undefined> => {
    const long = Math.max(lastMs, profile.predict(tokens, contextOf(0, tokens))) > ITERATION_MS;
    let outcome = 'aborted' as DecodeOutcome;
    const work = async () => {
      batch.clear();
      for (let i = 0; i < tokens; i++) batch.add(0, i, [0], i === tokens - 1);
      const started = backend.now();
      outcome = long ? await backend.decodeAsync(batch) : backend.decode(batch);
      backend.removeRange(0, 0, -1);
      lastMs = backend.now() - started;
      return lastMs;
    };
    for (let i = 0; i < TRIES && outcome === 'aborted'; i++) await device.once(RANK.chat, work, () => backend.abort());
    return outcome === 'ok' ? lastMs : undefined;
  };
  // Nobody is to wait long for a batch that cannot be stopped.
  await measure(profile, backend.batchTokens, run, BUDGET_MS, backend.abortable ? BUDGET_MS : ITERATION_MS);
}

/**
 * Measures batches of 1 and 16 tokens, and of 64, 256 ... for as long as the next one will probably end within the
 * budget, and takes in the shorter of two runs of each, or the one that there was time for. A run before them is not
 * counted: it reads the weights from the disk.
 * @param most longest batch.
 * @param longestMs what one run may take.
 * @param run computes a new sequence of so many tokens; milliseconds, or `undefined` where it could not.
 */
export async function measure(
  profile: LatencyProfile,
  most: number,
  run: (tokens: number) => Promise<number | undefined>,
  budgetMs: number,
  longestMs = budgetMs,
): Promise<void> {
  if ((await run(1)) === undefined) return;
  let left = budgetMs;
  const shortest: [tokens: number, ms: number][] = [];
  for (let tokens = 1; ; tokens = Math.min(most, Math.max(FIRST_LONG, tokens * GROWTH))) {
    const context = contextOf(0, tokens);
    if (tokens > FIRST_LONG && profile.predict(tokens, context) > Math.min(left, longestMs)) return;
    const first = await run(tokens);
    if (first === undefined) return;
    left -= first;
    const second = first <= left ? await run(tokens) : undefined;
    left -= second ?? 0;
    shortest.push([tokens, Math.min(first, second ?? first)]);
    // What a longer batch says of the machine's pace puts shorter ones wrong: all are taken in again.
    for (const [measured, ms] of shortest) profile.observe(measured, contextOf(0, measured), ms);
    if (tokens === most) return;
  }
}
