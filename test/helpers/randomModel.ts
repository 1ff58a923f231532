/**
 * Makes model files with random weights. What a model computes costs by its shape alone, so these stand in for models
 * that are too large to keep, or of kinds that the bundled one is not. Same seed and sources, same file.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { booleanEntry, type Entry, floatEntry, numberEntry, textEntry } from './gguf.ts';
import { ends, feedForwardOf, gainsOf, gainsWithMemory, MEMORY, QUIET } from './randomStream.ts';
import { floats, matrix, type RandomTensor, writeRandomModel } from './randomTensors.ts';
import { makeTokenizer, makeWordPieces, type RandomTokenizer } from './randomTokenizer.ts';

/** Counts up with every change of what {@link qwenShape} writes. */
const VERSION = 3;
/** ChatML that leaves out what earlier answers have before `</think>`, as Qwen3's template does behind a new question. */
export const REASONING_TEMPLATE =
  "{%- set ns = namespace(last=0) -%}{%- for message in messages -%}{%- if message.role == 'user' -%}" +
  '{%- set ns.last = loop.index0 -%}{%- endif -%}{%- endfor -%}{%- for message in messages -%}' +
  "{%- set content = message.content -%}{%- if message.role == 'assistant' and loop.index0 < ns.last and '</think>' in content -%}" +
  "{%- set content = content.split('</think>')[-1].lstrip('\\n') -%}{%- endif -%}" +
  "{{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>\\n' -}}{%- endfor -%}" +
  "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}";
const CACHE = path.join(import.meta.dirname, '../../node_modules/.cache/quire');

export interface QwenShape {
  layers: number;
  width: number;
  heads: number;
  keyHeads: number;
  feedForward: number;
  vocabulary: number;
  context: number;
  /** Merges of the vocabulary that are learnt; more make longer tokens, up to what the sources hold. */
  merges: number;
  seed: number;
  /** Jinja; absent: ChatML. */
  chatTemplate?: string;
  /** `llama` is the same but for a few sums. */
  architecture: 'qwen2' | 'llama';
  name: string;
  /** Absent: that of Qwen2.5-Coder. */
  tokenizer?: RandomTokenizer;
}

/** Qwen2.5-Coder-0.5B. */
const QWEN_CODER: QwenShape = {
  layers: 24,
  width: 896,
  heads: 14,
  keyHeads: 2,
  feedForward: 4864,
  vocabulary: 151_936,
  context: 32_768,
  merges: 4000,
  seed: 1,
  architecture: 'qwen2',
  name: 'Qwen2.5-Coder-0.5B shape, random weights',
};

/** The same in small, for tests: below a megabyte, made in a blink. */
export const TINY_QWEN: Partial<QwenShape> = {
  layers: 2,
  width: 128,
  heads: 2,
  keyHeads: 1,
  feedForward: 512,
  vocabulary: 1024,
  context: 4096,
  merges: 256,
};

/** Tokens, and merges, of the tiny models' vocabularies. */
const TINY_VOCABULARY = 1024;
const TINY_MERGES = 256;

/** A small model that is slower than the bundled one: 38 MB. */
const SMALL_QWEN: Partial<QwenShape> = {
  layers: 6,
  width: 512,
  heads: 8,
  keyHeads: 2,
  feedForward: 1536,
  vocabulary: 32_768,
  context: 8192,
};

/** Path of the model in the shape of Qwen2.5-Coder-0.5B, 530 MB, made on first use and kept until its maker changes. */
export function qwenShape(): Promise<string> {
  return kept('qwen-shape', {});
}

/** Path of a second model to serve beside the bundled one; kept likewise. */
export function smallShape(): Promise<string> {
  return kept('small-shape', SMALL_QWEN);
}

