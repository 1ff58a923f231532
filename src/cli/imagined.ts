/** Machines and public models that need not be there to be planned for. Rates are what is measured, not what is promised. */
import type { Machine, ModelShape } from '../engine/protocol/index.ts';

const GB = 2 ** 30;
const cpu = (total: number, free: number, bandwidth: number, flops: number): Machine['devices'][number] => ({
  name: 'CPU',
  kind: 'cpu',
  totalBytes: total * GB,
  freeBytes: free * GB,
  bandwidth,
  flops,
});
const gpu = (name: string, total: number, bandwidth: number, flops: number): Machine['devices'][number] => ({
  name,
  kind: 'gpu',
  totalBytes: total * GB,
  // The screen, and what the driver keeps.
  freeBytes: (total - 0.5) * GB,
  bandwidth,
  flops,
});

export const MACHINES: Readonly<Record<string, Machine>> = {
  'laptop-16': {
    name: 'laptop, 16 GB, integrated GPU',
    devices: [{ ...gpu('Vulkan0', 8, 55e9, 1.5e12), kind: 'igpu', freeBytes: 8 * GB }, cpu(16, 12, 55e9, 0.3e12)],
    link: 12e9,
  },
  'gpu-8': {
    name: '8 GB GPU, 32 GB',
    devices: [gpu('CUDA0', 8, 250e9, 10e12), cpu(32, 27, 50e9, 0.4e12)],
    link: 12e9,
  },
  'gpu-24': {
    name: '24 GB GPU, 64 GB',
    devices: [gpu('CUDA0', 24, 800e9, 60e12), cpu(64, 56, 70e9, 0.8e12)],
    link: 24e9,
  },
  'gpus-12-8': {
    name: '12 GB and 8 GB GPU, 32 GB',
    devices: [gpu('CUDA0', 12, 300e9, 20e12), gpu('CUDA1', 8, 200e9, 10e12), cpu(32, 27, 50e9, 0.4e12)],
    link: 12e9,
  },
};

/** From the models' own `config.json`; quantised as Q4_K_M unless told. */
export const SHAPES: Readonly<Record<string, ModelShape>> = {
  'qwen2.5-coder-1.5b': {
    name: 'qwen2.5-coder-1.5b',
    layers: 28,
    embedding: 1536,
    heads: 12,
    kvHeads: 2,
    feedForward: 8960,
    vocabulary: 151_936,
    tied: true,
    contextTokens: 32_768,
  },
  'qwen2.5-coder-7b': {
    name: 'qwen2.5-coder-7b',
    layers: 28,
    embedding: 3584,
    heads: 28,
    kvHeads: 4,
    feedForward: 18_944,
    vocabulary: 152_064,
    contextTokens: 32_768,
  },
  'qwen2.5-coder-32b': {
    name: 'qwen2.5-coder-32b',
    layers: 64,
    embedding: 5120,
    heads: 40,
    kvHeads: 8,
    feedForward: 27_648,
    vocabulary: 152_064,
    contextTokens: 32_768,
  },
  'qwen3-30b-a3b': {
    name: 'qwen3-30b-a3b',
    layers: 48,
    embedding: 2048,
    heads: 32,
    kvHeads: 4,
    headLength: 128,
    feedForward: 0,
    experts: { count: 128, used: 8, feedForward: 768 },
    vocabulary: 151_936,
    contextTokens: 40_960,
  },
  'nomic-embed': {
    name: 'nomic-embed',
    layers: 12,
    embedding: 768,
    heads: 12,
    kvHeads: 12,
    feedForward: 3072,
    vocabulary: 30_522,
    tied: true,
    contextTokens: 2048,
    bits: 8.5,
  },
};
