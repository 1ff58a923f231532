/**
 * What a context and its model take, as the library itself adds it up: `llama_get_memory_breakdown`, which is for C++ only
 * (llama-ext.h). It gives a `std::map` from buffer types to three sizes, read here as libstdc++ lays it out on 64 bits.
 */
import koffi from 'koffi';
import type { MemoryUse } from '../../src/engine/protocol/index.ts';
import { sumOf } from '../../src/engine/server/core/llama/bufferLog.ts';
import type { NativeLibrary } from '../../src/engine/server/core/llama/library.ts';
import type { Pointer } from '../../src/engine/server/core/llama/structs.ts';

const map = koffi.struct({
  compare: 'uint64_t',
  color: 'uint64_t',
  root: 'void *',
  leftmost: 'void *',
  rightmost: 'void *',
  count: 'uint64_t',
});
/** Of a node: colour, parent, left, right, the key, and the sizes of weights, cache and buffers. */
const NODE = koffi.array('uint64_t', 8);

/** By device, in bytes. On Linux only. Works of a model without weights (`no_alloc`), too. */
export function memoryBreakdown({ paths }: NativeLibrary, context: Pointer): MemoryUse[] {
  const [llama, base] = [paths[0]!, paths.find((file) => /ggml-base/.test(file))!].map((file) => koffi.load(file));
  const breakdown = llama!.func('_Z26llama_get_memory_breakdownPK13llama_context', map, ['void *']);
  const nameOf = base!.func('ggml_backend_buft_name', 'str', ['void *']);
  const isHost = base!.func('ggml_backend_buft_is_host', 'bool', ['void *']);
  const { root } = breakdown(context) as { root: Pointer | null };
  const uses: MemoryUse[] = [];
  const walk = (node: Pointer | null): void => {
    if (node === null || node === 0n) return;
    const [, , left, right, key, weights, cache, compute] = [
      ...(koffi.decode(node, NODE) as Iterable<bigint | number>),
    ].map(BigInt) as bigint[];
    walk(left!);
    const name = nameOf(key);
    const device = isHost(key) || name.startsWith('CPU_') ? 'CPU' : name;
    uses.push({ device, weights: Number(weights), cache: Number(cache), compute: Number(compute) });
    walk(right!);
  };
  walk(root);
  return sumOf(uses);
}
