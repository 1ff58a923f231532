/**
 * Verifies a draft (SpecInfer, arXiv 2305.09781): at each node the request's own sampler draws from what the model says
 * there, and the walk goes down where a child is what was drawn. A draft names tokens, not a distribution, so this is
 * exact at every temperature: the text, and the random numbers that it takes, are those of one token at a time.
 */
import type { Draft } from './draft.ts';

/**
 * @param draw draws the token behind a node, -1: behind the newest token, and takes it into the answer; undefined: the
 * answer is over.
 * @returns the nodes that are part of the answer, in their order.
 */
export function walk(draft: Draft, draw: (node: number) => number | undefined): number[] {
  const path: number[] = [];
  for (let at = -1; ; ) {
    const token = draw(at);
    if (token === undefined) return path;
    at = childOf(draft, at, token);
    if (at < 0) return path;
    path.push(at);
  }
}

/** The node behind another that has this token; -1: there is none. */
function childOf({ tokens, parents }: Draft, parent: number, token: number): number {
  for (let node = parent + 1; node < tokens.length; node++)
    if (parents[node] === parent && tokens[node] === token) return node;
  return -1;
}
