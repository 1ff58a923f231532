/** What the scheduler and the cache decided, in a ring: a record is one small object, which takes the oldest's place. */
import type { Decision, DecisionKind } from '../../../protocol/index.ts';
import type { Request } from './request.ts';

const CAPACITY = 4096;

export class Decisions {
  readonly #now: () => number;
  readonly #started: number;
  readonly #ring: Decision[] = [];
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

  record(what: DecisionKind, request?: Request, details?: Pick<Decision, 'tokens' | 'pages' | 'ms' | 'why'>): void {
    this.#ring[this.#count++ % CAPACITY] = {
      at: round(this.#now() - this.#started),
      what,
      ...(request && { request: request.number, class: request.input.class, level: request.standing.level }),
      ...details,
    };
  }

  /** Decisions from number `first` on that the ring still has, at most the latest `most`; oldest first. */
  since(first: number, most = CAPACITY): Decision[] {
    const from = Math.max(first, this.#count - Math.min(most, CAPACITY), 0);
    return Array.from({ length: Math.max(0, this.#count - from) }, (_, i) => this.#ring[(from + i) % CAPACITY]!);
  }
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;
