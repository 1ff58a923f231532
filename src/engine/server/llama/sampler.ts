/** Token choice inside the library: no logits are copied. */
import { randomInt } from 'node:crypto';
import type { SamplingOptions } from '../../protocol.ts';
import type { Sampler } from '../backend.ts';
import { EngineFailure } from '../failure.ts';
import type { NativeFunctions } from './functions.ts';
import type { Pointer } from './structs.ts';

/** How many tokens the repetition penalty looks at where nothing is said; llama.cpp's default. */
const REPEAT_LAST_N = 64;
/** `LLAMA_DEFAULT_SEED`: libllama draws a seed of its own for this one. */
const ANY_SEED = 0xffff_ffff;

export interface SamplerHost {
  readonly functions: NativeFunctions;
  readonly vocab: Pointer;
  readonly vocabularyTokens: number;
  /** Context whose last decode is sampled. @throws RangeError when the row has no logits. */
  contextOf(row: number): Pointer;
  forget(sampler: LlamaSampler): void;
}

export class LlamaSampler implements Sampler {
  readonly #host: SamplerHost;
  #chain: Pointer | undefined;
  /** Part of the chain that takes prompt tokens; the grammar must not see them. */
  #penalties: Pointer | undefined;

  /** @throws EngineFailure `grammarInvalid` */
  constructor(host: SamplerHost, options: SamplingOptions) {
    const { functions, vocabularyTokens } = host;
    this.#host = host;
    // The grammar comes first: it is the only part that can fail.
    const grammar = options.grammar === undefined ? undefined : grammarSampler(host, options.grammar);
    const chain = functions.llama_sampler_chain_init({ no_perf: true });
    const add = (sampler: Pointer): void => functions.llama_sampler_chain_add(chain, sampler);
    this.#chain = chain;
    if (grammar !== undefined) add(grammar);
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
    const context = this.#host.contextOf(row);
    return this.#host.functions.llama_sampler_sample(this.#alive(), context, row);
  }

  /** Prompt tokens count for the repetition penalty; a grammar begins with the answer and does not see them. */
  accept(token: number): void {
    this.#alive();
    if (this.#penalties !== undefined) this.#host.functions.llama_sampler_accept(this.#penalties, token);
  }

  dispose(): void {
    if (this.#chain === undefined) return;
    this.#host.functions.llama_sampler_free(this.#chain);
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

function grammarSampler({ functions, vocab }: SamplerHost, grammar: string): Pointer {
  const sampler =
    grammar.trim() === ''
      ? null
      : functions.llama_sampler_init_grammar(vocab, Buffer.from(`${grammar}\0`, 'utf8'), 'root');
  if (sampler === null) {
    throw new EngineFailure(
      'grammarInvalid',
      'The grammar of this request is not valid GBNF, or has no usable rule named root.',
    );
  }
  return sampler;
}
