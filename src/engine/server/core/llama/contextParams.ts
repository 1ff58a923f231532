/** Parameters of the contexts that text is written with. */
import type { NativeFunctions } from './functions.ts';
import { onCpuAlone, type Placement } from './placement.ts';
import type { ContextParams } from './structs.ts';

export interface ContextShape {
  /** Cells of the one pool, in tokens. */
  cells: number;
  /** Tokens of the longest batch, which is one micro-batch. */
  batchTokens: number;
  /** Sequence ids. */
  sequences: number;
  /** Rows of a batch that can be sampled. */
  rows: number;
  threads: number;
  /** `ggml_type` of keys and values. */
  cacheType: number;
  /** Keys and values lie where their layers are; false: in the system's memory. */
  offloadKv: boolean;
  flashAttention: FlashAttention;
}

/** `enum llama_flash_attn_type`: where the devices can do it, or always. */
const FLASH_ATTENTION = { auto: -1, on: 1 } as const;
export type FlashAttention = keyof typeof FLASH_ATTENTION;

export function contextParams(
  functions: Pick<NativeFunctions, 'llama_context_default_params'>,
  { cells, batchTokens, sequences, rows, threads, cacheType, offloadKv, flashAttention }: ContextShape,
): ContextParams {
  return {
    ...functions.llama_context_default_params(),
    n_ctx: cells,
    n_batch: batchTokens,
    n_ubatch: batchTokens,
    n_seq_max: sequences,
    n_outputs_max: rows,
    n_threads: threads,
    n_threads_batch: threads,
    flash_attn_type: FLASH_ATTENTION[flashAttention],
    type_k: cacheType,
    type_v: cacheType,
    offload_kqv: offloadKv,
    kv_unified: true,
  };
}

/**
 * libllama leaves flash attention out where a batch of one token for each sequence would have a GPU compute the attention
 * of a layer that is the CPU's, or the other way round. With more than 31 sequences that is wherever the CPU has some of
 * the layers, or the cache: and then it sets aside gigabytes for attention's own matrix (2.1 GB in place of 0.1 for 16,384
 * cells and 32 heads).
 * @param layers of the model, without its output.
 */
export function flashAttentionFor(placement: Placement, layers: number): FlashAttention {
  const { nGpuLayers, offloadKv = true } = placement;
  const partly = nGpuLayers >= 0 && nGpuLayers <= layers;
  return !onCpuAlone(placement) && (partly || !offloadKv) ? 'on' : 'auto';
}
