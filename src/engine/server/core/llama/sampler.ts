/** Token choice inside the library: no logits are copied. */
import { randomInt } from 'node:crypto';
import type { SamplingOptions } from '../../../protocol/index.ts';
import type { Drawer } from '../backend.ts';
import { EngineFailure } from '../failure.ts';
import { Candidates } from './candidates.ts';
import { Grammar, type GrammarHost } from './grammar.ts';
import type { Pointer } from './structs.ts';

/** How many tokens the repetition penalty looks at where nothing is said; llama.cpp's default. */
const REPEAT_LAST_N = 64;
/** `LLAMA_DEFAULT_SEED`: libllama draws a seed of its own for this one. */
const ANY_SEED = 0xffff_ffff;

export interface SamplerHost extends GrammarHost {
  readonly vocabularyTokens: number;
  /** Context whose last decode is sampled. @throws RangeError when the row has no logits. */
  contextOf(row: number): Pointer;
  logits(row: number): Float32Array;
  forget(sampler: LlamaSampler): void;
}

export class LlamaSampler implements Drawer {
  readonly #host: SamplerHost;
  #chain: Pointer | undefined;
  /** Part of the chain that takes prompt tokens. */
  #penalties: Pointer | undefined;
  readonly #grammar: Grammar | undefined;
  /** Made when first drawn from. */
  #candidates: Candidates | undefined;

  /** @throws EngineFailure `grammarInvalid` */
  constructor(host: SamplerHost, options: SamplingOptions) {
    const { functions, vocabularyTokens } = host;
    this.#host = host;
    // The grammar comes first: it is the only part that can fail.
    this.#grammar = options.grammar === undefined ? undefined : new Grammar(host, options.grammar);
    const chain = functions.llama_sampler_chain_init({ no_perf: true });
    const add = (sampler: Pointer): void => functions.llama_sampler_chain_add(chain, sampler);
    this.#chain = chain;
    const repeat = options.repeatPenalty ?? 1;
    if (repeat !== 1) {
      const lastN = options.repeatLastN ?? REPEAT_LAST_N;
      this.#penalties = functions.llama_sampler_init_penalties(vocabularyTokens, lastN, repeat, 0, 0);
      add(this.#penalties);
    }
    const temperature = options.temperature ?? 0;
    if (temperature <= 0) {
      add(functions.llama_sampler_init_greedy());
      return;
    }
    if (options.topK) add(functions.llama_sampler_init_top_k(options.topK));
    if (options.topP !== undefined && options.topP < 1) add(functions.llama_sampler_init_top_p(options.topP, 1));
    if (options.minP) add(functions.llama_sampler_init_min_p(options.minP, 1));
    add(functions.llama_sampler_init_temp(temperature));
    add(functions.llama_sampler_init_dist(seedOf(options.seed)));
  }

  sample(row: number): number {
    const { functions } = this.#host;
    const chain = this.#alive();
    const context = this.#host.contextOf(row);
    const grammar = this.#grammar;
    if (!grammar) return functions.llama_sampler_sample(chain, context, row);
    // Drawing freely takes the token into the penalties' state, which must not see one that is then turned down.
    let token = this.#penalties === undefined ? functions.llama_sampler_sample(chain, context, row) : undefined;
    if (token === undefined || !grammar.allows(token)) {
      token = grammar.draw(chain, this.#host.logits(row));
      functions.llama_sampler_accept(chain, token);
    }
    grammar.accept(token);
    return token;
  }

  /** @throws EngineFailure `grammarInvalid`; `internal` when no token has a finite logit. */
  draw(logits: Float32Array, among?: Int32Array): number {
    const chain = this.#alive();
    const token = this.#grammar?.draw(chain, logits, among) ?? this.#drawFreely(chain, logits, among);
    this.#host.functions.llama_sampler_accept(chain, token);
    this.#grammar?.accept(token);
    return token;
  }

  #drawFreely(chain: Pointer, logits: Float32Array, among: Int32Array | undefined): number {
    this.#candidates ??= new Candidates(this.#host.functions);
    this.#candidates.setAll(logits, among);
    this.#candidates.apply(chain);
    const token = this.#candidates.selected;
    if (token === undefined) throw new EngineFailure('internal', 'No token can come next.', 'all logits are -Infinity');
    return token;
  }

  /** Prompt tokens count for the repetition penalty; a grammar begins with the answer and does not see them. */
  accept(token: number): void {
    this.#alive();
    if (this.#penalties !== undefined) this.#host.functions.llama_sampler_accept(this.#penalties, token);
  }

  resume(token: number): void {
    this.accept(token);
    if (this.#grammar === undefined) return;
    // Accepting a token that does not fit would end the process.
    if (!this.#grammar.allows(token)) {
      throw new EngineFailure('grammarInvalid', 'The answer that was begun does not fit the grammar of this request.');
    }
    this.#grammar.accept(token);
  }

  dispose(): void {
    if (this.#chain === undefined) return;
    this.#host.functions.llama_sampler_free(this.#chain);
    this.#grammar?.dispose();
    this.#candidates?.dispose();
    this.#chain = undefined;
    this.#penalties = undefined;
    this.#host.forget(this);
  }

  #alive(): Pointer {
    if (this.#chain === undefined) throw new Error('The sampler was disposed of.');
    return this.#chain;
  }
}

function seedOf(seed: number | undefined): number {
  return seed === undefined ? randomInt(ANY_SEED) : (seed >>> 0) % ANY_SEED;
}