async function kept(kind: string, shape: Partial<QwenShape>): Promise<string> {
  const name = `${kind}-v${VERSION}.gguf`;
  const file = path.join(CACHE, name);
  if (existsSync(file)) return file;
  mkdirSync(CACHE, { recursive: true });
  for (const old of readdirSync(CACHE))
    if (new RegExp(`^${kind}-v\\d+\\.gguf$`).test(old)) rmSync(path.join(CACHE, old));
  const unfinished = path.join(CACHE, `${process.pid}-${name}`);
  try {
    renameSync(makeQwenShape(unfinished, shape), file);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return file;
}

/**
 * Writes a model, of architecture `qwen2` by default, in the shape of Qwen2.5-Coder-0.5B, matrices in 8 bits. Its text is random
 * words that hardly ever end by themselves.
 * @param shape what differs from that model.
 * @returns `file`.
 */
export function makeQwenShape(file: string, shape: Partial<QwenShape> = {}): string {
  const { layers, width, heads, keyHeads, feedForward, vocabulary, context, merges, seed, chatTemplate, ...rest } = {
    ...QWEN_CODER,
    ...shape,
  };
  const { architecture, name: title } = rest;
  const tokenizer =
    rest.tokenizer ?? makeTokenizer(vocabulary, merges, chatTemplate === undefined ? {} : { chatTemplate });
  const biased = architecture === 'qwen2';
  const keyWidth = (width / heads) * keyHeads;
  const gains = gainsWithMemory(layers, width);
  const tensors = [...ends(tokenizer, vocabulary, width)];
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string): string => `blk.${layer}.${part}`;
    tensors.push(
      floats(name('attn_norm.weight'), [width], 1),
      // Keys and queries wide enough that attention looks at some tokens more than at others.
      matrix(name('attn_q.weight'), width, width, 1.5),
      ...(biased ? [floats(name('attn_q.bias'), [width], 0, 0.1)] : []),
      matrix(name('attn_k.weight'), width, keyWidth, 1.5),
      ...(biased ? [floats(name('attn_k.bias'), [keyWidth], 0, 0.1)] : []),
      matrix(name('attn_v.weight'), width, keyWidth),
      ...(biased ? [floats(name('attn_v.bias'), [keyWidth], 0, 0.1)] : []),
      matrix(name('attn_output.weight'), width, width, gains[layer]!),
      floats(name('ffn_norm.weight'), [width], 1),
      ...feedForwardOf(layer, tokenizer, width, feedForward),
    );
  }
  const entries = [
    ...describe(architecture, title, layers, width, context),
    numberEntry(`${architecture}.feed_forward_length`, feedForward),
    numberEntry(`${architecture}.attention.head_count`, heads),
    numberEntry(`${architecture}.attention.head_count_kv`, keyHeads),
    floatEntry(`${architecture}.rope.freq_base`, 1e6),
    floatEntry(`${architecture}.attention.layer_norm_rms_epsilon`, 1e-6),
    ...tokenizer.entries,
  ];
  return writeRandomModel(file, entries, tensors, seed);
}

/** Writes a tiny recurrent model: whatever it has read is one state, which can be neither cut nor shared by ranges. */
export function makeTinyMamba(file: string): string {
  const layers = 2;
  const width = 64;
  const inner = 2 * width;
  const [convolution, state, rank] = [4, 16, 4];
  const gains = gainsOf(layers, width);
  const tokenizer = makeTokenizer(TINY_VOCABULARY, TINY_MERGES);
  const tensors = [...ends(tokenizer, TINY_VOCABULARY, width)];
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string): string => `blk.${layer}.${part}`;
    tensors.push(
      floats(name('attn_norm.weight'), [width], 1),
      matrix(name('ssm_in.weight'), width, 2 * inner, 2),
      floats(name('ssm_conv1d.weight'), [convolution, inner], 0, 0.5),
      floats(name('ssm_conv1d.bias'), [inner], 0),
      matrix(name('ssm_x.weight'), inner, rank + 2 * state),
      floats(name('ssm_dt.weight'), [rank, inner], 0, 0.5),
      // A step of about 0.1, after the softplus.
      floats(name('ssm_dt.bias'), [inner], -2),
      // Negative all through, and small enough that some hundred tokens are remembered.
      floats(name('ssm_a'), [state, inner], -0.1, 0.05),
      floats(name('ssm_d'), [inner], 1),
      matrix(name('ssm_out.weight'), inner, width, gains[layer]!),
    );
  }
  const entries = [
    ...describe('mamba', 'Tiny Mamba, random weights', layers, width, 4096),
    numberEntry('mamba.feed_forward_length', 0),
    numberEntry('mamba.attention.head_count', 0),
    numberEntry('mamba.ssm.conv_kernel', convolution),
    numberEntry('mamba.ssm.inner_size', inner),
    numberEntry('mamba.ssm.state_size', state),
    numberEntry('mamba.ssm.time_step_rank', rank),
    floatEntry('mamba.attention.layer_norm_rms_epsilon', 1e-5),
    ...tokenizer.entries,
  ];
  return writeRandomModel(file, entries, tensors, 2);
}

