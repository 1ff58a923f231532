/** A loop over the simulated model, with drafts and without, whose answers repeat themselves and what was asked. */
import type { RequestClass } from '../../../../../../src/engine/protocol/index.ts';
import { Arbiter } from '../../../../../../src/engine/server/core/arbiter.ts';
import type { Sampler } from '../../../../../../src/engine/server/core/backend.ts';
import { KvCache } from '../../../../../../src/engine/server/core/kv/kvCache.ts';
import { Decisions } from '../../../../../../src/engine/server/core/scheduler/decisions.ts';
import { LatencyProfile } from '../../../../../../src/engine/server/core/scheduler/latencyProfile.ts';
import { Loop } from '../../../../../../src/engine/server/core/scheduler/loop.ts';
import { type CostModel, SimulatedBackend } from '../../../../../../src/engine/server/core/simulated/backend.ts';
import { simulatedTokenizer } from '../../../../../../src/engine/server/core/simulated/tokenizer.ts';
import type { DraftSource } from '../../../../../../src/engine/server/core/speculation/draft.ts';
import { NgramIndex } from '../../../../../../src/engine/server/core/speculation/ngrams.ts';
import { Speculation } from '../../../../../../src/engine/server/core/speculation/speculation.ts';
import { random } from '../scheduler/machine.ts';

/** On it eight rows cost hardly more than one, as on a GPU. */
export const FLAT: Partial<CostModel> = { fixedMs: 20, tokenMs: 0.2, contextTokenMs: 0 };
/** On it each row costs as much as the first. */
export const STEEP: Partial<CostModel> = { fixedMs: 0.01, tokenMs: 1, contextTokenMs: 0 };

/** On it each row costs a quarter of a decode, as for a model of 0.5B parameters on a CPU. */
export const LEANING: Partial<CostModel> = { fixedMs: 22, tokenMs: 7, contextTokenMs: 0 };

/** Likewise, but rows are computed by fours: eight take less than five. As measured on a CPU with matrices in 8 bits. */
export const BY_FOURS: Partial<CostModel> = {
  fixedMs: 24,
  tokenMs: 5,
  contextTokenMs: 0,
  rowsMs: (rows) => (rows === 1 ? 0 : rows < 4 ? 5 : rows % 4 === 0 ? rows : 30),
};

/** Milliseconds of a step of so many rows. */
export const msOf = ({ fixedMs = 0, tokenMs = 0, rowsMs }: Partial<CostModel>, rows: number): number =>
  fixedMs + rows * tokenMs + (rowsMs?.(rows) ?? 0);

export interface WorldOptions {
  speculate: boolean;
  cells?: number;
  costs?: Partial<CostModel>;
  abortable?: boolean;
  endEvery?: number;
}

export function world({ speculate, cells = 2048, costs = FLAT, abortable = false, endEvery = 60 }: WorldOptions) {
  const leases = 6;
  const backend = new SimulatedBackend({ cells, sequences: 2 * leases, endEvery, abortable, costs });
  const profile = new LatencyProfile(backend);
  // As it is when a model was opened.
  for (const tokens of [1, 16, 64, 1, 16, 64]) profile.observe(tokens, 0, msOf(costs, tokens));
  const decisions = new Decisions(() => backend.now());
  const cache = new KvCache(backend, { leases, computeMs: (start) => profile.prompt(32, start, 512) });
  const ms = new Map([1, 2, 3, 4, 8, 16].map((rows) => [rows, msOf(costs, rows)]));
  const speculation = speculate ? new Speculation(profile, { most: Number.POSITIVE_INFINITY, ms }) : undefined;
  const loop = new Loop({
    backend,
    tokenizer: simulatedTokenizer,
    cache,
    profile,
    policy: 'preemptive',
    decisions,
    speculation,
    device: new Arbiter(),
  });
  return { backend, loop, cache, speculation };
}

/**
 * Mostly says again what followed the last two tokens before, and what the model says otherwise: what the model says
 * depends on all cells that it sees, so that a wrong one shows in the text at once.
 */
export class Repeater implements Sampler {
  readonly #drawer: Sampler;
  readonly #text: number[];
  readonly #index = new Map<number, number>();
  readonly #share: number;

  /** @param drawer has a say at every token. @param share of the tokens that it decides, in [0, 1]. */
  constructor(drawer: Sampler, prompt: readonly number[], share: number) {
    this.#drawer = drawer;
    this.#share = share;
    this.#text = [];
    for (const token of prompt) this.#add(token);
  }

  sample(row: number): number {
    const said = this.#drawer.sample(row);
    const end = this.#text.length;
    const before = this.#index.get(this.#text[end - 2]! * 1000 + this.#text[end - 1]!);
    const token = before === undefined || (said * 37) % 251 < this.#share * 251 ? said : this.#text[before]!;
    this.#add(token);
    return token;
  }

  accept(): void {}

  dispose(): void {
    this.#drawer.dispose();
  }

  #add(token: number): void {
    const end = this.#text.length;
    if (end >= 2) this.#index.set(this.#text[end - 2]! * 1000 + this.#text[end - 1]!, end);
    this.#text.push(token);
  }
}

/** Guesses nonsense as often as not: nothing that it says may be believed. */
export class Liar implements DraftSource {
  readonly name = 'code';
  readonly #draw: () => number;

  constructor(seed: number) {
    this.#draw = random(seed);
  }

  guess(known: readonly number[]) {
    const tokens = Array.from({ length: 1 + Math.floor(12 * this.#draw()) }, (_, i) =>
      this.#draw() < 0.6 ? known[Math.floor(known.length * this.#draw())]! : (known.at(-1)! + i) % 256,
    );
    return { tokens, kinds: tokens.map(() => Math.floor(8 * this.#draw())) };
  }
}

/** Knows the answer, but for one token in `errors`. */
export class Oracle implements DraftSource {
  readonly name = 'answer';
  readonly #answer: readonly number[];
  readonly #draw: () => number;
  readonly #errors: number;

  constructor(answer: readonly number[], seed: number, errors: number) {
    this.#answer = answer;
    this.#draw = random(seed);
    this.#errors = errors;
  }

  guess(known: readonly number[], from: number) {
    const tokens = this.#answer.slice(known.length - from, known.length - from + 16).map((token) => {
      return this.#draw() < this.#errors ? (token + 1) % 256 : token;
    });
    return tokens.length === 0 ? undefined : { tokens, kinds: tokens.map(() => 7) };
  }
}

export const CLASSES: readonly RequestClass[] = ['keystroke', 'chat', 'background'];

export function indexOf(tokens: readonly number[]): NgramIndex {
  const index = new NgramIndex();
  index.append(tokens);
  return index;
}
