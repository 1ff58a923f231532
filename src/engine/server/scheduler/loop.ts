/**
 * The iteration loop (Orca): select a request, run one iteration of it, deliver, look at the messages, again.
 * Classes are strict, so a keystroke runs at the next iteration; inside a class it is first come, first served.
 */
import type { DecodeBackend, DecodeBatch, Tokenizer } from '../backend.ts';
import { EngineFailure } from '../failure.ts';
import { SequencePool } from '../kv/sequencePool.ts';
import { Request, type RequestInput } from './request.ts';

/** One iteration should take no longer than this, so that whoever arrives waits no longer. */
const ITERATION_MS = 30;
/** Iterations that are shorter than this share a turn of the event loop, whose own cost would show beside theirs. */
const TURN_MS = 4;
/** Shortest prompt chunk: below it the per-call cost dominates. */
const SHORTEST_CHUNK = 16;
/** Weight of the newest measurement in the running cost per prompt token. */
const LEARNING_RATE = 0.2;

export class Loop {
  readonly #backend: DecodeBackend;
  readonly #tokenizer: Tokenizer;
  readonly #pool: SequencePool;
  readonly #batch: DecodeBatch;
  readonly #sequence = [0];
  /** In order of arrival. */
  #requests: Request[] = [];
  #scheduled = false;
  #msPerToken = 0.5;

  constructor(backend: DecodeBackend, tokenizer: Tokenizer, sequences: number) {
    this.#backend = backend;
    this.#tokenizer = tokenizer;
    this.#pool = new SequencePool(backend, sequences);
    this.#batch = backend.createBatch();
  }

  get running(): number {
    return this.#requests.filter((request) => request.lease).length;
  }
  get waiting(): number {
    return this.#requests.length - this.running;
  }
  get usedCells(): number {
    return this.#pool.usedCells;
  }

  /** Enters a request; an older one with the same `supersedes` key ends at once. */
  submit(input: RequestInput): Request {
    const request = new Request(input, this.#backend.now());
    const { supersedes } = input.params;
    if (supersedes !== undefined) {
      for (const older of [...this.#requests]) {
        if (older.params.supersedes === supersedes) this.#leave(older, 'superseded');
      }
    }
    this.#requests.push(request);
    this.#wake();
    return request;
  }

  /** Ends a request with the text so far; its computed tokens stay for the next one. */
  cancel(request: Request): void {
    if (!request.settled) this.#leave(request, 'cancelled');
  }

  /** Fails everything that is under way. */
  stop(reason: Error): void {
    for (const request of this.#requests) request.fail(reason);
    this.#requests = [];
  }

  #wake(): void {
    if (this.#scheduled || this.#requests.length === 0) return;
    this.#scheduled = true;
    // setImmediate lets the socket be read between two turns: cancels and keystrokes are seen at once.
    setImmediate(() => {
      this.#scheduled = false;
      const end = this.#backend.now() + TURN_MS;
      do {
        const request = this.#select();
        if (!request) return;
        this.#iterate(request);
      } while (this.#backend.now() < end);
      this.#wake();
    });
  }

  #select(): Request | undefined {
    let chosen: Request | undefined;
    for (const request of this.#requests) if (!chosen || request.rank < chosen.rank) chosen = request;
    return chosen;
  }

  #iterate(request: Request): void {
    try {
      if (!request.lease) this.#admit(request);
      const start = request.computed;
      const end = Math.min(request.known.length, start + this.#chunk());
      const row = this.#fill(request, start, end);
      const before = this.#backend.now();
      const outcome = this.#backend.decode(this.#batch);
      if (outcome === 'noRoom') {
        if (!this.#makeRoom(request)) throw outOfCells();
        return;
      }
      if (outcome === 'aborted') return;
      const now = this.#backend.now();
      this.#learn(end - start, now - before);
      this.#pool.commit(request.lease!, request.known, start, end);
      request.advance(end - start);
      if (end < request.known.length) return;
      const finish = request.take(request.sampler.sample(row), this.#tokenizer, now);
      if (finish) this.#leave(request, finish);
    } catch (error) {
      if (request.lease) this.#pool.discard(request.lease);
      request.lease = undefined;
      this.#requests = this.#requests.filter((other) => other !== request);
      request.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /**
   * Gives the request a sequence and room for its longest answer, if need be at the cost of lower classes.
   * Requests of its own and higher classes that came before it were selected before it, so none of them is under way.
   */
  #admit(request: Request): void {
    if (request.reserve > this.#backend.cells) throw outOfCells();
    const reserved = () => this.#requests.reduce((sum, other) => sum + (other.lease ? other.reserve : 0), 0);
    while (reserved() + request.reserve > this.#backend.cells) if (!this.#preemptBelow(request)) throw outOfCells();
    const { workspace, reuse } = request.params;
    for (;;) {
      const lease = this.#pool.acquire(workspace, request.known, reuse ?? true);
      if (lease) {
        request.begin(lease, this.#backend.now());
        return;
      }
      if (!this.#preemptBelow(request)) throw outOfCells();
    }
  }

  #makeRoom(request: Request): boolean {
    return this.#pool.evict() || this.#preemptBelow(request);
  }

  /** Takes the sequence of the lowest class below `request`, newest first; it will be computed again. */
  #preemptBelow(request: Request): boolean {
    let victim: Request | undefined;
    for (const other of this.#requests) {
      if (other.lease && other.rank > request.rank && (!victim || other.rank >= victim.rank)) victim = other;
    }
    if (!victim?.lease) return false;
    this.#pool.discard(victim.lease);
    victim.preempt();
    return true;
  }

  #fill(request: Request, start: number, end: number): number {
    this.#batch.clear();
    this.#sequence[0] = request.lease!.sequence;
    let row = -1;
    for (let i = start; i < end; i++) {
      row = this.#batch.add(request.known[i]!, i, this.#sequence, i === request.known.length - 1);
    }
    return row;
  }

  #chunk(): number {
    const affordable = Math.floor(ITERATION_MS / this.#msPerToken);
    return Math.max(SHORTEST_CHUNK, Math.min(this.#batch.capacity, affordable));
  }

  #learn(tokens: number, ms: number): void {
    if (tokens < SHORTEST_CHUNK) return; // decodes and tails: dominated by the per-call cost
    this.#msPerToken += LEARNING_RATE * (ms / tokens - this.#msPerToken);
  }

  #leave(request: Request, reason: Parameters<Request['finish']>[0]): void {
    this.#requests = this.#requests.filter((other) => other !== request);
    if (request.lease) this.#pool.release(request.lease);
    request.lease = undefined;
    request.finish(reason, this.#backend.now());
  }
}

function outOfCells(): EngineFailure {
  return new EngineFailure(
    'outOfMemory',
    'The request needs more room than the context of this model has. Shorten it, or raise quire.model.contextTokens.',
  );
}
