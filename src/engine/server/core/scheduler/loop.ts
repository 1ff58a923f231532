/**
 * The iteration loop (Orca, OSDI '22): choose whose tokens are computed next, run one iteration of the model, deliver,
 * look at the messages, again. The *computed* tokens of each request catch up with its *known* tokens; that some of them
 * are a prompt makes no difference. Classes are strict, so a keystroke is in the next iteration, and a long iteration of
 * others ends for it.
 */
import type { FinishReason, SchedulerStatus } from '../../../protocol/index.ts';
import type { Contender } from '../arbiter.ts';
import type { DecodeOutcome } from '../backend.ts';
import { EngineFailure } from '../failure.ts';
import type { CacheStrategy } from '../kv/strategy.ts';
import type { Speculation } from '../speculation/speculation.ts';
import { TextSource } from '../speculation/textSource.ts';
import { Advance } from './advance.ts';
import type { Decisions } from './decisions.ts';
import { DiskWait } from './diskWait.ts';
import { Drafting } from './drafting.ts';
import { Flight, WORTH_STOPPING_MS } from './flight.ts';
import { IterationTimes } from './iterationTimes.ts';
import type { LoopOptions, LoopParts } from './parts.ts';
import { ITERATION_MS, Planner } from './planner.ts';
import { RANK, Request, type RequestInput } from './request.ts';
import { Selection, type Slice, toError } from './selection.ts';

/** Tokens in the cache by which the time of one is told. */
const FILL = 1000;
/** Pages are saved when nothing was asked for so long, and then in pieces that a keystroke would not notice. */
const IDLE = { afterMs: 1_000, pieceMs: 4 };

