/**
 * Buffers of a computation on one device. libllama reserves them for the longest batch, and lets tensors that do not live
 * at the same time share their place; what is left are the widest step of a layer, the mask of attention, and the logits.
 */
import type { ModelParts } from './parts.ts';

/** Tokens of the longest batch, and rows of it that can be sampled (`BATCH_TOKENS`, `MAX_ROWS` of llama/backend.ts). */
export const BATCH = 512;
const ROWS = 256;
const FLOAT = 4;

export interface BufferNeeds {
  /** On every device that computes. */
  fixed: number;
  /** For each cell of the cache beside that. */
  perCell: number;
  /** Where the output is. */
  output: number;
  /** With the CPU always: what goes in, and the logits that are handed out. */
  host: number;
}

export function bufferNeeds({ embedding, feedForward, vocabulary }: ModelParts): BufferNeeds {
  return {
    fixed: BATCH * FLOAT * (2 * feedForward + 3 * embedding),
    // The mask, as 16-bit floats for flash attention, and as it is made.
    perCell: BATCH * 2,
    output: ROWS * vocabulary * FLOAT,
    host: ROWS * vocabulary * FLOAT + BATCH * embedding * FLOAT,
  };
}
