/** Reads a model's parts out of the headers of its GGUF files: names, shapes and sizes; no weights. */
import { cacheShape } from '../llama/cacheShape.ts';
import { corrupt, purposeOf, readModelHeaders } from '../llama/ggufCheck.ts';
import type { GgufHeader, GgufTensor } from '../llama/ggufHeader.ts';
import { widestStep } from './buffers.ts';
import { type LayerParts, type ModelParts, NOTHING, sum, type Tensors } from './parts.ts';

/** @throws EngineFailure `modelMissing`, `modelCorrupt`. */
export async function readModelParts(file: string): Promise<ModelParts> {
  const parts = partsOf(await readModelHeaders(file), file);
  if (!parts) throw corrupt(file, 'its header names no layers');
  return parts;
}

/** @returns undefined for what has no layers. */
export function partsOf(headers: readonly GgufHeader[], name: string): ModelParts | undefined {
  const metadata = headers[0]?.metadata ?? new Map();
  const architecture = metadata.get('general.architecture');
  if (typeof architecture !== 'string') return undefined;
  const number = (key: string, otherwise = 0): number => {
    const value = metadata.get(`${architecture}.${key}`);
    return typeof value === 'number' ? value : Array.isArray(value) ? Math.max(0, ...value) : otherwise;
  };
  const count = number('block_count');
  const tensors = headers.flatMap(sized);
  if (!(count > 0) || tensors.length === 0) return undefined;
  const embedding = number('embedding_length');
  const experts = number('expert_count');
  const expertShare = experts > 0 ? number('expert_used_count', experts) / experts : 1;
  const { elements, headLength } = cacheShape(metadata, architecture);
  const state = stateBytes(number);
  // What sees a whole text at once keeps nothing of it.
  const { causal } = purposeOf(architecture, metadata);
  const layers = elements.map(
    (perToken): LayerParts => ({
      attention: NOTHING,
      feedForward: NOTHING,
      experts: NOTHING,
      cacheElements: causal ? perToken : 0,
      stateBytes: perToken === 0 ? state : 0,
    }),
  );
  let input = NOTHING;
  let output = NOTHING;
  let ownOutput = false;
  let embeddings = NOTHING;
  for (const tensor of tensors) {
    const layer = layers[Number(/^blk\.(\d+)\./.exec(tensor.name)?.[1] ?? Number.NaN)];
    if (layer) {
      const group = groupOf(tensor.name);
      layer[group] = sum([layer[group], whole(tensor, group === 'experts' ? expertShare : 1)]);
    } else if (INPUT.test(tensor.name)) {
      const rows = Math.max(1, tensor.shape[1] ?? 1);
      input = sum([input, { held: tensor.bytes, read: tensor.bytes / rows, multiplications: 0 }]);
      if (tensor.name === 'token_embd.weight') embeddings = whole(tensor, 1);
    } else {
      output = sum([output, whole(tensor, 1)]);
      ownOutput ||= tensor.name === 'output.weight';
    }
  }
  const vocabulary = tensors.find((tensor) => tensor.name === 'token_embd.weight')?.shape[1] ?? 0;
  return {
    name,
    layers,
    input,
    output: causal && !ownOutput ? sum([output, embeddings]) : output,
    tied: causal && !ownOutput,
    expertShare,
    embedding,
    step: widestStep({
      embedding,
      queries: headLength * number('attention.head_count', 1),
      feedForward: Math.max(0, ...tensors.map(({ name, shape }) => (WIDE.test(name) ? (shape[1] ?? 0) : 0))),
      experts:
        experts > 0
          ? { used: number('expert_used_count'), feedForward: number('expert_feed_forward_length') }
          : undefined,
    }),
    largest: Math.max(...tensors.map(({ name, bytes }) => (name.startsWith('blk.') ? bytes : 0))),
    vocabulary,
    trainedContext: number('context_length'),
    headLength,
  };
}

/** What libllama always keeps with the CPU (`LLM_TENSOR_LAYER_INPUT`). */
const INPUT = /^(?:token_embd|token_embd_norm|token_types|position_embd|per_layer_token_embd)\./;

function groupOf(name: string): 'attention' | 'feedForward' | 'experts' {
  if (EXPERTS.test(name)) return 'experts';
  return FEED_FORWARD.test(name) ? 'feedForward' : 'attention';
}

/** The ends of the names of the groups' tensors: these are also the patterns that libllama is given. */
export const EXPERTS = /\.ffn_(up|down|gate|gate_up)_(ch|)exps\./;
export const FEED_FORWARD = /\.ffn_(up|down|gate)(_shexp|)\./;

/** As wide as the feed-forward part of a layer. */
const WIDE = /\.ffn_up(_shexp)?\.weight$/;

interface Sized extends GgufTensor {
  bytes: number;
}

/** A tensor reaches to the next one, or to the end of the file: the header names no sizes. Alignment is counted in. */
function sized({ tensors, fileBytes }: GgufHeader): Sized[] {
  const ordered = [...tensors].sort((a, b) => a.offset - b.offset);
  return ordered.map((tensor, index) => {
    const end = ordered[index + 1]?.offset ?? fileBytes;
    return { ...tensor, bytes: Math.max(0, end - tensor.offset) };
  });
}

/** @param share of it that is read for one token. */
function whole({ bytes, shape }: Sized, share: number): Tensors {
  // Norms and biases are added, not multiplied; they are too small to tell apart.
  const elements = shape.reduce((product, length) => product * length, 1);
  return { held: bytes, read: bytes * share, multiplications: elements * share };
}

/** `n_embd_r` and `n_embd_s` of a recurrent layer (llama-hparams.cpp), 32-bit floats. */
function stateBytes(number: (key: string, otherwise?: number) => number): number {
  const inner = number('ssm.inner_size');
  if (inner === 0) return 0;
  const kernel = Math.max(1, number('ssm.conv_kernel'));
  const convolution = (kernel - 1) * (inner + 2 * number('ssm.group_count') * number('ssm.state_size'));
  return 4 * (convolution + number('ssm.state_size') * inner);
}
