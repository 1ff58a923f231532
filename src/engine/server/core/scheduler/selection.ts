/**
 * Makes the batch of the next iteration: admits requests to the cache, lets them take over what it has, and asks the
 * planner for each in order how many of its tokens there is time for. Who finds no pages takes them from who comes last.
 */
import { EngineFailure } from '../failure.ts';
import { PAGE_TOKENS } from '../kv/pagePool.ts';
import type { Drafted, Drafting } from './drafting.ts';
import { join, promote } from './levels.ts';
import type { LoopParts } from './parts.ts';
import { ITERATION_MS } from './planner.ts';
import type { Request } from './request.ts';

/** A request is admitted when there is room for so many tokens behind those that it has; further room is got on the way. */
const GROWTH_TOKENS = 64;

/** Tokens of one request in an iteration. */
export interface Slice {
  request: Request;
  start: number;
  end: number;
  row: number;
  drafted?: Drafted;
}

export class Selection {
  readonly #parts: LoopParts;
  readonly #drafting: Drafting | undefined;
  readonly #onFailure: (request: Request, error: Error) => void;
  /** Requests that lost their pages to one before them. */
  preemptions = 0;
  /** Requests that were left out because saved pages of theirs are on their way. */
  awaiting: Request[] = [];

  /** @param drafting absent where nothing is guessed. @param onFailure hears of a request that can never run. */
  constructor(parts: LoopParts, drafting: Drafting | undefined, onFailure: (request: Request, error: Error) => void) {
    this.#parts = parts;
    this.#drafting = drafting;
    this.#onFailure = onFailure;
  }

  /** Chooses the tokens of the next iteration and puts them into the batch. */
  select(requests: readonly Request[]): Slice[] {
    const { planner, batch, decisions } = this.#parts;
    const now = this.#parts.backend.now();
    for (const request of requests) if (promote(request.standing, now)) decisions.record('promoted', request);
    planner.clear(now);
    batch.clear();
    this.awaiting = [];
    const slices: Slice[] = [];
    const order = planner.order([...requests]);
    let full = false;
    let closed = false;
    for (let i = 0; i < order.length; i++) {
      const request = order[i]!;
      closed ||= !planner.mayJoin(request);
      // Who could not be admitted is not overtaken by one that needs less: it would never be.
      const slice = closed || (full && !request.lease) ? undefined : this.#slice(request, order.slice(i + 1));
      if (slice) slices.push(slice);
      else this.#waits(request);
      full ||= !request.lease && !request.settled;
      // While the first only brings pages back, the others wait too: an iteration of theirs may be long. For what comes
      // from the disk they do not wait: that costs this thread nothing, and whoever is late is interrupted.
      closed ||= request.lease !== undefined && slices.length === 0 && this.awaiting.at(-1) !== request;
    }
    this.#drafting?.add(slices);
    return slices;
  }

  #slice(request: Request, behind: readonly Request[]): Slice | undefined {
    const { cache, planner } = this.#parts;
    try {
      if (!request.lease && !this.#admit(request, behind)) return undefined;
      const lease = request.lease!;
      if (cache.catchUp(lease, request.known, ITERATION_MS) > 0) request.gained();
      const outlook = cache.outlook(lease, request.known);
      if (outlook === 'coming') this.awaiting.push(request);
      if (outlook) return undefined;
      const start = lease.computed;
      const room = planner.room(request, start, request.known.length - start);
      if (room === 0) return undefined;
      const end = cache.boundary(lease, start + room);
      while (!cache.extend(lease, end)) {
        if (this.#preemptLast(behind)) continue;
        this.#preempt(request, 'no pages left');
        return undefined;
      }
      planner.add(request, start, end - start);
      return { request, start, end, row: this.#fill(request, start, end) };
    } catch (error) {
      this.#onFailure(request, toError(error));
      return undefined;
    }
  }

  #waits(request: Request): void {
    if (request.waited || request.settled) return;
    request.waited = true;
    this.#parts.decisions.record('waited', request);
  }

  #fill(request: Request, start: number, end: number): number {
    const sequences = [request.lease!.sequence];
    let row = -1;
    for (let i = start; i < end; i++) {
      row = this.#parts.batch.add(request.known[i]!, i, sequences, i === request.known.length - 1);
    }
    return row;
  }

  /** Gives the request a sequence and the room to begin, if need be at the cost of lower classes. */
  #admit(request: Request, behind: readonly Request[]): boolean {
    const { cache, planner, profile, batch, decisions } = this.#parts;
    if (request.reserve > cache.capacity) throw tooLong();
    const { workspace, reuse = true, supersedes, document = supersedes, replaces, keep } = request.input;
    const reserve = Math.min(request.reserve, request.known.length + GROWTH_TOKENS);
    const options = { workspace, reuse, reserve, keep, document, replaces };
    let lease = cache.acquire(request.known, options);
    const lower = behind.filter((other) => planner.gives(other, request));
    while (!lease) {
      if (!this.#preemptLast(lower)) return false;
      lease = cache.acquire(request.known, options);
    }
    const now = this.#parts.backend.now();
    request.begin(lease, now);
    const left = request.known.length - lease.computed;
    request.standing = join(profile.prompt(left, lease.computed, batch.capacity), now);
    decisions.record('admitted', request, { tokens: lease.computed, pages: Math.floor(lease.computed / PAGE_TOKENS) });
    return true;
  }

  /** Takes the sequence of the last of `requests` that has one. Its pages stay until they are evicted. */
  #preemptLast(requests: readonly Request[]): boolean {
    const victim = requests.findLast((request) => request.lease);
    if (victim) this.#preempt(victim, 'pages for a request before it');
    return victim !== undefined;
  }

  #preempt(request: Request, why: string): void {
    this.#parts.cache.release(request.lease!, request.known);
    request.lease = undefined;
    this.preemptions++;
    this.#parts.decisions.record('preempted', request, { why });
  }
}

export const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

function tooLong(): EngineFailure {
  return new EngineFailure(
    'outOfMemory',
    'The request needs more room than the context of this model has. Shorten it, or raise quire.model.contextTokens.',
  );
}
