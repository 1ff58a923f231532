/** Which number format the cache has. */
import type { KvType } from '../../../protocol/index.ts';
import { unfit } from './ggufCheck.ts';
import type { NativeLibrary } from './library.ts';

type SystemInfo = { functions: Pick<NativeLibrary['functions'], 'llama_print_system_info'> };

/** `GGML_TYPE_F16`. */
export const F16 = 1;
/** `GGML_TYPE_Q4_0`: blocks of 32. */
export const Q4_0 = 2;
/** `GGML_TYPE_Q8_0`: blocks of 32. */
export const Q8_0 = 8;

/** By the names that plans have for them. */
export const KV_TYPES: Record<KvType, number> = { f16: F16, q8_0: Q8_0, q4_0: Q4_0 };

/** Lanes that ggml's AVX-512 kernels for 16- and 32-bit floats take at a time; a narrower head runs element by element. */
const AVX512_STEP = 64;
const BLOCK = 32;

/**
 * 16-bit floats, except where they would be slow: heads narrower than the AVX-512 step, on a CPU that has it. There
 * 8-bit blocks measured 2.8 times the decode rate and 5 times the rate of prefills shorter than 64 tokens
 * (bundled model, heads of 32, 512 tokens in the cache).
 * @param onCpu nothing of the model is computed on a GPU.
 * @param headLength width of one key head.
 */
export function cacheTypeFor({ functions }: SystemInfo, onCpu: boolean, headLength: number): number {
  const scalar = headLength % AVX512_STEP !== 0 && headLength % BLOCK === 0;
  if (!onCpu || !scalar) return F16;
  return /AVX512 = 1/.test(functions.llama_print_system_info()) ? Q8_0 : F16;
}

/** libllama makes no such context, without a word. @throws EngineFailure `modelUnfit` */
export function checkCacheType(path: string, type: KvType, headLength: number): void {
  if (type === 'f16' || headLength % BLOCK === 0) return;
  throw unfit(path, `keep its cache as ${type}`, `its heads are ${headLength} wide`, 'f16');
}
