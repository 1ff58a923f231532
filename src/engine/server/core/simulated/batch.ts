import type { DecodeBatch, SequenceId } from '../backend.ts';

export interface SimulatedToken {
  token: number;
  position: number;
  sequences: readonly SequenceId[];
  wantLogits: boolean;
}

/** Plain objects where libllama has parallel arrays. */
export class SimulatedBatch implements DecodeBatch {
  readonly capacity: number;
  readonly tokens: SimulatedToken[] = [];

  readonly #sequences: number;

  constructor(capacity: number, sequences: number) {
    this.capacity = capacity;
    this.#sequences = sequences;
  }

  get length(): number {
    return this.tokens.length;
  }

  clear(): void {
    this.tokens.length = 0;
  }

  add(token: number, position: number, sequences: readonly SequenceId[], wantLogits: boolean): number {
    if (this.length === this.capacity) throw new RangeError(`The batch is full: it takes ${this.capacity} tokens.`);
    if (position < 0) throw new RangeError(`There is no position ${position}.`);
    const { length } = sequences;
    if (length === 0 || length > this.#sequences) throw new RangeError(`A token cannot belong to ${length} sequences.`);
    for (const id of sequences) if (!(id >= 0 && id < this.#sequences)) throw new RangeError(`No sequence ${id}.`);
    return this.tokens.push({ token, position, sequences: [...sequences], wantLogits }) - 1;
  }
}