/** Tokens that the sliding layers of {@link makeTinySlidingWindow} look back over. */
export const TINY_WINDOW = 64;

/** Writes a tiny model of architecture `gemma3`: every second layer sees the last {@link TINY_WINDOW} tokens only. */
export function makeTinySlidingWindow(file: string): string {
  const [layers, width, heads, headWidth, feedForward] = [4, 128, 2, 64, 512] as const;
  const gains = gainsWithMemory(layers, width);
  // Gemma scales its embeddings up.
  const scale = Math.sqrt(width);
  const tokenizer = makeTokenizer(TINY_VOCABULARY, TINY_MERGES);
  const tensors = [...ends(tokenizer, TINY_VOCABULARY, width)];
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string): string => `blk.${layer}.${part}`;
    tensors.push(
      floats(name('attn_norm.weight'), [width], 1),
      matrix(name('attn_q.weight'), width, heads * headWidth),
      matrix(name('attn_k.weight'), width, headWidth),
      matrix(name('attn_v.weight'), width, headWidth),
      matrix(name('attn_output.weight'), heads * headWidth, width),
      floats(name('attn_q_norm.weight'), [headWidth], 1.5),
      floats(name('attn_k_norm.weight'), [headWidth], 1.5),
      floats(name('post_attention_norm.weight'), [width], gains[layer]! * scale),
      floats(name('ffn_norm.weight'), [width], 1),
      ...feedForwardOf(layer, tokenizer, width, feedForward),
      floats(name('post_ffw_norm.weight'), [width], (layer === 0 ? MEMORY : QUIET) * scale),
    );
  }
  const entries = [
    ...describe('gemma3', 'Tiny sliding window, random weights', layers, width, 4096),
    numberEntry('gemma3.feed_forward_length', feedForward),
    numberEntry('gemma3.attention.head_count', heads),
    numberEntry('gemma3.attention.head_count_kv', 1),
    numberEntry('gemma3.attention.key_length', headWidth),
    numberEntry('gemma3.attention.value_length', headWidth),
    numberEntry('gemma3.attention.sliding_window', TINY_WINDOW),
    numberEntry('gemma3.attention.sliding_window_pattern', 2),
    floatEntry('gemma3.rope.freq_base', 1e6),
    floatEntry('gemma3.attention.layer_norm_rms_epsilon', 1e-6),
    ...tokenizer.entries,
  ];
  return writeRandomModel(file, entries, tensors, 3);
}

/** Experts of each layer of {@link makeTinyMixture}, and how many of them a token uses. */
export const TINY_MIXTURE = { layers: 4, experts: 16, used: 2 };

export interface MixtureShape {
  layers: number;
  width: number;
  /** Width of an expert. */
  feedForward: number;
  experts: number;
  used: number;
}

