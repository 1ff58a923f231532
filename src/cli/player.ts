/** Plays a trace: fires its events by the clock, whatever is still under way, and tallies what became of the requests. */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { Completer, MAX_TOKENS } from '../completion/completer.ts';
import { budgetFor } from '../completion/window.ts';
import { type EngineClient, EngineError } from '../engine/client/client.ts';
import {
  type ChatMessage,
  type GenerateParams,
  type GenerateResult,
  type ModelInfo,
  pinDocumentsNotification,
  type RequestClass,
} from '../engine/protocol/index.ts';
import { aborted } from './aborted.ts';
import { Documents } from './documents.ts';
import { type Tallies, Tally } from './replayReport.ts';
import { type Generator, TimedGenerator } from './timed.ts';
import { type Listener, tell } from './told.ts';
import type { TracedEvent, TraceEvent } from './trace.ts';

/** What a replay needs of the engine's client. */
export type ReplayEngine = Generator & Listener & Pick<EngineClient, 'openWorkspace'>;

export interface PlayerOptions {
  /** How many times faster than it was recorded. */
  speed: number;
  /** False computes every prompt anew. */
  reuse: boolean;
}

const WORKSPACE = { folder: null, name: 'replay', trusted: false };
/** The longest that a timer of Node can wait. */
const LONGEST_SLEEP_MS = 2 ** 31 - 1;

export class Player {
  readonly tallies: Tallies = { keystroke: new Tally(), chat: new Tally(), background: new Tally() };
  /** What requests failed of: the first message of each kind. */
  readonly failures = new Map<string, string>();
  readonly #engine: ReplayEngine;
  readonly #model: ModelInfo;
  readonly #options: PlayerOptions;
  readonly #documents = new Documents();
  /** How many other documents this model is shown. */
  readonly #files: number;
  readonly #pending = new Set<Promise<void>>();
  /** What ends the completions that run in a document. */
  readonly #completions = new Map<string, Set<AbortController>>();
  readonly #stop = new AbortController();
  /** Id of the workspace in the engine. */
  #workspace = '';
  #events = 0;
  #at = 0;
  #late = 0;

  constructor(engine: ReplayEngine, model: ModelInfo, options: PlayerOptions) {
    this.#engine = engine;
    this.#model = model;
    this.#options = options;
    this.#files = budgetFor(model, MAX_TOKENS.many, 'prefixFirst').files;
  }

  /** Events that were fired, the trace's time, and the most that one was late, in ms. */
  get progress(): { events: number; atMs: number; lateMs: number } {
    return { events: this.#events, atMs: this.#at, lateMs: this.#late };
  }

  /**
   * Plays all events, the first one at once, and waits for the requests that are under way at the end. Requests that the
   * engine refuses are tallied as failed.
   * @param signal ends it; requests under way are cancelled.
   * @throws Error that names the line of an event which does not fit the documents; whatever else a request rejects with.
   */
  async play(events: AsyncIterable<TracedEvent>, signal: AbortSignal): Promise<void> {
    const stopped = AbortSignal.any([signal, this.#stop.signal]);
    let start: { clock: number; t: number } | undefined;
    this.#workspace = await this.#engine.openWorkspace(WORKSPACE);
    try {
      for await (const traced of events) {
        const { event } = traced;
        start ??= { clock: performance.now(), t: event.t };
        this.#at = event.t - start.t;
        await this.#until(start.clock + this.#at / this.#options.speed, stopped);
        this.#events++;
        this.#documents.take(traced);
        this.#fire(event);
      }
      await Promise.race([Promise.all(this.#pending), aborted(stopped)]);
      stopped.throwIfAborted();
    } catch (error) {
      throw stopped.aborted ? stopped.reason : error;
    } finally {
      for (const completions of this.#completions.values()) for (const completion of completions) completion.abort();
    }
  }

  /** Waits for a time of the clock. One that has passed costs a turn of the event loop, so that answers are still read. */
  async #until(due: number, stopped: AbortSignal): Promise<void> {
    for (;;) {
      stopped.throwIfAborted();
      const wait = due - performance.now();
      if (wait <= 0) break;
      await sleep(Math.min(wait, LONGEST_SLEEP_MS), undefined, { signal: stopped });
    }
    await turn();
    this.#late = Math.max(this.#late, performance.now() - due);
  }

  #fire(event: TraceEvent): void {
    if (event.type !== 'chat') tell(this.#engine, this.#workspace, event, this.#documents.versionOf(event.path));
    switch (event.type) {
      case 'open':
      case 'close':
        if (event.type === 'close') this.#cancel(event.path);
        this.#engine.tell(pinDocumentsNotification, { workspace: this.#workspace, keys: this.#documents.paths });
        break;
      case 'complete':
        this.#complete(event.path, event.offset);
        break;
      case 'cancel':
        this.#cancel(event.path);
        break;
      case 'chat':
        this.#chat(event.messages, event.maxTokens);
        break;
    }
  }

  #complete(path: string, offset: number): void {
    const request = this.#documents.requestAt(path, offset, this.#files);
    const abort = new AbortController();
    const running = this.#completions.get(path) ?? new Set();
    this.#completions.set(path, running.add(abort));
    this.#track('keystroke', async (generator) => {
      try {
        const { result, rejectedBy } = await new Completer(generator).complete(this.#model, request, {
          workspace: this.#workspace,
          document: path,
          reuse: this.#options.reuse,
          signal: abort.signal,
        });
        // A completion that has said enough is ended from here; that is no cancellation.
        const ended = rejectedBy === 'cancelled' || rejectedBy === 'superseded';
        return { result, ending: ended ? 'cancelled' : 'finished' };
      } finally {
        running.delete(abort);
      }
    });
  }

  #cancel(path: string): void {
    for (const completion of this.#completions.get(path) ?? []) completion.abort();
  }

  #chat(messages: ChatMessage[], maxTokens: number): void {
    this.#track('chat', async (generator) => {
      const result = await generator.generate({
        model: this.#model.id,
        workspace: this.#workspace,
        class: 'chat',
        prompt: promptOf(this.#model, messages),
        maxTokens,
        reuse: this.#options.reuse,
      });
      const ended = result.finish === 'cancelled' || result.finish === 'superseded';
      return { result, ending: ended ? 'cancelled' : 'finished' };
    });
  }

  #track(
    name: RequestClass,
    work: (generator: Generator) => Promise<{ result: GenerateResult; ending: 'finished' | 'cancelled' }>,
  ): void {
    const tally = this.tallies[name];
    tally.sent();
    const generator = new TimedGenerator(this.#engine);
    const done = work(generator)
      .then(({ result, ending }) => {
        if (generator.times) tally.ended(ending, result, generator.times);
      })
      .catch((error) => {
        tally.failed();
        // What the engine refuses is a result of the replay; anything else is an error of it.
        if (!(error instanceof EngineError)) this.#stop.abort(error);
        else if (!this.failures.has(error.kind)) this.failures.set(error.kind, error.message);
      })
      .finally(() => this.#pending.delete(done));
    this.#pending.add(done);
  }
}

/**
 * A model without a template for chats gets the same words as plain text: what it answers is worth little, but the engine
 * has the same work.
 */
function promptOf(model: ModelInfo, messages: ChatMessage[]): GenerateParams['prompt'] {
  if (model.capabilities.chats) return { messages };
  const text = messages.map(({ role, content }) => `${role}:\n${content}\n\n`).join('');
  return { text: `${text}assistant:\n` };
}
