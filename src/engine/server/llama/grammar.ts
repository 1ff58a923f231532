/**
 * Text that obeys a grammar. Holding every token of the vocabulary against a grammar takes a millisecond for each 8,000
 * of them, so a token is drawn freely first and only that one is held against it; where it does not fit, the row is
 * drawn again with the grammar before everything else (llama.cpp's `common_sampler` does the same).
 */
import koffi from 'koffi';
import { EngineFailure } from '../failure.ts';
import type { NativeFunctions } from './functions.ts';
import { type Pointer, tokenDataArray } from './structs.ts';

/** Bytes of a `llama_token_data`: id, logit, probability. */
const TOKEN_DATA = 12;
const LOGIT = 4;
/** The parser recurses with every group and every rule, and a stack that overflows ends the process. */
const LONGEST = 1 << 18;
const MOST_GROUPS = 10_000;

export interface GrammarHost {
  readonly functions: NativeFunctions;
  readonly vocab: Pointer;
  readonly vocabularyTokens: number;
}

export class Grammar {
  readonly #functions: NativeFunctions;
  readonly #vocabularyTokens: number;
  readonly #sampler: Pointer;
  /** A `llama_token_data_array` and the candidates that it points to, first one, later all. */
  readonly #array: Pointer;
  #candidates: Pointer;
  #capacity = 1;

  /** @param text GBNF. @throws EngineFailure `grammarInvalid` */
  constructor({ functions, vocab, vocabularyTokens }: GrammarHost, text: string) {
    const bytes = Buffer.from(`${text}\0`, 'utf8');
    const sampler = parseable(text) ? functions.llama_sampler_init_grammar(vocab, bytes, 'root') : null;
    if (sampler === null) {
      throw new EngineFailure(
        'grammarInvalid',
        'The grammar of this request is not valid GBNF, or has no usable rule named root.',
      );
    }
    this.#functions = functions;
    this.#vocabularyTokens = vocabularyTokens;
    this.#sampler = sampler;
    this.#array = koffi.alloc(tokenDataArray, 1) as Pointer;
    this.#candidates = koffi.alloc('uint8_t', TOKEN_DATA) as Pointer;
  }

  /** True when `token` may come next. */
  allows(token: number): boolean {
    koffi.encode(this.#candidates, 'int32_t', [token, 0, 0], 3);
    this.#point(1);
    this.#functions.llama_sampler_apply(this.#sampler, this.#array);
    return koffi.decode.float(this.#candidates + BigInt(LOGIT)) === 0;
  }

  /**
   * Draws with `chain` among the tokens that may come next, out of all the logits of a row.
   * @throws EngineFailure `grammarInvalid` when the vocabulary has none.
   */
  draw(chain: Pointer, logits: Float32Array): number {
    const count = this.#vocabularyTokens;
    const words = new Int32Array(3 * count);
    const floats = new Float32Array(words.buffer);
    for (let token = 0; token < count; token++) {
      words[3 * token] = token;
      floats[3 * token + 1] = logits[token]!;
    }
    if (this.#capacity < count) {
      koffi.free(this.#candidates);
      this.#candidates = koffi.alloc('uint8_t', TOKEN_DATA * count) as Pointer;
      this.#capacity = count;
    }
    koffi.encode(this.#candidates, 'int32_t', words, words.length);
    this.#point(count);
    this.#functions.llama_sampler_apply(this.#sampler, this.#array);
    this.#functions.llama_sampler_apply(chain, this.#array);
    const { data, selected } = koffi.decode(this.#array, tokenDataArray) as { data: Pointer; selected: number };
    const chosen = data + BigInt(TOKEN_DATA * selected);
    // Accepting a token that does not fit would end the process.
    if (selected < 0 || !(koffi.decode.float(chosen + BigInt(LOGIT)) > Number.NEGATIVE_INFINITY)) {
      throw new EngineFailure('grammarInvalid', 'No token of this model fits the grammar of this request any further.');
    }
    return koffi.decode.int32(chosen);
  }

  /** Takes a token that is allowed into the state. */
  accept(token: number): void {
    this.#functions.llama_sampler_accept(this.#sampler, token);
  }

  dispose(): void {
    this.#functions.llama_sampler_free(this.#sampler);
    koffi.free(this.#array);
    koffi.free(this.#candidates);
  }

  #point(size: number): void {
    koffi.encode(this.#array, tokenDataArray, { data: this.#candidates, size, selected: -1, sorted: false });
  }
}

function parseable(text: string): boolean {
  return text.trim() !== '' && text.length <= LONGEST && text.split('(').length <= MOST_GROUPS;
}
