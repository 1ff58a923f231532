/** Which number format the cache has. */
import type { NativeLibrary } from './library.ts';

/** `GGML_TYPE_F16`. */
export const F16 = 1;
/** `GGML_TYPE_Q8_0`: blocks of 32. */
export const Q8_0 = 8;

/** Lanes that ggml's AVX-512 kernels for 16- and 32-bit floats take at a time; a narrower head runs element by element. */
const AVX512_STEP = 64;
const Q8_BLOCK = 32;

/**
 * 16-bit floats, except where they would be slow: heads narrower than the AVX-512 step, on a CPU that has it. There
 * 8-bit blocks measured 2.8 times the decode rate and 5 times the rate of prefills shorter than 64 tokens
 * (bundled model, heads of 32, 512 tokens in the cache).
 * @param headLength width of one key head.
 */
export function cacheTypeFor(native: Pick<NativeLibrary, 'gpu' | 'functions'>, headLength: number): number {
  const scalar = headLength % AVX512_STEP !== 0 && headLength % Q8_BLOCK === 0;
  if (native.gpu !== 'cpu' || !scalar) return F16;
  return /AVX512 = 1/.test(native.functions.llama_print_system_info()) ? Q8_0 : F16;
}
