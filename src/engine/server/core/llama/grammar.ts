/**
 * Text that obeys a grammar. Holding every token of the vocabulary against a grammar takes a millisecond for each 8,000
 * of them, so a token is drawn freely first and only that one is held against it; where it does not fit, the row is
 * drawn again with the grammar before everything else (llama.cpp's `common_sampler` does the same).
 */
import { EngineFailure } from '../failure.ts';
import { Candidates } from './candidates.ts';
import type { NativeFunctions } from './functions.ts';
import type { Pointer } from './structs.ts';

/** The parser recurses with every group and every rule, and a stack that overflows ends the process. */
const LONGEST = 1 << 18;
const MOST_GROUPS = 10_000;

export interface GrammarHost {
  readonly functions: NativeFunctions;
  readonly vocab: Pointer;
}

export class Grammar {
  readonly #functions: NativeFunctions;
  readonly #sampler: Pointer;
  readonly #candidates: Candidates;

  /** @param text GBNF. @throws EngineFailure `grammarInvalid` */
  constructor({ functions, vocab }: GrammarHost, text: string) {
    const bytes = Buffer.from(`${text}\0`, 'utf8');
    const sampler = parseable(text) ? functions.llama_sampler_init_grammar(vocab, bytes, 'root') : null;
    if (sampler === null) {
      throw new EngineFailure(
        'grammarInvalid',
        'The grammar of this request is not valid GBNF, or has no usable rule named root.',
      );
    }
    this.#functions = functions;
    this.#sampler = sampler;
    this.#candidates = new Candidates(functions);
  }

  /** True when `token` may come next. */
  allows(token: number): boolean {
    this.#candidates.setOne(token);
    this.#candidates.apply(this.#sampler);
    return this.#candidates.firstLogit === 0;
  }

  /**
   * Draws with `chain` among the tokens that may come next, out of all the logits of a row, or those of `among`.
   * @throws EngineFailure `grammarInvalid` when the vocabulary has none.
   */
  draw(chain: Pointer, logits: Float32Array, among?: Int32Array): number {
    this.#candidates.setAll(logits, among);
    this.#candidates.apply(this.#sampler);
    this.#candidates.apply(chain);
    const token = this.#candidates.selected;
    // Accepting a token that does not fit would end the process.
    if (token === undefined) {
      throw new EngineFailure('grammarInvalid', 'No token of this model fits the grammar of this request any further.');
    }
    return token;
  }

  /** Takes a token that is allowed into the state. */
  accept(token: number): void {
    this.#functions.llama_sampler_accept(this.#sampler, token);
  }

  dispose(): void {
    this.#functions.llama_sampler_free(this.#sampler);
    this.#candidates.dispose();
  }
}

function parseable(text: string): boolean {
  return text.trim() !== '' && text.length <= LONGEST && text.split('(').length <= MOST_GROUPS;
}
