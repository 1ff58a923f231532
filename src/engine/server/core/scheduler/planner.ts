/**
 * Whose tokens are in the next iteration, and how many: strict classes, levels inside a class, decodes before prompts
 * (Sarathi-Serve, arXiv 2403.02310), prompts in chunks, all within the time that an iteration may take.
 */
import { contextOf, type LatencyProfile, TILED } from './latencyProfile.ts';
import type { Request } from './request.ts';

/** One iteration takes no longer than this, so that whoever arrives waits no longer. */
export const ITERATION_MS = 30;
/** Where an iteration can be stopped half-way, as on a CPU, half of that is enough if it wastes nothing. */
const SHORT_MS = 15;
/**
 * And it may take longer there, where a chunk of a prompt must have more tokens to cost for each no more than so many times what
 * it costs in the longest of these. What was computed is lost when it is stopped: so no longer than keys are apart where
 * somebody types, or than nobody has come, or than the shortest of them takes that many times: on a machine that others keep busy
 * all take long, and those without tiles cost the most of it.
 */
const EFFICIENT = { times: 1.25, chunks: [16, 32, 64, 128], shortest: 2 };
const KEYS_APART_MS = 200;
/** The end of a prompt is computed with the chunk before it where alone it would cost more than so many times as much. */
const DEAR = 2;
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
  #cameAt = Number.NEGATIVE_INFINITY;
  /** For how long nobody has come. */
  #quietMs = 0;
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

  /** A request came, or stopped an iteration, at a time of the clock of {@link clear}. */
  came(now: number): void {
    this.#cameAt = now;
  }

  /** Begins an iteration. */
  clear(now: number): void {
    this.#quietMs = now - this.#cameAt;
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
    // One token is always let in alone; most iterations of an answer are that.
    if (this.#policy === 'fcfs' || (most === 1 && this.#tokens === 0)) return most;
    const fits = this.#profile.largestChunk(this.#budget(rank, start), this.#tokens, this.#context, start, most);
    if (fits > 0 && this.#tokens === 0 && most === wanted && this.#endsDear(start, fits, wanted)) return wanted;
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

  /** What would be left of a prompt is too short for tiles: alone it would cost far more than it adds to this chunk. */
  #endsDear(start: number, fits: number, wanted: number): boolean {
    const rest = wanted - fits;
    if (!this.#stoppable || fits < TILED || rest <= 0 || rest >= TILED) return false;
    const profile = this.#profile;
    const adds = profile.prompt(wanted, start, wanted) - profile.prompt(fits, start, fits);
    return profile.prompt(rest, start + fits, rest) > DEAR * adds;
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
    const took = (chunk: number) => this.#profile.prompt(chunk, start, chunk);
    const each = (chunk: number) => took(chunk) / chunk;
    const [least = 1, ...longer] = EFFICIENT.chunks;
    const longest = Math.max(KEYS_APART_MS, this.#quietMs, EFFICIENT.shortest * took(least));
    const chunks = [least, ...longer.filter((chunk) => took(chunk) <= longest)];
    const efficient = EFFICIENT.times * each(EFFICIENT.chunks.at(-1)!);
    const cheapest = () => chunks.reduce((best, chunk) => (each(chunk) < each(best) ? chunk : best));
    return Math.max(SHORT_MS, took(chunks.find((chunk) => each(chunk) <= efficient) ?? cheapest()));
  }
}

/** True while more than the newest token has to be computed. */
const prefills = (request: Request): boolean => request.known.length - request.computed > 1;
