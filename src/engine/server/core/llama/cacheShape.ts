/** What a model caches of a token, layer by layer, as its header says. */
import type { GgufValue } from './ggufHeader.ts';

export interface CacheShape {
  /** Numbers that one token adds on each layer, keys and values together; 0 on one that keeps a state instead. */
  elements: number[];
  /** Width of one key head. */
  headLength: number;
}

/** From the header's layer, head and width counts. */
export function cacheShape(metadata: ReadonlyMap<string, GgufValue>, architecture: string): CacheShape {
  const number = (key: string, otherwise: number): number => {
    const value = metadata.get(`${architecture}.${key}`);
    return typeof value === 'number' ? value : otherwise;
  };
  const layers = number('block_count', 0);
  const given = metadata.get(`${architecture}.attention.head_count`);
  const heads = Array.isArray(given) ? Math.max(0, ...given) : number('attention.head_count', 0);
  const width = number('embedding_length', 0) / Math.max(1, heads);
  const headLength = number('attention.key_length', width);
  const valueLength = number('attention.value_length', width);
  const compressed = number('attention.kv_lora_rank', 0);
  if (compressed > 0) {
    return { headLength, elements: Array(layers).fill(compressed + number('rope.dimension_count', 64)) };
  }
  // Without attention nothing is cached.
  if (heads === 0) return { headLength, elements: Array(layers).fill(0) };
  const perLayer = metadata.get(`${architecture}.attention.head_count_kv`);
  const interval = Math.max(1, number('full_attention_interval', 1));
  const keyHeads = (layer: number): number => {
    if (Array.isArray(perLayer)) return perLayer[layer] ?? 0;
    return (layer + 1) % interval === 0 ? number('attention.head_count_kv', heads) : 0;
  };
  return {
    headLength,
    elements: Array.from({ length: layers }, (_, layer) => keyHeads(layer) * (headLength + valueLength)),
  };
}