/** Writes a small mixture of experts of architecture `qwen3moe`: each token reads a few of the many weights of a layer. */
export function makeTinyMixture(file: string, shape: Partial<MixtureShape> = {}): string {
  const { layers, width, feedForward, experts, used } = { ...TINY_MIXTURE, width: 128, feedForward: 128, ...shape };
  const headWidth = 32;
  const heads = width / headWidth;
  const gains = gainsOf(layers, width);
  const tokenizer = makeTokenizer(TINY_VOCABULARY, TINY_MERGES);
  const tensors = [...ends(tokenizer, TINY_VOCABULARY, width)];
  const expertsOf = (name: string, inputs: number, outputs: number, gain = 1): RandomTensor => {
    const one = matrix(name, inputs, outputs, gain);
    return { ...one, shape: [...one.shape, experts] };
  };
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string): string => `blk.${layer}.${part}`;
    tensors.push(
      floats(name('attn_norm.weight'), [width], 1),
      matrix(name('attn_q.weight'), width, width),
      matrix(name('attn_k.weight'), width, headWidth),
      matrix(name('attn_v.weight'), width, headWidth),
      matrix(name('attn_output.weight'), width, width, gains[layer]!),
      floats(name('attn_q_norm.weight'), [headWidth], 1),
      floats(name('attn_k_norm.weight'), [headWidth], 1),
      floats(name('ffn_norm.weight'), [width], 1),
      floats(name('ffn_gate_inp.weight'), [width, experts], 0, 1 / Math.sqrt(width)),
      expertsOf(name('ffn_gate_exps.weight'), width, feedForward),
      expertsOf(name('ffn_up_exps.weight'), width, feedForward),
      // Little, as two devices may choose different experts where two are worth the same to them.
      expertsOf(name('ffn_down_exps.weight'), feedForward, width, QUIET),
    );
  }
  const entries = [
    ...describe('qwen3moe', 'Tiny mixture, random weights', layers, width, 4096),
    numberEntry('qwen3moe.feed_forward_length', used * feedForward),
    numberEntry('qwen3moe.expert_feed_forward_length', feedForward),
    numberEntry('qwen3moe.expert_count', experts),
    numberEntry('qwen3moe.expert_used_count', used),
    numberEntry('qwen3moe.attention.head_count', heads),
    numberEntry('qwen3moe.attention.head_count_kv', 1),
    numberEntry('qwen3moe.attention.key_length', headWidth),
    numberEntry('qwen3moe.attention.value_length', headWidth),
    floatEntry('qwen3moe.rope.freq_base', 1e6),
    floatEntry('qwen3moe.attention.layer_norm_rms_epsilon', 1e-6),
    ...tokenizer.entries,
  ];
  return writeRandomModel(file, entries, tensors, 5);
}

/** Numbers of the vectors that {@link makeTinyBert} makes, and tokens of its longest text. */
export const TINY_BERT = { dimensions: 64, context: 128 };

/** Writes a tiny model of architecture `bert`, which turns a text into the mean of its tokens' vectors. */
export function makeTinyBert(file: string): string {
  const { dimensions: width, context } = TINY_BERT;
  const [layers, heads, feedForward] = [2, 2, 256] as const;
  const normOf = (name: string): RandomTensor[] => [
    floats(`${name}.weight`, [width], 1),
    floats(`${name}.bias`, [width], 0),
  ];
  const linear = (name: string, inputs: number, outputs: number, gain = 1): RandomTensor[] => [
    matrix(`${name}.weight`, inputs, outputs, gain),
    floats(`${name}.bias`, [outputs], 0, 0.1),
  ];
  const tensors = [
    floats('token_embd.weight', [width, TINY_VOCABULARY], 0, 1),
    floats('token_types.weight', [width, 2], 0, 0.1),
    floats('position_embd.weight', [width, context], 0, 0.3),
    ...normOf('token_embd_norm'),
  ];
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string): string => `blk.${layer}.${part}`;
    tensors.push(
      ...linear(name('attn_q'), width, width, 1.5),
      ...linear(name('attn_k'), width, width, 1.5),
      ...linear(name('attn_v'), width, width),
      ...linear(name('attn_output'), width, width),
      ...normOf(name('attn_output_norm')),
      ...linear(name('ffn_up'), width, feedForward),
      ...linear(name('ffn_down'), feedForward, width),
      ...normOf(name('layer_output_norm')),
    );
  }
  const entries = [
    ...describe('bert', 'Tiny BERT, random weights', layers, width, context),
    numberEntry('bert.feed_forward_length', feedForward),
    numberEntry('bert.attention.head_count', heads),
    floatEntry('bert.attention.layer_norm_epsilon', 1e-12),
    booleanEntry('bert.attention.causal', false),
    numberEntry('bert.pooling_type', 1),
    ...makeWordPieces(TINY_VOCABULARY),
  ];
  return writeRandomModel(file, entries, tensors, 4);
}

function describe(architecture: string, name: string, layers: number, width: number, context: number): Entry[] {
  return [
    textEntry('general.architecture', architecture),
    textEntry('general.name', name),
    // Mostly Q8_0.
    numberEntry('general.file_type', 7),
    numberEntry('general.quantization_version', 2),
    numberEntry(`${architecture}.block_count`, layers),
    numberEntry(`${architecture}.embedding_length`, width),
    numberEntry(`${architecture}.context_length`, context),
  ];
}
