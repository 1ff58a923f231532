/**
 * Skip-join multi-level feedback queue (FastServe, arXiv 2305.05920): within a class, whoever needs little is served
 * before whoever needs much, without knowing how long an answer will be.
 *
 *     level   0      1      2      3    ...      served first ->
 *     quantum 10 ms  20 ms  40 ms  80 ms         lower levels only when the higher ones leave room in the batch
 *
 * A request joins at the level whose quantum its prompt will use up, because its prompt is known; in a plain
 * multi-level queue all join at level 0, which is {@link join} with no time. One that used up its quantum goes down a
 * level; one that was not served for long goes to the top. The policy alone: whose turn it is among equals is the loop's.
 *
 * Two things differ from the published code, whose authors call its constants "magic numbers". It charges each request
 * the whole iteration; here it is the share that the request's own rows took, or decodes that ran beside a long prompt
 * would go down for it. And it promotes after three seconds anywhere; where a prompt takes longer than that to compute,
 * this would send everyone to the top. `npm run bench fastserve` shows both.
 */

/** Quantum of level 0; it doubles with every level, and there is no last one. */
const QUANTUM_MS = 10;
/** A request starves that was not served for this long, and for so many quanta of its level. */
const STARVED_MS = 3000;
const STARVED_QUANTA = 8;

/** Where a request stands. */
export interface Standing {
  /** 0 is served first. */
  level: number;
  /** Of the quantum of its level. */
  usedMs: number;
  /** When it was last served, or joined. */
  steppedAt: number;
}

/** How long a request may be served at a level before it goes down, in milliseconds. */
export function quantum(level: number): number {
  return QUANTUM_MS * 2 ** level;
}

/**
 * Stands a new request at the highest level where its prompt fits into the quantum.
 * @param promptMs how long the rest of its prompt will take to compute; 0 is plain, not skip-join.
 * @param now milliseconds on the loop's clock, as everywhere here.
 */
export function join(promptMs: number, now: number): Standing {
  let level = 0;
  while (quantum(level) < promptMs) level++;
  return { level, usedMs: 0, steppedAt: now };
}

/**
 * Takes note that the request was served, and sends it down if it used up its quantum.
 * @param ms its share of an iteration that ended now, by rows of the batch.
 */
export function charge(standing: Standing, ms: number, now: number): 'demoted' | undefined {
  standing.steppedAt = now;
  standing.usedMs += ms;
  if (standing.usedMs <= quantum(standing.level)) return undefined;
  standing.level++;
  standing.usedMs = 0;
  return 'demoted';
}

/** Sends a request that starves to the top. False where it does not, or is there already. */
export function promote(standing: Standing, now: number): boolean {
  const patience = Math.max(STARVED_MS, STARVED_QUANTA * quantum(standing.level));
  if (standing.level === 0 || now - standing.steppedAt < patience) return false;
  standing.level = 0;
  standing.usedMs = 0;
  return true;
}
