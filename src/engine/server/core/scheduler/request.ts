/** One generation on its way through the engine: its *computed* tokens catch up with its *known* tokens (vLLM v1). */
import type { FinishReason, RequestClass } from '../../../protocol/index.ts';
import { Answer } from '../answer.ts';
import type { Sampler, Tokenizer } from '../backend.ts';
import type { CacheLease } from '../kv/strategy.ts';
import type { DraftSource } from '../speculation/draft.ts';
import type { Drafter } from '../speculation/drafter.ts';
import { join, type Standing } from './levels.ts';

/** Classes by number: 0 is served first. */
export const RANK: Record<RequestClass, number> = { keystroke: 0, chat: 1, background: 2 };

/** What a generation needs: tokens and a sampler, whatever they are for. */
export interface RequestInput {
  class: RequestClass;
  /** Nothing is ever shared across workspaces. */
  workspace: string;
  /** A newer request of the workspace with the same key ends the older one; its prompt takes the older one's place. */
  supersedes?: string | undefined;
  /** What it is a prompt of, for what the cache holds longer; absent: as `supersedes`. */
  document?: string | undefined;
  /** False where the newest prompt of the document does not take the place of the one before: there are several to go back to. */
  replaces?: boolean | undefined;
  prompt: number[];
  /** Of the answer in all. With 0 the prompt is read, and nothing is made. */
  maxTokens: number;
  /** Tokens of the answer that were made before: it goes on behind them. They are delivered first, and count as made. */
  begun?: readonly number[] | undefined;
  /** Texts that end the answer, which ends before them. */
  stop?: readonly string[] | undefined;
  /** False takes nothing from the cache and leaves nothing in it. */
  reuse?: boolean | undefined;
  /** Leading tokens of prompt and answer that another request may come to share; absent: all. */
  keep?: number | undefined;
  sampler: Sampler;
  /** Where drafts of the answer come from; absent: prompt and answer themselves. */
  sources?: readonly DraftSource[] | undefined;
  /** The answer is filled in at a cursor, and ends at a marker of such a place. */
  atCursor?: boolean | undefined;
  /** Leading bytes of the answer that are no part of it: they stand before the cursor already. */
  skipBytes?: number | undefined;
  /** Called with new text, never empty, and the tokens since the last call, which it and what is held back come from. */
  onText: OnText;
  /** Other answers that are wanted beside the likeliest; absent: none are. */
  forks?: ForksWanted | undefined;
}

/** Answers that part from the first where another way was the next likeliest. They begin when its first line is there. */
export interface ForksWanted {
  most: number;
  /** They begin: so many. */
  onBegun?(count: number): void;
  /** Hears what one of them says, with what it shares with the first. */
  onText(index: number): OnText;
}

export type OnText = (delta: string, tokens: readonly number[]) => void;

/** How far a request is. */
export interface RequestProgress {
  /** Prompt tokens that were decoded, of those that the cache has not. */
  read: number;
  toRead: number;
  /** Where the first of the rest is. */
  position: number;
  reading: boolean;
  /** How long it stood still, in all, because a higher class was served. */
  pausedMs: number;
}

/** What a request came to. Times are ms from its arrival; tokens before and after a preemption count once. */
export interface Generation {
  text: string;
  finish: FinishReason;
  promptTokens: number;
  /** With those of {@link RequestInput.begun}. */
  cachedTokens: number;
  computedTokens: number;
  generatedTokens: number;
  queuedMs: number;
  firstTokenMs: number | null;
  totalMs: number;
}

export class Request {
  /** In order of arrival. */
  readonly number: number;
  readonly input: RequestInput;
  /** Of its class: 0 is served first. */
  readonly rank: number;
  /** Prompt and answer so far. */
  readonly known: number[];
  readonly promptTokens: number;
  readonly sampler: Sampler;
  readonly arrived: number;
  /** Absent while the request waits for its turn, or lost it. */
  lease: CacheLease | undefined;
  /** Where it stands inside its class. */
  standing: Standing;
  /** Guesses its next tokens; absent where nothing is drafted. */
  drafter: Drafter | undefined;
  /** Left out of the last iteration. */
  waited = false;
  /** How long it stood still, in ms, because a higher class was served. */
  pausedMs = 0;
  /** Why it ends as soon as the iteration that it is in is over. */
  ending: FinishReason | undefined;
  /** Other answers to the same prompt, each a request of its own; undefined: it is not known yet which. */
  forks: Request[] | undefined;
  /** It ended, well or not. */
  settled = false;

