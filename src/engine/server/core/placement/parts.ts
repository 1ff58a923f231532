/**
 * A model as the placement sees it: tensors that are read together, layer by layer. What is read for every token is hot,
 * what is read for few of them (the experts of a mixture) is cold (PowerInfer, SOSP'24; libllama's unit is the tensor).
 */

/** Of some tensors: the bytes they take, the bytes read for one token, and the multiplications of one token. */
export interface Tensors {
  held: number;
  read: number;
  multiplications: number;
}

/** What of a layer can lie on the CPU while the rest is on a GPU. Feed-forward: the dense part, and shared experts. */
export const SPILLED = ['feedForward', 'experts'] as const;
export type Spilled = (typeof SPILLED)[number];

export interface LayerParts extends Record<Spilled, Tensors> {
  /** Attention or what stands for it, norms, the router of experts: where these are, the layer is. */
  attention: Tensors;
  /** Numbers that one token adds to the cache, keys and values together. */
  cacheElements: number;
  /** Of a layer that keeps a state in place of a cache: bytes for each sequence. */
  stateBytes: number;
}

export interface ModelParts {
  /** Path of its file, or its name. */
  name: string;
  layers: LayerParts[];
  /** Embeddings of tokens: always with the CPU. A row of them is read for a token. */
  input: Tensors;
  /** The matrix that makes logits, and the last norm. */
  output: Tensors;
  /** The output matrix is that of the input: with the CPU it takes no place of its own. */
  tied: boolean;
  /** Share of the experts that one token uses; 1 without experts. */
  expertShare: number;
  embedding: number;
  /** Numbers of one token that are there at once while a layer is computed. */
  step: number;
  /** Bytes of the largest tensor of a layer. */
  largest: number;
  vocabulary: number;
  trainedContext: number;
  /** Width of one key head. */
  headLength: number;
}

export const NOTHING: Tensors = { held: 0, read: 0, multiplications: 0 };

export function sum(all: readonly Tensors[]): Tensors {
  const total = { ...NOTHING };
  for (const { held, read, multiplications } of all) {
    total.held += held;
    total.read += read;
    total.multiplications += multiplications;
  }
  return total;
}

/** Bytes read for a token over bytes held: 1 is hot. */
export const hotness = ({ held, read }: Tensors): number => (held === 0 ? 0 : read / held);

/** Bytes of the whole file. */
export function weightBytes({ layers, input, output, tied }: ModelParts): number {
  const inside = layers.map(({ attention, feedForward, experts }) => sum([attention, feedForward, experts]).held);
  return inside.reduce((total, held) => total + held, input.held + (tied ? 0 : output.held));
}
