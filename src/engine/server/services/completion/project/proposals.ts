/**
 * Drafts for speculative decoding out of the user's own code: how texts went on where they began like this one, merged into
 * a small tree (as SpecInfer's merged candidates, arXiv 2305.09781; the likeliest nodes first, as EAGLE-2 expands,
 * arXiv 2406.16858). Costs microseconds and no model.
 */
import type { Scope } from './evidence.ts';
import { ORDERS, type Tokens } from './shard.ts';

/** A node of a draft. Nodes come in the order of their probability, so that any beginning of a draft is a tree too. */
export interface DraftNode {
  token: number;
  /** Index of the node before it; -1: it follows the context. */
  parent: number;
  /** That all tokens from the context to this one come, as far as the code tells. */
  probability: number;
}

export interface ProposalOptions {
  /** Nodes at the most. */
  maxTokens: number;
  /** Nodes that may follow one node; 1 gives a single line of tokens. */
  branches?: number;
}

/** Places whose continuations are merged, and how many are looked at for each order in one shard. */
const PLACES = 16;
const LOOKS = 32;
/** Places with a shorter match say too little about more than one token. */
const SHORTEST_MATCH = 2;
/** Weight of what no place shows: one place with a match of this length is right half of the time. */
const DOUBT_LENGTH = 4;

interface Branch {
  token: number;
  weight: number;
  children: Branch[];
}

/**
 * How the context may go on.
 * @param context tokens, the latest last. @param scopes nearest first.
 * @returns nodes, the likeliest first; empty where the end of the context occurred nowhere.
 */
export function propose(
  context: ArrayLike<number>,
  scopes: readonly Scope[],
  { maxTokens, branches = 1 }: ProposalOptions,
): DraftNode[] {
  const root: Branch = { token: -1, weight: DOUBT_LENGTH, children: [] };
  let places = 0;
  for (let order = 0; order < ORDERS.length && places < PLACES; order++) {
    for (const { shard, far, except } of scopes) {
      if (far && order === ORDERS.length - 1) break;
      shard.find(
        context,
        order,
        LOOKS,
        (_token, length, position) => {
          if (length < SHORTEST_MATCH) return false;
          insert(root, shard.continuation(position, maxTokens), length);
          return ++places < PLACES;
        },
        except,
      );
      if (places >= PLACES) break;
    }
  }
  return likeliest(root, maxTokens, branches);
}

function insert(root: Branch, tokens: Tokens, weight: number): void {
  let branch = root;
  branch.weight += weight;
  for (const token of tokens) {
    let next = branch.children.find((child) => child.token === token);
    if (!next) {
      next = { token, weight: 0, children: [] };
      branch.children.push(next);
    }
    next.weight += weight;
    branch = next;
  }
}

/** Takes the likeliest node that can be reached, again and again. */
function likeliest(root: Branch, maxTokens: number, branches: number): DraftNode[] {
  const nodes: DraftNode[] = [];
  const open: { branch: Branch; parent: number; probability: number }[] = [];
  const expand = (branch: Branch, parent: number, probability: number): void => {
    const best = branch.children.sort((a, b) => b.weight - a.weight).slice(0, branches);
    for (const child of best) {
      // What is certain by few places is less so than by many.
      const share = child.weight / (branch === root ? branch.weight : branch.weight + 1);
      open.push({ branch: child, parent, probability: probability * share });
    }
  };
  expand(root, -1, 1);
  while (nodes.length < maxTokens && open.length > 0) {
    const next = open.reduce((a, b) => (b.probability > a.probability ? b : a));
    open.splice(open.indexOf(next), 1);
    nodes.push({ token: next.branch.token, parent: next.parent, probability: next.probability });
    expand(next.branch, nodes.length - 1, next.probability);
  }
  return nodes;
}
