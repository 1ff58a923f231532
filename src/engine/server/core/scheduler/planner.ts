/**
 * Whose tokens are in the next iteration, and how many: strict classes, levels inside a class, decodes before prompts
 * (Sarathi-Serve, arXiv 2403.02310), prompts in chunks, all within the time that an iteration may take.
 */
import { contextOf, type LatencyProfile } from './latencyProfile.ts';
import type { Request } from './request.ts';

/** One iteration takes no longer than this, so that whoever arrives waits no longer. */
export const ITERATION_MS = 30;
/** Where an iteration can be stopped half-way, as on a CPU, half of that is enough if it wastes nothing. */
const SHORT_MS = 15;
/**
 * And it may take longer there, where a chunk of a prompt must have so many tokens, or twice as many ..., to cost for each
 * token no more than so many times what it costs in a chunk of 128. What was computed is lost when it is stopped.
 */
const EFFICIENT = { least: 16, times: 1.25, most: 128 };
/** Where a single token takes longer than an iteration may, a chunk may take so many times as long as one. */
const LEAST_TIMES = 1.5;
/** On a GPU a lower class rides along where that makes the iteration no longer than so many times; on a CPU every row costs. */
const RIDE_ALONG = 1.1;

export type Policy = 'preemptive' | 'fcfs';

export class Planner {
  readonly #profile: LatencyProfile;
  readonly #policy: Policy;
  readonly #capacity: number;
  readonly #stoppable: boolean;
  #tokens = 0;
  #context = 0;
  /** Class of the first request in the batch, and what the batch would take with that class alone. */
  #lead = -1;
  #leadMs = 0;

  /** @param capacity longest batch, in tokens. @param stoppable a running iteration can be aborted. */
  constructor(profile: LatencyProfile, policy: Policy, capacity: number, stoppable: boolean) {
    this.#profile = profile;
    this.#policy = policy;
    this.#capacity = capacity;
    this.#stoppable = stoppable;
  }

  /** The order in which requests are asked for an iteration. Sorts in place. */
  order(requests: Request[]): Request[] {
    if (this.#policy === 'fcfs') return requests.sort((a, b) => a.number - b.number);
    return requests.sort(
      (a, b) =>
        a.rank - b.rank ||
        a.standing.level - b.standing.level ||
        Number(prefills(a)) - Number(prefills(b)) ||
        a.number - b.number,
    );
  }

  /** True when a running request gives its pages up so that another can begin: only a lower class does. */
  gives(running: Request, arriving: Request): boolean {
    return this.#policy === 'preemptive' && running.rank > arriving.rank;
  }

  /** Begins an iteration. */
  clear(): void {
    this.#tokens = 0;
    this.#context = 0;
    this.#lead = -1;
    this.#leadMs = 0;
  }

  get tokens(): number {
    return this.#tokens;
  }
  get context(): number {
    return this.#context;
  }
  get expectedMs(): number {
    return this.#profile.predict(this.#tokens, this.#context);
  }

  /** False: nothing of this request, nor of those behind it, belongs into this iteration. */
  mayJoin({ rank }: Request): boolean {
    if (this.#policy === 'fcfs' || this.#lead < 0 || rank === this.#lead) return true;
    return !this.#stoppable && this.expectedMs < RIDE_ALONG * this.#leadMs;
  }

  /**
   * How many of its tokens a request may add.
   * @param start position of the first; `wanted` of them are known and not computed.
   */
  room({ rank }: Request, start: number, wanted: number): number {
    const most = Math.min(this.#capacity - this.#tokens, wanted);
    if (this.#policy === 'fcfs') return most;
    const fits = this.#profile.largestChunk(this.#budget(rank, start), this.#tokens, this.#context, start, most);
    if (fits > 0 || this.#tokens > 0) return fits;
    const least = LEAST_TIMES * this.#profile.predict(1, start + 1);
    return Math.max(1, this.#profile.largestChunk(least, 0, 0, start, most));
  }

  /**
   * How many guessed tokens a request of the iteration may add. Only of the class that it is for: nobody waits for the
   * guesses of a lower one. Where one token takes next to nothing, an iteration is too short to be stopped: it stays so.
   * @param start position of the first; `wanted` are of use.
   */
  guesses({ rank }: Request, start: number, wanted: number): number {
    const most = Math.min(this.#capacity - this.#tokens, wanted);
    if (this.#policy === 'fcfs') return most;
    if (rank !== this.#lead) return 0;
    const one = this.#profile.predict(1, start + 1);
    const usual = this.#stoppable && one < SHORT_MS ? SHORT_MS : this.#budget(rank, start);
    const budget = Math.max(usual, LEAST_TIMES * one);
    return this.#profile.largestChunk(budget, this.#tokens, this.#context, start, most);
  }

  add({ rank }: Request, start: number, count: number): void {
    this.#tokens += count;
    this.#context += contextOf(start, count);
    if (this.#lead < 0) this.#lead = rank;
    if (rank === this.#lead) this.#leadMs = this.expectedMs;
  }

  #budget(rank: number, start: number): number {
    if (this.#lead >= 0 && rank !== this.#lead) return RIDE_ALONG * this.#leadMs;
    if (!this.#stoppable) return ITERATION_MS;
    const efficient = (EFFICIENT.times * this.#profile.prompt(EFFICIENT.most, start, EFFICIENT.most)) / EFFICIENT.most;
    let chunk = EFFICIENT.least;
    while (this.#profile.prompt(chunk, start, chunk) > chunk * efficient) chunk *= 2;
    return Math.max(SHORT_MS, this.#profile.prompt(chunk, start, chunk));
  }
}

/** True while more than the newest token has to be computed. */
const prefills = (request: Request): boolean => request.known.length - request.computed > 1;
