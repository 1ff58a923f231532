/** Saves and restores single pages, which libllama can do for whole sequences only; and whole sequences. */
import type { SequenceId } from '../backend.ts';
import type { NativeFunctions } from './functions.ts';
import { allocatePage, openPage, sealPage } from './pages.ts';
import type { Pointer } from './structs.ts';

export class PageTransfer {
  readonly #functions: NativeFunctions;
  readonly #context: Pointer;
  readonly #memory: Pointer;
  readonly #scratch: SequenceId;
  readonly #fingerprint: Uint8Array;

  /** @param scratch an id that nothing else uses: pages pass through it one at a time. */
  constructor(functions: NativeFunctions, context: Pointer, scratch: SequenceId, fingerprint: Uint8Array) {
    this.#functions = functions;
    this.#context = context;
    this.#memory = functions.llama_get_memory(context);
    this.#scratch = scratch;
    this.#fingerprint = fingerprint;
  }

  save(sequence: SequenceId, start: number, end: number): Uint8Array {
    const functions = this.#functions;
    functions.llama_memory_seq_cp(this.#memory, sequence, this.#scratch, start, end);
    try {
      const first = functions.llama_memory_seq_pos_min(this.#memory, this.#scratch);
      const last = functions.llama_memory_seq_pos_max(this.#memory, this.#scratch);
      if (first !== start || last !== end - 1) {
        throw new RangeError(`Sequence ${sequence} does not hold the positions [${start}, ${end}).`);
      }
      return this.#read(this.#scratch, start, end);
    } finally {
      functions.llama_memory_seq_rm(this.#memory, this.#scratch, -1, -1);
    }
  }

  restore(sequence: SequenceId, page: Uint8Array): boolean {
    const functions = this.#functions;
    const opened = openPage(page, this.#fingerprint);
    if (!opened || opened.start !== functions.llama_memory_seq_pos_max(this.#memory, sequence) + 1) return false;
    const { blob, start, end } = opened;
    try {
      const taken = functions.llama_state_seq_set_data(this.#context, blob, blob.length, this.#scratch);
      if (taken !== blob.length) return false;
      functions.llama_memory_seq_cp(this.#memory, this.#scratch, sequence, start, end);
      return true;
    } finally {
      functions.llama_memory_seq_rm(this.#memory, this.#scratch, -1, -1);
    }
  }

  saveState(sequence: SequenceId): Uint8Array {
    return this.#read(sequence, 0, this.#functions.llama_memory_seq_pos_max(this.#memory, sequence) + 1);
  }

  restoreState(sequence: SequenceId, state: Uint8Array): boolean {
    const functions = this.#functions;
    const opened = openPage(state, this.#fingerprint);
    if (!opened || functions.llama_memory_seq_pos_max(this.#memory, sequence) >= 0) return false;
    const { blob, end } = opened;
    const taken = functions.llama_state_seq_set_data(this.#context, blob, blob.length, sequence);
    if (taken === blob.length && functions.llama_memory_seq_pos_max(this.#memory, sequence) === end - 1) return true;
    functions.llama_memory_seq_rm(this.#memory, sequence, -1, -1);
    return false;
  }

  #read(sequence: SequenceId, start: number, end: number): Uint8Array {
    const { page, blob } = allocatePage(this.#functions.llama_state_seq_get_size(this.#context, sequence));
    const written = this.#functions.llama_state_seq_get_data(this.#context, blob, blob.length, sequence);
    if (written !== blob.length) throw new Error(`llama_state_seq_get_data wrote ${written} of ${blob.length} bytes.`);
    sealPage(page, this.#fingerprint, start, end);
    return page;
  }
}