  readonly #answer: Answer;
  readonly #outcome = Promise.withResolvers<Generation>();
  readonly done = this.#outcome.promise;
  #started: number | undefined;
  #firstToken: number | undefined;
  /** Of prompt, and answer that was begun. */
  readonly #given: number;
  /** How many tokens of `known` were delivered. */
  #delivered: number;
  /** Leading given tokens that are counted as cached or computed. */
  #counted = 0;
  #cached = 0;
  #computedPrompt = 0;

  /** Where what was begun is all of it, it is settled at once. @param tokenizer of whatever was begun. */
  constructor(input: RequestInput, number: number, now: number, tokenizer: Tokenizer) {
    const { prompt, begun = [] } = input;
    this.input = input;
    this.number = number;
    this.standing = join(0, now);
    this.rank = RANK[input.class];
    this.known = [...prompt, ...begun];
    this.promptTokens = prompt.length;
    this.#given = this.known.length;
    this.#delivered = prompt.length;
    this.sampler = input.sampler;
    this.arrived = now;
    this.#answer = new Answer(input.stop ?? [], input.skipBytes);
    const stopped = begun.some((token) => this.#answer.push(tokenizer.bytes(token)));
    this.#deliver();
    if (stopped) this.finish('stop', now);
    else if (begun.length > 0 && begun.length >= input.maxTokens) this.finish('length', now);
  }

  /** Cells that the request may come to need. */
  get reserve(): number {
    return this.promptTokens + this.input.maxTokens;
  }

  get generatedTokens(): number {
    return this.known.length - this.promptTokens;
  }

  /** Tokens that it may still make. */
  get tokensLeft(): number {
    return this.input.maxTokens - this.generatedTokens;
  }

  get progress(): RequestProgress {
    const position = Math.min(this.computed, this.#given);
    const [read, toRead] = [this.#counted - this.#cached, this.#given - this.#cached];
    return { read, toRead, position, reading: this.known.length === this.#given, pausedMs: this.pausedMs };
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
    const computed = Math.min(this.computed, this.#given);
    this.#cached += Math.max(0, computed - this.#counted);
    this.#counted = Math.max(this.#counted, computed);
  }

  /** Tokens from `start` to where the lease is now were decoded. */
  advanced(start: number): void {
    const computed = Math.min(this.computed, this.#given);
    this.#computedPrompt += Math.max(0, computed - start);
    this.#counted = Math.max(this.#counted, computed);
  }

  /** Takes a drawn token. Returns why the request is finished by it, if it is. */
  take(token: number, tokenizer: Tokenizer, now: number): FinishReason | undefined {
    this.#firstToken ??= now;
    if (tokenizer.isEnd(token, this.input.atCursor)) return 'endOfText';
    this.known.push(token);
    this.drafter?.took(token);
    const stopped = this.#answer.push(tokenizer.bytes(token));
    this.#deliver();
    if (stopped) return 'stop';
    if (this.sampler.exhausted) return 'unsure';
    return this.generatedTokens >= this.input.maxTokens ? 'length' : undefined;
  }

  finish(reason: FinishReason, now: number): void {
    if (this.settled) return;
    this.settled = true;
    this.#answer.end();
    this.#deliver();
    this.sampler.dispose();
    this.#outcome.resolve({
      text: this.#answer.text,
      finish: reason,
      promptTokens: this.promptTokens,
      cachedTokens: this.#cached,
      computedTokens: this.#computedPrompt,
      generatedTokens: this.generatedTokens,
      queuedMs: rounded((this.#started ?? now) - this.arrived),
      firstTokenMs: this.#firstToken === undefined ? null : rounded(this.#firstToken - this.arrived),
      totalMs: rounded(now - this.arrived),
    });
  }

  fail(error: Error): void {
    if (this.settled) return;
    this.settled = true;
    this.sampler.dispose();
    this.#outcome.reject(error);
  }

  #deliver(): void {
    const delta = this.#answer.take();
    if (delta === '') return;
    const tokens = this.known.slice(this.#delivered);
    this.#delivered = this.known.length;
    this.input.onText(delta, tokens);
  }
}

/** To whole microseconds: what is behind them is noise. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
