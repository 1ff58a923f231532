/**
 * What the models are for, in the one currency of a plan: milliseconds a token that is written, weighted. The numbers are
 * judgements, kept here alone.
 */
import type { KvType, ModelRole } from '../../../protocol/index.ts';

export interface RoleNeeds {
  /** Completion comes first: what it gains in a millisecond is worth ten of a chat's. */
  weight: number;
  /** It writes text, token by token. */
  writes: boolean;
  /** New tokens of a prompt for each token of its answer (for vectors: for each token): the rest is cached. */
  promptTokens: number;
  /** Tokens of a prompt that are computed in one go. */
  promptBatch: number;
  /** Tokens that a usual request has in the cache. */
  fill: number;
  /** Lengths of the context to choose from, ascending, and what the step up to each is worth, in ms a token. */
  contexts: { tokens: number; worth: number }[];
}

export const ROLES: Record<ModelRole, RoleNeeds> = {
  completion: {
    weight: 10,
    writes: true,
    promptTokens: 5,
    promptBatch: 128,
    fill: 2000,
    contexts: [
      { tokens: 2048, worth: 0 },
      { tokens: 4096, worth: 4 },
      { tokens: 8192, worth: 2 },
      { tokens: 16_384, worth: 0.5 },
    ],
  },
  chat: {
    weight: 1,
    writes: true,
    promptTokens: 5,
    promptBatch: 512,
    fill: 6000,
    contexts: [
      { tokens: 4096, worth: 0 },
      { tokens: 8192, worth: 20 },
      { tokens: 16_384, worth: 10 },
      { tokens: 32_768, worth: 5 },
      { tokens: 65_536, worth: 1 },
    ],
  },
  embedding: {
    weight: 0.1,
    writes: false,
    promptTokens: 1,
    promptBatch: 256,
    fill: 256,
    contexts: [
      { tokens: 512, worth: 0 },
      { tokens: 1024, worth: 0.1 },
    ],
  },
};

/** Ms a token that a hundredth of perplexity is worth. */
const WORTH_OF_A_PERCENT = 4;

/**
 * Number formats of the cache: bytes of one number (ggml's blocks of 32), and what their loss of quality costs, in ms a
 * token. Measured with the bundled model on Quire's sources: perplexity 9.175, 9.179 and 9.318, the likeliest token the same
 * for 98.7 and 93.9 of a hundred.
 */
export const KV_TYPES: Record<KvType, { bytes: number; loss: number }> = {
  f16: { bytes: 2, loss: 0 },
  q8_0: { bytes: 34 / 32, loss: 0.04 * WORTH_OF_A_PERCENT },
  q4_0: { bytes: 18 / 32, loss: 1.6 * WORTH_OF_A_PERCENT },
};
export const KV_BLOCK = 32;

/** Sequences whose state a recurrent model keeps (`RECURRENT_LEASES` of serving.ts, and one to save through). */
export const STATES = 5;
