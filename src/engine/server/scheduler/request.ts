/** One generation on its way through the engine: its *computed* tokens catch up with its *known* tokens (vLLM v1). */
import type { FinishReason, GenerateParams, GenerateResult, RequestClass } from '../../protocol.ts';
import { Answer } from '../answer.ts';
import type { Sampler, Tokenizer } from '../backend.ts';
import type { CacheLease } from '../kv/strategy.ts';
import { join, type Standing } from './levels.ts';

const RANK: Record<RequestClass, number> = { keystroke: 0, chat: 1, background: 2 };

/** What a generation needs, after the prompt was encoded and fitted. */
export interface RequestInput {
  params: GenerateParams;
  prompt: number[];
  cutTokens: number;
  /** Leading tokens of prompt and answer that another request may come to share; absent: all. */
  keep?: number;
  sampler: Sampler;
  /** Leading bytes of the answer that are no part of it: they stand before the cursor already. */
  skipBytes?: number;
  /** Called with new text; never empty. */
  onText: (delta: string) => void;
}

export class Request {
  /** In order of arrival. */
  readonly number: number;
  readonly params: GenerateParams;
  /** Of its class: 0 is served first. */
  readonly rank: number;
  /** Prompt and answer so far. */
  readonly known: number[];
  readonly promptTokens: number;
  readonly sampler: Sampler;
  readonly arrived: number;
  readonly keep: number | undefined;
  /** Absent while the request waits for its turn, or lost it. */
  lease: CacheLease | undefined;
  /** Where it stands inside its class. */
  standing: Standing;
  /** Left out of the last iteration. */
  waited = false;
  /** Why it ends as soon as the iteration that it is in is over. */
  ending: FinishReason | undefined;
  readonly done: Promise<GenerateResult>;

  readonly #input: RequestInput;
  readonly #answer: Answer;
  readonly #resolve: (result: GenerateResult) => void;
  readonly #reject: (error: Error) => void;
  #started: number | undefined;
  #firstToken: number | undefined;
  /** Leading prompt tokens that are counted as cached or computed. */
  #counted = 0;
  #cached = 0;
  #computedPrompt = 0;
  #settled = false;

  constructor(input: RequestInput, number: number, now: number) {
    this.#input = input;
    this.number = number;
    this.keep = input.keep;
    this.standing = join(0, now);
    this.params = input.params;
    this.rank = RANK[input.params.class];
    this.known = [...input.prompt];
    this.promptTokens = input.prompt.length;
    this.sampler = input.sampler;
    this.arrived = now;
    this.#answer = new Answer(input.params.stop ?? [], input.skipBytes);
    const { promise, resolve, reject } = Promise.withResolvers<GenerateResult>();
    this.done = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Cells that the request may come to need. */
  get reserve(): number {
    return this.promptTokens + this.params.maxTokens;
  }

  get generatedTokens(): number {
    return this.known.length - this.promptTokens;
  }

  /** How many of `known` are in the sequence's cells. */
  get computed(): number {
    return this.lease?.computed ?? 0;
  }

  /** The request got a sequence (again, after a preemption). */
  begin(lease: CacheLease, now: number): void {
    this.lease = lease;
    this.#started ??= now;
    this.gained();
  }

  /** The lease has more tokens, from the cache. Those that were computed before and lost do not count again. */
  gained(): void {
    const computed = Math.min(this.computed, this.promptTokens);
    this.#cached += Math.max(0, computed - this.#counted);
    this.#counted = Math.max(this.#counted, computed);
  }

  /** Tokens from `start` to where the lease is now were decoded. */
  advanced(start: number): void {
    const computed = Math.min(this.computed, this.promptTokens);
    this.#computedPrompt += Math.max(0, computed - start);
    this.#counted = Math.max(this.#counted, computed);
  }

  /** Takes a drawn token. Returns why the request is finished by it, if it is. */
  take(token: number, tokenizer: Tokenizer, now: number): FinishReason | undefined {
    this.#firstToken ??= now;
    if (tokenizer.isEnd(token)) return 'endOfText';
    this.known.push(token);
    const stopped = this.#answer.push(tokenizer.bytes(token));
    this.#deliver();
    if (stopped) return 'stop';
    return this.generatedTokens >= this.params.maxTokens ? 'length' : undefined;
  }

  finish(reason: FinishReason, now: number): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#answer.end();
    this.#deliver();
    const { confidence = null } = this.sampler;
    this.sampler.dispose();
    this.#resolve({
      text: this.#answer.text,
      confidence,
      finish: reason,
      promptTokens: this.promptTokens,
      cachedTokens: this.#cached,
      computedTokens: this.#computedPrompt,
      cutTokens: this.#input.cutTokens,
      generatedTokens: this.generatedTokens,
      queuedMs: rounded((this.#started ?? now) - this.arrived),
      firstTokenMs: this.#firstToken === undefined ? null : rounded(this.#firstToken - this.arrived),
      totalMs: rounded(now - this.arrived),
    });
  }

  fail(error: Error): void {
    if (this.#settled) return;
    this.#settled = true;
    this.sampler.dispose();
    this.#reject(error);
  }

  #deliver(): void {
    const delta = this.#answer.take();
    if (delta !== '') this.#input.onText(delta);
  }
}

/** To whole microseconds: what is behind them is noise. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
