/** Looks what a model's memory can do: what its architecture says is not to be relied on. */
import type { SequenceId } from '../backend.ts';
import { LlamaBatch } from './batch.ts';
import { outcomeOf } from './decoder.ts';
import type { NativeFunctions } from './functions.ts';
import type { Pointer } from './structs.ts';

const TOKENS = 8;

/**
 * Shares a few tokens with a second sequence, cuts that one short, and looks at what is left. The memory is empty after.
 * @param other the second sequence; the first is 0.
 */
export function probeSharing(functions: NativeFunctions, context: Pointer, other: SequenceId): boolean {
  const memory = functions.llama_get_memory(context);
  const batch = new LlamaBatch(TOKENS, 1, 1);
  const half = TOKENS / 2;
  try {
    for (let position = 0; position < TOKENS; position++) batch.add(0, position, [0], false);
    if (outcomeOf(functions.llama_decode(context, batch.native())) !== 'ok') return false;
    functions.llama_memory_seq_cp(memory, 0, other, 0, TOKENS);
    return (
      functions.llama_memory_seq_rm(memory, other, half, -1) &&
      functions.llama_memory_seq_pos_min(memory, other) === 0 &&
      functions.llama_memory_seq_pos_max(memory, other) === half - 1 &&
      functions.llama_memory_seq_pos_max(memory, 0) === TOKENS - 1
    );
  } finally {
    functions.llama_memory_clear(memory, true);
    batch.dispose();
  }
}
