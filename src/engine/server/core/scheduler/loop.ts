/**
 * The iteration loop (Orca, OSDI '22): choose whose tokens are computed next, run one iteration of the model, deliver,
 * look at the messages, again. The *computed* tokens of each request catch up with its *known* tokens; that some of them
 * are a prompt makes no difference. Classes are strict, so a keystroke is in the next iteration, and a long iteration of
 * others ends for it.
 */
import type { FinishReason, SchedulerStatus } from '../../../protocol/index.ts';
import type { DecodeBackend, DecodeBatch, DecodeOutcome, Tokenizer } from '../backend.ts';
import { EngineFailure } from '../failure.ts';
import type { CacheStrategy } from '../kv/strategy.ts';
import type { Decisions } from './decisions.ts';
import { IterationTimes } from './iterationTimes.ts';
import type { LatencyProfile } from './latencyProfile.ts';
import { charge } from './levels.ts';
import { ITERATION_MS, Planner, type Policy } from './planner.ts';
import { Request, type RequestInput } from './request.ts';
import { Selection, type Slice, toError } from './selection.ts';

/** Iterations that are shorter than this share a turn of the event loop, whose own cost would show beside theirs. */
const TURN_MS = 4;
/** Turns of the event loop between two of ours; and how long it has for messages after a long one. */
const MESSAGES = { turns: 2, ms: 0.3 };
const LONG_TURN_MS = 8;
/** A running iteration is stopped for a higher class where it would go on for longer than this. */
const WORTH_STOPPING_MS = 5;
/** Who waits for the disk is looked at so often, in case nothing comes. */
const AWAITING_MS = 5;
/** Pages are saved when nothing was asked for so long, and then in pieces that a keystroke would not notice. */
const IDLE = { afterMs: 1_000, pieceMs: 4 };

export interface LoopOptions {
  backend: DecodeBackend;
  tokenizer: Tokenizer;
  cache: CacheStrategy;
  profile: LatencyProfile;
  policy: Policy;
  decisions: Decisions;
}

/** An iteration that runs off the event loop. */
interface Flight {
  slices: Slice[];
  endsAt: number;
  stopped: boolean;
}

export class Loop {
  readonly cache: CacheStrategy;
  readonly decisions: Decisions;
  readonly #backend: DecodeBackend;
  readonly #tokenizer: Tokenizer;
  readonly #profile: LatencyProfile;
  readonly #policy: Policy;
  readonly #planner: Planner;
  readonly #batch: DecodeBatch;
  readonly #selection: Selection;
  readonly #times = new IterationTimes();
  #requests: Request[] = [];
  #flight: Flight | undefined;
  #scheduled = false;
  /** A request had its first token in this turn: it is to be sent before the next is made. */
  #spoke = false;
  #longTurn = false;
  #stopped = false;
  #arrivals = 0;
  #interruptions = 0;
  #superseded = 0;
  #idle: NodeJS.Timeout | undefined;
  #awaiting: NodeJS.Timeout | undefined;

