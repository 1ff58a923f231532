/** A `llama_token_data_array`: tokens with logits that a chain of samplers chooses from. */
import koffi from 'koffi';
import type { NativeFunctions } from './functions.ts';
import { type Pointer, tokenDataArray } from './structs.ts';

/** Bytes of a `llama_token_data`: id, logit, probability. */
const TOKEN_DATA = 12;
const LOGIT = 4;

export class Candidates {
  readonly #functions: NativeFunctions;
  /** The array, and the candidates that it points to, first one, later all. */
  readonly #array: Pointer;
  #data: Pointer;
  #capacity = 1;

  constructor(functions: NativeFunctions) {
    this.#functions = functions;
    this.#array = koffi.alloc(tokenDataArray, 1) as Pointer;
    this.#data = koffi.alloc('uint8_t', TOKEN_DATA) as Pointer;
  }

  /** Holds one token, with a logit of 0. */
  setOne(token: number): void {
    koffi.encode(this.#data, 'int32_t', [token, 0, 0], 3);
    this.#point(1);
  }

  /** Holds every token of the vocabulary, or those of `among`. */
  setAll(logits: Float32Array, among?: Int32Array): void {
    const count = among?.length ?? logits.length;
    const words = new Int32Array(3 * count);
    const floats = new Float32Array(words.buffer);
    for (let index = 0; index < count; index++) {
      const token = among ? among[index]! : index;
      words[3 * index] = token;
      floats[3 * index + 1] = logits[token]!;
    }
    if (this.#capacity < count) {
      koffi.free(this.#data);
      this.#data = koffi.alloc('uint8_t', TOKEN_DATA * count) as Pointer;
      this.#capacity = count;
    }
    koffi.encode(this.#data, 'int32_t', words, words.length);
    this.#point(count);
  }

  apply(sampler: Pointer): void {
    this.#functions.llama_sampler_apply(sampler, this.#array);
  }

  /** Logit of the first candidate. */
  get firstLogit(): number {
    return koffi.decode.float(this.#data + BigInt(LOGIT));
  }

  /** The token that a chain selected; undefined where it selected none, or one that cannot come next. */
  get selected(): number | undefined {
    const { data, selected } = koffi.decode(this.#array, tokenDataArray) as { data: Pointer; selected: number };
    if (selected < 0) return undefined;
    const chosen = data + BigInt(TOKEN_DATA * selected);
    return koffi.decode.float(chosen + BigInt(LOGIT)) > Number.NEGATIVE_INFINITY
      ? koffi.decode.int32(chosen)
      : undefined;
  }

  dispose(): void {
    koffi.free(this.#array);
    koffi.free(this.#data);
  }

  #point(size: number): void {
    koffi.encode(this.#array, tokenDataArray, { data: this.#data, size, selected: -1, sorted: false });
  }
}
