/**
 * Whether trees of guesses would gain over chains: answers to what is really written, guessed by the real sources, with the
 * costs of some machines. No model computes: what is said is known, and what a step costs is a formula, the same for a node
 * wherever it is. Beside that a tree takes an id for each leaf but the first, which its prefix is copied to.
 */
import { Acceptance } from '../../../src/engine/server/core/speculation/acceptance.ts';
import { worthwhile } from '../../../src/engine/server/core/speculation/budget.ts';
import { MOST_NODES } from '../../../src/engine/server/core/speculation/drafter.ts';
import type { Candidate, Candidates } from './candidates.ts';

/** Milliseconds of a step with so many guessed nodes. */
export type Machine = (nodes: number) => number;

/** Milliseconds of a step by its rows; between them on a line, and behind the last as if it were done again. */
function machine(points: readonly [rows: number, ms: number][]): Machine {
  const [last, whole] = points.at(-1)!;
  const of = (rows: number): number => {
    if (rows > last) return whole + of(rows - last);
    const above = points.findIndex(([size]) => size >= rows);
    const [[before, from], [behind, to]] = [points[Math.max(0, above - 1)]!, points[above]!];
    return behind === before ? to : from + ((to - from) * (rows - before)) / (behind - before);
  };
  return (nodes) => of(nodes + 1);
}

export const MACHINES: Record<string, Machine> = {
  // A 0.5B model, as measured.
  'a CPU': machine([1, 32].map((rows) => [rows, 29 * (1 + 0.23 * (rows - 1))])),
  // Better than any: eight rows for the price of one.
  'an ideal GPU': machine([
    [1, 10],
    [8, 10],
    [9, 15],
    [32, 15],
  ]),
  // mx-llama.cpp #10.
  'two MI50': machine([
    [1, 31],
    [2, 36],
    [4, 42],
    [8, 69],
    [9, 107],
    [32, 146],
  ]),
};

/** Of a leaf: the copy of a prefix of 512 tokens and what frees it, in a cache of 8,192 cells, as measured. */
const LEAF_MS = 0.1;

/** An answer. */
export interface Told {
  prompt: readonly number[];
  script: ArrayLike<number>;
  /** Begins it anew. */
  begin(): { candidates: Candidates; took?(): void };
}

export interface Outcome {
  /** Times as fast as one token a step. */
  gain: number;
  tokensPerStep: number;
  /** Of the nodes, those that are not the first guess of what comes there. */
  siblings: number;
}

/** As in the engine. */
const LEAST_REACH = 0.02;
const COMPARED = 12;

interface Node {
  token: number;
  /** Probability given that the answer comes to the node before, and given that it comes from the beginning. */
  share: number;
  reach: number;
  children: Node[];
  learn(right: boolean): void;
  /** Another was guessed in its place before. */
  sibling: boolean;
}

/** What was learned of one kind of candidates: when they are the first, and when those before them were wrong. */
class Habits {
  readonly #tables = new Map<string, Acceptance>();

  of(name: string, sibling: boolean): Acceptance {
    const key = `${name}${sibling}`;
    let table = this.#tables.get(key);
    if (!table) {
      table = new Acceptance();
      this.#tables.set(key, table);
    }
    return table;
  }
}

/** @param branches false: a chain, of the guess that is likeliest to be right. */
export function simulate(answers: readonly Told[], machine: Machine, branches: boolean): Outcome {
  const habits = new Habits();
  for (const answer of answers) tell(answer, machine, branches, habits);
  const all = answers.map((answer) => tell(answer, machine, branches, habits));
  const sum = (of: (run: (typeof all)[number]) => number) => all.reduce((total, run) => total + of(run), 0);
  const tokens = sum((run) => run.tokens);
  return {
    gain: (tokens * machine(0)) / sum((run) => run.ms),
    tokensPerStep: tokens / sum((run) => run.steps),
    siblings:
      sum((run) => run.siblings) /
      Math.max(
        1,
        sum((run) => run.nodes),
      ),
  };
}

