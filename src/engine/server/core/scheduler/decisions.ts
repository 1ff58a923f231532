/** What the scheduler and the cache decided, in a ring of columns: a record costs no allocation, the newest replaces the oldest. */
import type { Decision, DecisionKind, RequestClass } from '../../../protocol/index.ts';

const KINDS: readonly DecisionKind[] = [
  'arrived',
  'admitted',
  'ran',
  'waited',
  'preempted',
  'superseded',
  'cancelled',
  'finished',
  'failed',
  'promoted',
  'demoted',
  'evicted',
  'spilled',
  'restored',
];
const CLASSES: readonly RequestClass[] = ['keystroke', 'chat', 'background'];
const CAPACITY = 4096;

/** Whom a decision concerns. */
export interface Subject {
  readonly number: number;
  readonly rank: number;
  readonly standing: { readonly level: number };
}

export interface DecisionDetails {
  tokens?: number;
  pages?: number;
  ms?: number;
  why?: string;
}

export class Decisions {
  readonly #now: () => number;
  readonly #started: number;
  readonly #at = new Float64Array(CAPACITY);
  readonly #kind = new Uint8Array(CAPACITY);
  /** -1: none. */
  readonly #request = new Int32Array(CAPACITY);
  readonly #rank = new Uint8Array(CAPACITY);
  readonly #level = new Uint8Array(CAPACITY);
  /** -1: not said, as in the columns below. */
  readonly #tokens = new Int32Array(CAPACITY);
  readonly #pages = new Int32Array(CAPACITY);
  readonly #ms = new Float32Array(CAPACITY);
  readonly #why: (string | undefined)[] = new Array(CAPACITY).fill(undefined);
  #count = 0;

  /** @param now the clock of the backend, ms. */
  constructor(now: () => number) {
    this.#now = now;
    this.#started = now();
  }

  /** How many decisions were ever recorded: a place to read on from with {@link since}. */
  get count(): number {
    return this.#count;
  }

  record(what: DecisionKind, subject: Subject | undefined, details: DecisionDetails = NOTHING): void {
    const at = this.#count++ % CAPACITY;
    this.#at[at] = this.#now() - this.#started;
    this.#kind[at] = KINDS.indexOf(what);
    this.#request[at] = subject?.number ?? -1;
    this.#rank[at] = subject?.rank ?? 0;
    this.#level[at] = subject?.standing.level ?? 0;
    this.#tokens[at] = details.tokens ?? -1;
    this.#pages[at] = details.pages ?? -1;
    this.#ms[at] = details.ms ?? -1;
    this.#why[at] = details.why;
  }

  /** Decisions from number `first` on that the ring still has, at most the latest `most`; oldest first. */
  since(first: number, most = CAPACITY): Decision[] {
    const from = Math.max(first, this.#count - Math.min(most, CAPACITY), 0);
    return Array.from({ length: Math.max(0, this.#count - from) }, (_, i) => this.#read((from + i) % CAPACITY));
  }

  #read(at: number): Decision {
    const decision: Decision = { at: round(this.#at[at]!), what: KINDS[this.#kind[at]!]! };
    if (this.#request[at]! >= 0) {
      decision.request = this.#request[at]!;
      decision.class = CLASSES[this.#rank[at]!]!;
      decision.level = this.#level[at]!;
    }
    if (this.#tokens[at]! >= 0) decision.tokens = this.#tokens[at]!;
    if (this.#pages[at]! >= 0) decision.pages = this.#pages[at]!;
    if (this.#ms[at]! >= 0) decision.ms = round(this.#ms[at]!);
    const why = this.#why[at];
    if (why !== undefined) decision.why = why;
    return decision;
  }
}

const NOTHING: DecisionDetails = {};
const round = (ms: number): number => Math.round(ms * 1000) / 1000;