  constructor({ backend, tokenizer, cache, profile, policy, decisions }: LoopOptions) {
    this.#backend = backend;
    this.#tokenizer = tokenizer;
    this.cache = cache;
    cache.onReady = () => this.#ready();
    this.#profile = profile;
    this.#policy = policy;
    this.decisions = decisions;
    this.#planner = new Planner(profile, policy, backend.batchTokens, backend.abortable);
    this.#batch = backend.createBatch();
    this.#selection = new Selection({
      cache,
      decisions,
      profile,
      planner: this.#planner,
      batch: this.#batch,
      now: () => backend.now(),
      onFailure: (request, error) => this.#fail(request, error),
    });
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

  status(): SchedulerStatus {
    return {
      policy: this.#policy,
      iterations: this.#times.count,
      preemptions: this.#selection.preemptions + this.#interruptions,
      superseded: this.#superseded,
      iterationMs: this.#times.quantiles(),
      expectedMs: { decode: this.#profile.predict(1, 1000), chunk: this.#profile.prompt(128, 0, 128) },
      decisions: this.decisions.since(0, 64),
    };
  }

  /** Enters a request; an older one with the same `supersedes` key ends at once. */
  submit(input: RequestInput): Request {
    const request = new Request(input, this.#arrivals++, this.#backend.now());
    this.decisions.record('arrived', request, { tokens: request.promptTokens });
    const { supersedes, workspace } = input;
    if (supersedes !== undefined) {
      for (const older of [...this.#requests]) {
        if (older.input.supersedes === supersedes && older.input.workspace === workspace)
          this.#leave(older, 'superseded');
      }
    }
    this.#requests.push(request);
    this.#stopFlight(request.rank);
    this.#wake();
    return request;
  }

  /** Ends a request with the text so far; its computed tokens stay for the next one. */
  cancel(request: Request): void {
    if (!request.settled) this.#leave(request, 'cancelled');
  }

  /** Fails everything that is under way, for good. */
  stop(reason: Error): void {
    this.#stopped = true;
    clearTimeout(this.#idle);
    clearTimeout(this.#awaiting);
    for (const request of this.#requests) request.fail(reason);
    this.#requests = [];
    this.#backend.abort();
  }

  #wake(): void {
    clearTimeout(this.#idle);
    if (this.#stopped || this.#scheduled || this.#flight) return;
    if (this.#requests.length === 0) {
      this.#idle = setTimeout(() => this.#tidy(), IDLE.afterMs).unref();
      return;
    }
    this.#scheduled = true;
    this.#afterMessages(() => {
      this.#scheduled = false;
      this.#spoke = false;
      const started = performance.now();
      const end = this.#backend.now() + TURN_MS;
      let found: boolean;
      do found = this.#iterate();
      while (found && !this.#stopped && !this.#spoke && !this.#flight && this.busy && this.#backend.now() < end);
      this.#longTurn = performance.now() - started > LONG_TURN_MS;
      const awaiting = this.#selection.awaiting.length > 0;
      if (awaiting) this.#awaiting ??= setTimeout(() => this.#ready(), AWAITING_MS);
      if (found || !awaiting) this.#wake();
    });
  }

  /** Saved pages may have come: who waited for them goes on, if need be at the cost of a running iteration. */
  #ready(): void {
    clearTimeout(this.#awaiting);
    this.#awaiting = undefined;
    for (const { lease, known, rank } of this.#selection.awaiting) {
      if (lease && !this.cache.awaits(lease, known)) this.#stopFlight(rank);
    }
    this.#wake();
  }

  /**
   * Runs `next` when the messages that are there were taken in, so that no keystroke waits for an iteration more than it
   * has to: a message needs a turn of the event loop to be read, one to be handled, and comes in two pieces.
   */
  #afterMessages(next: () => void): void {
    const until = this.#longTurn ? performance.now() + MESSAGES.ms : 0;
    const turn = (left: number): void => {
      setImmediate(() => (left > 0 || performance.now() < until ? turn(left - 1) : next()));
    };
    turn(MESSAGES.turns);
  }

  #tidy(): void {
    if (this.#stopped || this.#requests.length > 0 || this.#flight || this.cache.idle(IDLE.pieceMs)) return;
    this.#idle = setTimeout(() => this.#tidy(), IDLE.pieceMs).unref();
  }

  /** @returns false when there was nothing to compute now. */
  #iterate(): boolean {
    const slices = this.#selection.select(this.#requests);
    if (slices.length === 0) return false;
    const expected = this.#planner.expectedMs;
    const started = this.#backend.now();
    if (expected <= ITERATION_MS || !this.#backend.abortable || this.#policy === 'fcfs') {
      this.#finish(
        slices,
        started,
        this.#decode(() => this.#backend.decode(this.#batch)),
      );
      return true;
    }
    this.#flight = { slices, endsAt: started + expected, stopped: false };
    this.#backend
      .decodeAsync(this.#batch)
      .catch((error: unknown) => toError(error))
      .then((outcome) => {
        this.#flight = undefined;
        if (!this.#stopped) this.#finish(slices, started, outcome);
        this.#wake();
      });
    return true;
  }

  #decode(run: () => DecodeOutcome): DecodeOutcome | Error {
    try {
      return run();
    } catch (error) {
      return toError(error);
    }
  }

  /** Takes in what an iteration came to. */
  #finish(slices: Slice[], started: number, outcome: DecodeOutcome | Error): void {
    const now = this.#backend.now();
    const ms = now - started;
    if (outcome === 'ok') {
      this.#planner.ended(false);
      this.#profile.observe(this.#planner.tokens, this.#planner.context, ms);
      this.#times.add(ms);
    }
    if (outcome === 'aborted') this.#planner.ended(true);
    for (const { request, start, end, row } of slices) {
      if (outcome === 'ok') this.#advance(request, start, end, row, now, ms);
      else if (outcome === 'aborted') this.#interrupted(request);
      else this.#fail(request, outcome === 'noRoom' ? outOfCells() : outcome);
    }
    if (outcome === 'ok') this.cache.sample();
    for (const request of [...this.#requests]) if (request.ending) this.#leave(request, request.ending);
  }

  #advance(request: Request, start: number, end: number, row: number, now: number, ms: number): void {
    try {
      request.waited = false;
      this.cache.commit(request.lease!, request.known, end);
      request.advanced(start);
      this.decisions.record('ran', request, { tokens: end - start, ms });
      // Its share by rows: who only decodes beside a long prompt has not used up its time.
      const share = (ms * (end - start)) / this.#planner.tokens;
      if (charge(request.standing, share, now)) this.decisions.record('demoted', request);
      if (end < request.known.length || request.ending) return;
      this.#spoke ||= request.generatedTokens === 0;
      const finish = request.take(request.sampler.sample(row), this.#tokenizer, now);
      if (finish) this.#leave(request, finish);
    } catch (error) {
      this.#fail(request, toError(error));
    }
  }

  #interrupted(request: Request): void {
    this.#interruptions++;
    this.decisions.record('preempted', request, { why: 'the iteration was stopped for a higher class' });
  }

  /** Ends the running iteration where someone of class `rank` would wait for lower ones, or nobody wants it any more. */
  #stopFlight(rank: number): void {
    const flight = this.#flight;
    if (!flight || flight.stopped) return;
    // What a prompt that was superseded or cancelled has computed serves the one that comes in its place.
    const wanted = flight.slices.some(({ request, start, end }) => {
      return request.rank <= rank && (!request.ending || end - start > 1);
    });
    if (wanted || flight.endsAt - this.#backend.now() < WORTH_STOPPING_MS) return;
    flight.stopped = true;
    this.#backend.abort();
  }

  #leave(request: Request, reason: FinishReason): void {
    if (request.settled) return;
    if (this.#flight && request.lease) {
      // Nothing of the backend may be touched while an iteration runs.
      request.ending ??= reason;
      this.#stopFlight(Number.POSITIVE_INFINITY);
      return;
    }
    this.#requests = this.#requests.filter((other) => other !== request);
    if (request.lease) this.cache.release(request.lease, request.known);
    request.lease = undefined;
    if (reason === 'superseded') this.#superseded++;
    this.decisions.record(reason === 'superseded' || reason === 'cancelled' ? reason : 'finished', request, {
      tokens: request.generatedTokens,
    });
    request.finish(reason, this.#backend.now());
  }

  #fail(request: Request, error: Error): void {
    if (request.lease) this.cache.discard(request.lease);
    request.lease = undefined;
    this.#requests = this.#requests.filter((other) => other !== request);
    this.decisions.record('failed', request);
    request.fail(error);
  }
}

function outOfCells(): EngineFailure {
  return new EngineFailure(
    'internal',
    'The cache of the model had no room. The log says more.',
    'llama_decode found no cells',
  );
}