function tell({ prompt, script, begin }: Told, machine: Machine, branches: boolean, habits: Habits) {
  const { candidates, took } = begin();
  const known = [...prompt];
  const run = { tokens: script.length, steps: 0, ms: 0, nodes: 0, siblings: 0 };
  while (known.length < prompt.length + script.length) {
    const found = candidates.at(known, prompt.length);
    const all = branches ? [...found.own, ...found.others] : found.own;
    const ranked = byWorth(all, habits);
    const root = grow(branches ? ranked : ranked.slice(0, 1), habits);
    const most = Math.min(MOST_NODES, prompt.length + script.length - known.length - 1);
    const nodes = likeliest(root, most);
    const reach = nodes.map((node) => node.reach);
    const chosen = new Set(nodes.slice(0, worthwhile(reach, machine)));
    const before = known.length;
    for (let at: Node | undefined = root; at; ) {
      const token = script[known.length - prompt.length]!;
      known.push(token);
      took?.();
      candidates.took(token);
      at = at.children.find((child) => child.token === token && chosen.has(child));
    }
    const made = known.slice(before);
    for (const candidate of all) learn(candidate, made, habits);
    learnSiblings(root, made);
    run.steps++;
    const siblings = [...chosen].filter(({ sibling }) => sibling).length;
    run.ms += machine(chosen.size) + LEAF_MS * siblings;
    run.nodes += chosen.size;
    run.siblings += siblings;
  }
  return run;
}

/** All candidates as one tree, the first of each node's children from the one that comes first. */
function grow(candidates: readonly Candidate[], habits: Habits): Node {
  const root: Node = { token: -1, share: 1, reach: 1, children: [], learn: () => undefined, sibling: false };
  for (const { name, tokens, kinds, depth } of candidates) {
    let node = root;
    for (const [i, token] of tokens.entries()) {
      let child = node.children.find((other) => other.token === token);
      if (!child) {
        const sibling = node.children.length > 0;
        const table = habits.of(name, sibling);
        const left = node.children.reduce((rest, { share }) => rest - share, 1);
        const share = Math.min(0.99, left * table.probability('text', kinds[i]!, depth + i));
        const reach = node.reach * share;
        if (reach < LEAST_REACH) break;
        const learn = (right: boolean) => sibling && table.learn('text', kinds[i]!, depth + i, right);
        child = { token, share, reach, children: [], learn, sibling };
        node.children.push(child);
      }
      node = child;
    }
  }
  return root;
}

/** The likeliest nodes, each behind the one that it follows. */
function likeliest(root: Node, most: number): Node[] {
  const nodes: Node[] = [];
  const open = [...root.children];
  while (nodes.length < most && open.length > 0) {
    const best = open.reduce((a, b) => (b.reach > a.reach ? b : a));
    open.splice(open.indexOf(best), 1, ...best.children);
    nodes.push(best);
  }
  return nodes;
}

function byWorth(candidates: readonly Candidate[], habits: Habits): Candidate[] {
  const worth = ({ name, tokens, kinds, depth }: Candidate) => {
    const table = habits.of(name, false);
    let [reach, sum] = [1, 0];
    for (let i = 0; i < Math.min(COMPARED, tokens.length); i++) {
      reach *= table.probability('text', kinds[i]!, depth + i);
      sum += reach;
    }
    return sum;
  };
  const judged = candidates.map((candidate) => ({ candidate, worth: worth(candidate) }));
  return judged.sort((a, b) => b.worth - a.worth).map(({ candidate }) => candidate);
}

function learn({ name, tokens, kinds, depth }: Candidate, made: readonly number[], habits: Habits): void {
  const table = habits.of(name, false);
  for (let i = 0; i < Math.min(made.length, tokens.length); i++) {
    const right = tokens[i] === made[i];
    table.learn('text', kinds[i]!, depth + i, right);
    if (!right) return;
  }
}

/** Of what came where those before it were wrong. */
function learnSiblings(root: Node, made: readonly number[]): void {
  let node: Node | undefined = root;
  for (const token of made) {
    const right: Node | undefined = node.children.find((child) => child.token === token);
    for (const child of node.children) {
      child.learn(child === right);
      if (child === right) break;
    }
    if (!right) return;
    node = right;
  }
}
