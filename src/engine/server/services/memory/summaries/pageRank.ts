/** Who is central in a graph, by who points to whom (Page, Brin, Motwani and Winograd, 1999). */

export interface Edge {
  from: number;
  to: number;
  weight: number;
}

/** As networkx has it, and Aider by it. */
const DAMPING = 0.85;
const MOST_STEPS = 100;
/** Mean change of a node's rank below which it has settled. */
const SETTLED = 1e-6;

/**
 * @param count of nodes, numbered from 0.
 * @param wanted how likely each node is begun with, and what nodes without edges pass their rank to; all 0: each the same.
 * @returns the share of each node; the sum is 1. The same for the same edges, whatever their order, but for rounding.
 */
export function pageRank(count: number, edges: readonly Edge[], wanted: Float64Array): Float64Array {
  const steps = pageRankSteps(count, edges, wanted);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** {@link pageRank} in steps, between which others can have their turn. */
export function* pageRankSteps(
  count: number,
  edges: readonly Edge[],
  wanted: Float64Array,
): Generator<void, Float64Array> {
  const sum = wanted.reduce((total, one) => total + one, 0);
  const begin = wanted.map((one) => (sum > 0 ? one / sum : 1 / count));
  const out = new Float64Array(count);
  for (const { from, weight } of edges) out[from]! += weight;
  let ranks = Float64Array.from(begin);
  for (let step = 0; step < MOST_STEPS; step++) {
    let lost = 0;
    for (let node = 0; node < count; node++) if (out[node] === 0) lost += ranks[node]!;
    const next = begin.map((one) => one * (DAMPING * lost + 1 - DAMPING));
    for (const { from, to, weight } of edges) next[to]! += (DAMPING * ranks[from]! * weight) / out[from]!;
    let change = 0;
    for (let node = 0; node < count; node++) change += Math.abs(next[node]! - ranks[node]!);
    ranks = next;
    if (change < count * SETTLED) break;
    yield;
  }
  return ranks;
}
