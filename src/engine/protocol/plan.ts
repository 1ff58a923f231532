/**
 * Where the tensors, caches and buffers of the models lie: what `quire plan` prints and models are opened by. Plain data.
 * Sizes are bytes, rates are a second.
 */
import { RequestType } from 'vscode-jsonrpc';
import type { EngineErrorData, ModelRole } from './core.ts';

/** `igpu`: a GPU that has no memory of its own, but the system's. */
export type DeviceKind = 'gpu' | 'igpu' | 'cpu';

/** Number format of cached keys and values. */
export type KvType = 'f16' | 'q8_0' | 'q4_0';

/** `layer`: whole layers on each device, one after the other. `tensor`: each matrix cut among the devices. */
export type SplitMode = 'none' | 'layer' | 'row' | 'tensor';

export interface Device {
  /** As ggml names it: `CUDA0`, `Vulkan1`, `CPU`. */
  name: string;
  /** Name of the product. */
  description?: string;
  kind: DeviceKind;
  totalBytes: number;
  /** What models may take: free now, and what those of Quire that are planned anew hold. 0: the device is left out. */
  freeBytes: number;
  /** Bytes of weights that it reads a second while it decodes; absent: as usual for its kind. */
  bandwidth?: number;
  /** Operations a second of a long prompt's matrix products, which a token that is written has no more of; absent likewise. */
  flops?: number;
  /** In what a plan says it reckoned with: the rates that nobody gave or measured, and are as usual for its kind. */
  assumed?: ('bandwidth' | 'flops')[];
}

export interface Machine {
  name?: string;
  /** One of kind `cpu`: its memory is the system's, and that of every `igpu`. GPUs in the order of ggml. */
  devices: Device[];
  /** Bytes a second from the system's memory to a GPU's; absent: as usual. */
  link?: number;
}

/** A model of `Plan`: what is given to libllama as it stands, and what is expected of it. */
export interface ModelPlan {
  /** Completion and chat share one loaded model where their file is the same. */
  roles: ModelRole[];
  /** Path of the GGUF file, or name of the imagined model. */
  model: string;
  /** `n_gpu_layers`: the last so many of the layers, where the output counts as one behind them. */
  nGpuLayers: number;
  splitMode: SplitMode;
  /** `devices` of libllama, by name, in order. Empty: the CPU alone, no GPU is touched. */
  devices: string[];
  /** `tensor_split`, one number for each of `devices`: how many layers, the output as one more. */
  tensorSplit: number[];
  /** `main_gpu`: index into `devices`. */
  mainGpu: number;
  /** `tensor_buft_overrides`: regular expressions on tensor names; `device` is a name, of the CPU too. */
  tensorOverrides: { pattern: string; device: string }[];
  /** Longest sequence that can be asked for. */
  contextTokens: number;
  /** Cells of the cache; `n_ctx`. */
  cells: number;
  /** `type_k` and `type_v`. */
  kvType: KvType;
  /** What lies where, in words: an entry for each device. */
  where: string[];
  /** In words, what kept it from a better place, a longer context or a finer cache; empty: nothing. */
  why: string[];
  /** It is memory that lacks for some of that. */
  short: boolean;
  predicted: {
    /** By name of the device; a device that holds nothing is not named. */
    bytes: Record<string, DeviceBytes>;
    /** Tokens a second of one sequence; 0 for a model that writes none. */
    tokensPerSecond: number;
    prefillTokensPerSecond: number;
    /** Bytes of weights that a token reads, on all devices together. */
    readBytes: number;
    /** Share of them that lies on each device. */
    hotShare: Record<string, number>;
    /** Parts that a token's graph is cut into by device. */
    splits: number;
  };
}

/** What a model takes of a device. */
export interface DeviceBytes {
  weights: number;
  /** Cached keys and values, or states. */
  cache: number;
  compute: number;
}

export interface Plan {
  models: ModelPlan[];
  /**
   * `optimised`: the solver's, or what steps from there or from another rule led to. `simple`: last layers first.
   * `kept`: the one in force, since no other is 10 % better.
   */
  by: 'optimised' | 'simple' | 'kept';
  /** Weighted milliseconds, less is better: only plans for the same machine and models can be held against each other. */
  cost: number;
  /** What the simple rule would have cost; null where it finds no place for all. */
  simpleCost: number | null;
  /** Memory left by pool (the CPU's stands for the system's) behind the reserve. */
  leftBytes: Record<string, number>;
}

/** A model to be planned for. */
export interface PlannedModel {
  role: ModelRole;
  /** Absolute path of a GGUF file, or what is known of a model that is not there. */
  model: { path: string } | { shape: ModelShape };
  /** Its context, where it is not the plan's to choose. */
  contextTokens?: number;
}

/** Numbers of a transformer that its tensors can be counted from. */
export interface ModelShape {
  name: string;
  layers: number;
  embedding: number;
  heads: number;
  kvHeads: number;
  /** Default: `embedding / heads`. */
  headLength?: number;
  /** Width of the dense feed-forward part; with experts that of the shared ones together, 0 for none. */
  feedForward: number;
  /** How many experts a layer has, how many a token uses, and the width of one. */
  experts?: { count: number; used: number; feedForward: number };
  vocabulary: number;
  /** Output and input embedding are one tensor. */
  tied?: boolean;
  contextTokens: number;
  /** Bits a weight in the mean; default 4.85, which is Q4_K_M. */
  bits?: number;
}

export interface PlanParams {
  models: PlannedModel[];
  /** Default: this one. */
  machine?: Machine;
  /** The plan in force: it stays unless another is 10 % better, or it no longer fits. */
  inForce?: Plan;
  /** How long the solver may look; default 1.5. What it has found by then counts. */
  seconds?: number;
}

export interface PlanResult {
  /** With all rates that were reckoned with. */
  machine: Machine;
  plan: Plan;
  solveMs: number;
}

/** Refused with `outOfMemory`, in words, where nothing fits. Loads nothing. */
export const planRequest = new RequestType<PlanParams, PlanResult, EngineErrorData>('plan');
