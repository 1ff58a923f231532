/**
 * How much of a draft is worth its computing. A step with `n` nodes makes E = 1 + p1 + ... + pn tokens, where pi is the
 * probability that the answer comes to node i, and takes C(n): as much of it is drafted as makes most tokens a
 * millisecond. Adding nodes while p C(n) > (C(n + 1) - C(n)) E finds the first peak of E / C; where costs rise in steps,
 * as on a GPU, there are others behind the next step, so that all are tried.
 */

/** What is won has to be more than this, or it is noise. */
export const LEAST_GAIN = 1.1;

/**
 * @param reach of each node: the probability that the answer comes to it, none more than the one before.
 * @param ms what a step with so many nodes takes.
 * @param others tokens that the step makes beside these, in other requests.
 * @returns how many of the first nodes to compute.
 */
export function worthwhile(reach: ArrayLike<number>, ms: (nodes: number) => number, others = 0): number {
  let tokens = others + 1;
  const plain = tokens / ms(0);
  let best = LEAST_GAIN * plain;
  let nodes = 0;
  for (let n = 1; n <= reach.length; n++) {
    tokens += reach[n - 1]!;
    const rate = tokens / ms(n);
    if (rate <= best) continue;
    best = rate;
    nodes = n;
  }
  return nodes;
}
