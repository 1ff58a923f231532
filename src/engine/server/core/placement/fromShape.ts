/** The parts of a transformer that is not there, counted from its published numbers. */
import type { ModelShape } from '../../../protocol/index.ts';
import { widestStep } from './buffers.ts';
import type { ModelParts, Tensors } from './parts.ts';

/** Bits a weight of Q4_K_M in the mean, as whole files of 7B and more have it. */
const BITS = 4.85;

/** As llama-family models are built: grouped-query attention, gated feed-forward (three matrices), one router a layer. */
export function partsOfShape(shape: ModelShape): ModelParts {
  const { name, layers, embedding, heads, kvHeads, feedForward, experts, vocabulary, tied = false } = shape;
  const headLength = shape.headLength ?? embedding / heads;
  const perWeight = (shape.bits ?? BITS) / 8;
  const matrices = (elements: number, share = 1): Tensors => ({
    held: elements * perWeight,
    read: elements * perWeight * share,
    multiplications: elements * share,
  });
  const expertShare = experts ? experts.used / experts.count : 1;
  const attention = 2 * embedding * headLength * (heads + kvHeads) + embedding * (experts?.count ?? 0);
  const layer = {
    attention: matrices(attention),
    feedForward: matrices(3 * embedding * feedForward),
    experts: matrices(3 * embedding * (experts ? experts.feedForward * experts.count : 0), expertShare),
    cacheElements: 2 * kvHeads * headLength,
    stateBytes: 0,
  };
  const table = matrices(embedding * vocabulary);
  return {
    name,
    layers: Array.from({ length: layers }, () => layer),
    input: { held: table.held, read: table.held / vocabulary, multiplications: 0 },
    output: table,
    tied,
    expertShare,
    embedding,
    step: widestStep({ embedding, queries: heads * headLength, feedForward, experts }),
    largest: perWeight * embedding * Math.max(feedForward, (experts?.feedForward ?? 0) * (experts?.count ?? 0)),
    vocabulary,
    trainedContext: shape.contextTokens,
    headLength,
  };
}
