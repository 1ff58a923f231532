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

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get length(): number {
    return this.tokens.length;
  }

  clear(): void {
    this.tokens.length = 0;
  }

  add(token: number, position: number, sequences: readonly SequenceId[], wantLogits: boolean): number {
    if (this.length === this.capacity) throw new RangeError(`The batch is full: it takes ${this.capacity} tokens.`);
    if (sequences.length === 0) throw new RangeError('A token belongs to one sequence at least.');
    return this.tokens.push({ token, position, sequences: [...sequences], wantLogits }) - 1;
  }
}