export class Loop implements Contender {
  readonly cache: CacheStrategy;
  readonly decisions: Decisions;
  readonly speculation: Speculation | undefined;
  readonly #parts: LoopParts;
  readonly #drafting: Drafting | undefined;
  readonly #selection: Selection;
  readonly #advance: Advance;
  readonly #diskWait: DiskWait;
  readonly #times = new IterationTimes();
  #requests: Request[] = [];
  #flight: Flight | undefined;
  /** Wait for the running iteration to end. */
  #changes: (() => void)[] = [];
  #stopped = false;
  #arrivals = 0;
  #interruptions = 0;
  #superseded = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: LoopOptions) {
    const { backend, cache, profile, policy, decisions, speculation, device } = options;
    const planner = new Planner(profile, policy, backend.batchTokens, backend.abortable);
    const parts = { ...options, planner, batch: backend.createBatch() };
    this.#parts = parts;
    this.cache = cache;
    this.decisions = decisions;
    this.speculation = speculation;
    this.#drafting = speculation && new Drafting(parts, speculation);
    this.#selection = new Selection(parts, this.#drafting, (request, error) => this.#fail(request, error));
    this.#advance = new Advance(parts, (input) => this.#enter(input));
    this.#diskWait = new DiskWait(parts, this.#selection);
    device.join(this);
  }

  get running(): number {
    return this.#requests.filter((request) => request.lease).length;
  }
  /** Requests run or wait. */
  get busy(): boolean {
    return this.#requests.length > 0;
  }
  get waiting(): number {
    return this.#requests.length - this.running;
  }

  /** Highest class of those that run or wait, as a number; undefined while all that could be done waits for the disk. */
  get rank(): number | undefined {
    if (this.#diskWait.paused) return undefined;
    let highest: number | undefined;
    for (const { rank } of this.#requests) if (highest === undefined || rank < highest) highest = rank;
    return highest;
  }

  /** What one token of one sequence is expected to take with so many others in the cache. */
  get decodeMs(): { tokens: number; ms: number } {
    return { tokens: FILL, ms: this.#parts.profile.predict(1, FILL) };
  }

  status(): SchedulerStatus {
    return {
      policy: this.#parts.policy,
      iterations: this.#times.count,
      preemptions: this.#selection.preemptions + this.#interruptions,
      superseded: this.#superseded,
      iterationMs: this.#times.quantiles(),
      expectedMs: { decode: this.decodeMs.ms, chunk: this.#parts.profile.prompt(128, 0, 128) },
      decisions: this.decisions.since(0, 64),
    };
  }

  /** Enters a request; an older one with the same `supersedes` key ends at once. */
  submit(input: RequestInput): Request {
    const request = this.#enter(input);
    this.#parts.planner.came(request.arrived);
    const { supersedes, workspace } = input;
    for (const older of [...this.#requests]) {
      const same = older.input.supersedes === supersedes && older.input.workspace === workspace;
      if (supersedes !== undefined && same && older !== request) this.#leave(older, 'superseded');
    }
    if (request.settled) return request;
    request.drafter = this.speculation?.drafter(input.sources ?? [new TextSource('text', input.prompt)]);
    clearTimeout(this.#idle);
    this.#diskWait.paused = false;
    this.#parts.device.arrived(request.rank);
    return request;
  }

  #enter(input: RequestInput): Request {
    const { backend, tokenizer } = this.#parts;
    const request = new Request(input, this.#arrivals++, backend.now(), tokenizer);
    this.decisions.record('arrived', request, { tokens: request.promptTokens });
    if (!request.settled) this.#requests.push(request);
    return request;
  }

  /** Milliseconds that reading `tokens` of a prompt from position `start` on will take by what was measured. */
  readMs(tokens: number, start: number): number {
    return this.#parts.profile.prompt(tokens, start, this.#parts.backend.batchTokens);
  }

  /** Others of class `rank` were served for so long; see {@link Contender}. */
  stoodStill(rank: number, ms: number): void {
    for (const request of this.#requests) if (request.rank > rank) request.pausedMs += ms;
  }

  /** Ends a request with the text so far; its computed tokens stay for the next one. */
  cancel(request: Request): void {
    if (!request.settled) this.#leave(request, 'cancelled');
  }

  /** Runs a change of the cache that is nobody's turn; see {@link ServingCache}. */
  atRest(change: () => void): Promise<void> {
    return new Promise((resolve) => {
      const run = () => resolve(this.#stopped ? undefined : change());
      // Nothing of the backend may be touched while an iteration runs.
      if (this.#flight) this.#changes.push(run);
      else run();
    });
  }

  /** Fails everything that is under way, for good. */
  end(reason: Error): void {
    this.#stopped = true;
    this.#parts.device.leave(this);
    clearTimeout(this.#idle);
    this.#diskWait.end();
    for (const request of this.#requests) request.fail(reason);
    this.#requests = [];
    this.#parts.backend.abort();
  }

  /** One iteration; see {@link Contender}. */
  iterate(): number | Promise<number> {
    const began = this.#parts.backend.now();
    const slices = this.#selection.select(this.#requests);
    this.#diskWait.chosen(slices.length === 0);
    const started = this.#parts.backend.now();
    if (slices.length === 0) return started - began;
    const expected = this.#parts.planner.expectedMs;
    // One that a key would stop must leave the event loop free to hear of the key.
    const brief = slices[0]!.request.rank === RANK.keystroke ? ITERATION_MS : WORTH_STOPPING_MS;
    if (expected <= brief || !this.#parts.backend.abortable || this.#parts.policy === 'fcfs') {
      this.#finish(slices, started, this.#decode());
      return this.#parts.backend.now() - began;
    }
    const flight = new Flight(this.#parts.backend, slices, started + expected);
    this.#flight = flight;
    return this.#parts.backend
      .decodeAsync(this.#parts.batch)
      .catch((error: unknown) => toError(error))
      .then((outcome) => {
        this.#flight = undefined;
        if (!this.#stopped) this.#finish(slices, started, outcome, flight.alone);
        for (const change of this.#changes.splice(0)) change();
        return this.#parts.backend.now() - began;
      });
  }

  /** Ends the running iteration, where there is one that should give way; see {@link Contender}. */
  stop(rank: number): boolean {
    return this.#flight?.stop(rank) ?? false;
  }

  /** Pages are saved while nothing is asked of any model. */
  #rest(afterMs: number): void {
    clearTimeout(this.#idle);
    if (this.#stopped || this.#requests.length > 0) return;
    this.#idle = setTimeout(() => {
      if (this.#parts.device.busy || !this.cache.idle(IDLE.pieceMs)) this.#rest(IDLE.pieceMs);
    }, afterMs).unref();
  }

  #decode(): DecodeOutcome | Error {
    try {
      return this.#parts.backend.decode(this.#parts.batch);
    } catch (error) {
      return toError(error);
    }
  }

  /** Takes in what an iteration came to. @param alone see {@link Flight.alone}. */
  #finish(slices: Slice[], started: number, outcome: DecodeOutcome | Error, alone = true): void {
    const now = this.#parts.backend.now();
    const ms = now - started;
    if (outcome === 'ok' && alone) {
      this.#parts.profile.observe(this.#parts.planner.tokens, this.#parts.planner.context, ms);
      this.#times.add(ms);
    }
    if (outcome === 'aborted') this.#parts.planner.came(now);
    const lead = slices[0]!.request.rank;
    for (const request of this.#requests) {
      const served = slices.some((slice) => slice.request === request);
      // What an iteration that was stopped computed is lost.
      if (served ? outcome === 'aborted' : request.rank > lead) request.pausedMs += ms;
    }
    let made = 0;
    for (const slice of slices) {
      const { request } = slice;
      const before = request.known.length;
      if (outcome === 'ok') this.#take(slice, now, ms);
      else if (outcome === 'aborted') {
        this.#interruptions++;
        this.decisions.record('preempted', request, { why: 'the iteration was stopped for a higher class' });
      } else this.#fail(request, outcome === 'noRoom' ? outOfCells() : outcome);
      made += request.known.length - before;
    }
    if (outcome === 'ok') {
      this.#drafting?.computed(slices, made, ms);
      this.cache.sample();
    }
    for (const request of [...this.#requests]) if (request.ending) this.#leave(request, request.ending);
  }

  #take(slice: Slice, now: number, ms: number): void {
    const { request } = slice;
    try {
      const finish = this.#advance.take(slice, now, ms, this.#parts.planner.tokens);
      if (finish) this.#leave(request, finish);
    } catch (error) {
      this.#fail(request, toError(error));
    }
  }

  #leave(request: Request, reason: FinishReason): void {
    if (request.settled) return;
    if (this.#flight && request.lease) {
      // Nothing of the backend may be touched while an iteration runs.
      request.ending ??= reason;
      this.stop(Number.POSITIVE_INFINITY);
      return;
    }
    if (request.lease) this.cache.release(request.lease, request.known);
    this.#remove(request);
    if (reason === 'superseded') this.#superseded++;
    this.decisions.record(reason === 'superseded' || reason === 'cancelled' ? reason : 'finished', request, {
      tokens: request.generatedTokens,
    });
    request.finish(reason, this.#parts.backend.now());
  }

  #fail(request: Request, error: Error): void {
    if (request.lease) this.cache.discard(request.lease);
    this.#remove(request);
    this.decisions.record('failed', request);
    request.fail(error);
  }

  #remove(request: Request): void {
    request.lease = undefined;
    this.#requests = this.#requests.filter((other) => other !== request);
    this.#rest(IDLE.afterMs);
  }
}

function outOfCells(): EngineFailure {
  return new EngineFailure(
    'internal',
    'The cache of the model had no room. The log says more.',
    'llama_decode found no cells',
  );
}
