/**
 * Buffers of a computation on one device. libllama reserves them for the longest batch, and tensors that do not live at the
 * same time share their place: what counts is the widest step. Fitted to dry runs of libllama v0.5.0 (a model without
 * weights, `no_alloc`); test/unit/.../buffers.test.ts holds them against such runs.
 */
import type { ModelParts } from './parts.ts';

/** Tokens of the longest batch, rows of it that can be sampled, and sequence ids (llama/backend.ts). */
const BATCH = 512;
const ROWS = 256;
const SEQUENCES = 65;
const FLOAT = 4;
/** The mask of attention: 16 bits a cell for each token of the batch. */
const MASK = 2 * BATCH;
const SMALL = 1.4 * 2 ** 20;

export interface BufferNeeds {
  /** Where layers are computed, and for each cell of the cache beside that. */
  layers: number;
  perCell: number;
  /** Where logits are computed; it shares its place with that of layers. */
  output: number;
  /** With the CPU always: what goes in (shares its place likewise), and the logits that are handed out. */
  input: number;
  logits: number;
  /** On a GPU that helps with what lies with the CPU: the largest tensor, copied. */
  copied: number;
}

export interface StepShape {
  embedding: number;
  /** Width of all query heads together. */
  queries: number;
  feedForward: number;
  experts?: { used: number; feedForward: number } | undefined;
}

/** @returns how many numbers of one token are there at once in a layer. */
export function widestStep({ embedding, queries, feedForward, experts }: StepShape): number {
  const mixture = experts ? experts.used * (2 * embedding + experts.feedForward) : 0;
  return 3 * embedding + Math.max(3 * feedForward + queries, mixture);
}

export function bufferNeeds({ step, embedding, vocabulary, output, largest }: ModelParts): BufferNeeds {
  // What makes vectors has no row for each word of its vocabulary.
  const writes = output.multiplications >= vocabulary;
  return {
    layers: BATCH * FLOAT * step + SMALL,
    perCell: MASK,
    output: writes ? ROWS * vocabulary * FLOAT + 1.5 * BATCH * embedding * FLOAT : 0,
    input: BATCH * embedding * FLOAT,
    logits: writes ? SEQUENCES * vocabulary * FLOAT : 0,
    copied: largest,
  };
}
