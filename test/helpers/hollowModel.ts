/** Model files that are all header: the tensors of a real model by name, shape and type, over a hole in place of weights. */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { encodeHeader, encodeText, encodeU32, floatEntry, numberEntry, textEntry } from './gguf.ts';
import { padded } from './randomTensors.ts';

export interface HollowShape {
  layers: number;
  width: number;
  heads: number;
  keyHeads: number;
  headLength: number;
  feedForward: number;
  /** Of a mixture: every layer has them, and no dense part. */
  experts?: { count: number; used: number; feedForward: number };
  vocabulary: number;
  context: number;
}

/** Qwen3-30B-A3B. */
export const QWEN3_A3B: HollowShape = {
  layers: 48,
  width: 2048,
  heads: 32,
  keyHeads: 4,
  headLength: 128,
  feedForward: 6144,
  experts: { count: 128, used: 8, feedForward: 768 },
  vocabulary: 151_936,
  context: 40_960,
};

/** Qwen3-8B. */
export const QWEN3_8B: HollowShape = {
  layers: 36,
  width: 4096,
  heads: 32,
  keyHeads: 8,
  headLength: 128,
  feedForward: 12_288,
  vocabulary: 151_936,
  context: 40_960,
};

/** `ggml_type`, values of a block, and bytes of one. */
const F32 = { type: 0, block: 1, bytes: 4 };
const Q4_K = { type: 12, block: 256, bytes: 144 };
const Q6_K = { type: 14, block: 256, bytes: 210 };

/** Writes a `qwen3` or `qwen3moe` model: matrices in Q4_K, every other `ffn_down` and the output in Q6_K. @returns `file`. */
export function makeHollowModel(file: string, shape: HollowShape): string {
  const { layers, width, heads, keyHeads, headLength, feedForward, experts, vocabulary, context } = shape;
  const architecture = experts ? 'qwen3moe' : 'qwen3';
  const tensors: [string, number[], typeof F32][] = [
    ['token_embd.weight', [width, vocabulary], Q4_K],
    ['output_norm.weight', [width], F32],
    ['output.weight', [width, vocabulary], Q6_K],
  ];
  for (let layer = 0; layer < layers; layer++) {
    const add = (name: string, sizes: number[], type: typeof F32) =>
      tensors.push([`blk.${layer}.${name}.weight`, sizes, type]);
    add('attn_norm', [width], F32);
    add('attn_q', [width, heads * headLength], Q4_K);
    add('attn_k', [width, keyHeads * headLength], Q4_K);
    add('attn_v', [width, keyHeads * headLength], Q4_K);
    add('attn_output', [heads * headLength, width], Q4_K);
    add('attn_q_norm', [headLength], F32);
    add('attn_k_norm', [headLength], F32);
    add('ffn_norm', [width], F32);
    const down = layer % 2 === 0 ? Q6_K : Q4_K;
    if (experts) {
      add('ffn_gate_inp', [width, experts.count], F32);
      add('ffn_gate_exps', [width, experts.feedForward, experts.count], Q4_K);
      add('ffn_up_exps', [width, experts.feedForward, experts.count], Q4_K);
      add('ffn_down_exps', [experts.feedForward, width, experts.count], down);
    } else {
      add('ffn_gate', [width, feedForward], Q4_K);
      add('ffn_up', [width, feedForward], Q4_K);
      add('ffn_down', [feedForward, width], down);
    }
  }
  const key = (name: string): string => `${architecture}.${name}`;
  const entries = [
    textEntry('general.architecture', architecture),
    textEntry('general.name', 'hollow'),
    numberEntry(key('block_count'), layers),
    numberEntry(key('context_length'), context),
    numberEntry(key('embedding_length'), width),
    numberEntry(key('feed_forward_length'), feedForward),
    numberEntry(key('attention.head_count'), heads),
    numberEntry(key('attention.head_count_kv'), keyHeads),
    numberEntry(key('attention.key_length'), headLength),
    numberEntry(key('attention.value_length'), headLength),
    floatEntry(key('attention.layer_norm_rms_epsilon'), 1e-6),
    floatEntry(key('rope.freq_base'), 1e6),
    ...(experts
      ? [
          numberEntry(key('expert_count'), experts.count),
          numberEntry(key('expert_used_count'), experts.used),
          numberEntry(key('expert_feed_forward_length'), experts.feedForward),
        ]
      : []),
    textEntry('tokenizer.ggml.model', 'no_vocab'),
    numberEntry(key('vocab_size'), vocabulary),
  ];
  let offset = 0;
  const info = tensors.flatMap(([name, sizes, { type, block, bytes }]) => {
    const at = offset;
    offset += padded((sizes.reduce((product, size) => product * size, 1) / block) * bytes);
    return [encodeText(name), encodeU32(sizes.length), ...[...sizes].map(encodeU64), encodeU32(type), encodeU64(at)];
  });
  const header = encodeHeader({ entries, tensorCount: BigInt(tensors.length), tensorInfo: Buffer.concat(info) });
  const handle = openSync(file, 'w');
  try {
    writeSync(handle, header);
    ftruncateSync(handle, header.length + offset);
  } finally {
    closeSync(handle);
  }
  return file;
}

function encodeU64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
