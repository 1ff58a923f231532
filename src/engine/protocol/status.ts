/** What the engine says of itself: one snapshot, and the decisions behind it. Units as in `protocol.ts`. */
import type { ModelInfo, RequestClass } from './core.ts';
import type { DeviceBytes, ModelPlan } from './plan.ts';

export interface ClassTotals {
  requests: number;
  finished: number;
  cancelled: number;
  failed: number;
  promptTokens: number;
  cachedTokens: number;
  generatedTokens: number;
}

/** Nearest-rank quantiles; null without samples. */
export interface Quantiles {
  p50: number | null;
  p95: number | null;
  p99: number | null;
  max: number | null;
}

/** The cache of one model: a snapshot, and counts since the model was opened. */
export interface KvStatus {
  /** `pages`: prefixes are shared page by page. `checkpoints`: the model cannot share, whole states are kept instead. */
  strategy: 'pages' | 'checkpoints';
  pageTokens: number;
  /** Free, cached (nobody uses them now) and leased pages add up to the total. */
  pagesTotal: number;
  pagesFree: number;
  pagesCached: number;
  pagesLeased: number;
  pagesPeak: number;
  /** Cells of the pages in use, and how many of them hold a token: means over the iterations. */
  allocatedCells: number;
  filledCells: number;
  /** Now: tokens of all cached and running sequences as if each had its own, and the tokens that are really held. */
  logicalTokens: number;
  physicalTokens: number;
  /** Pages that left the device, that were saved to memory or disk, and that came back from there. */
  evictions: number;
  spills: number;
  restores: number;
  /** Colder tiers. `limitBytes` 0: the tier is off. */
  ram: TierStatus;
  disk: TierStatus;
  /** Measured milliseconds a page: computing it, saving it, bringing it back; null until measured. */
  pageMs: { compute: number | null; save: number | null; restore: number | null };
}
export interface TierStatus {
  pages: number;
  bytes: number;
  limitBytes: number;
}

export interface SchedulerStatus {
  /** `preemptive`: classes are strict and iterations short. `fcfs`: order of arrival, for comparison. */
  policy: 'preemptive' | 'fcfs';
  iterations: number;
  /** A request lost its pages, or its running iteration, to a higher class. */
  preemptions: number;
  superseded: number;
  /** Of the last iterations: how long each took on the device. */
  iterationMs: Quantiles;
  /** What an iteration is expected to take: a single token behind 1,000 others, and a prompt chunk of 128. */
  expectedMs: { decode: number; chunk: number };
  /** The latest decisions, oldest first. */
  decisions: Decision[];
}

/**
 * One decision of the scheduler or the cache. `ran`: `tokens` of the request were in an iteration of `ms`. `waited`: the
 * request was left out of it. `admitted`: it got a sequence, `pages` of its prompt were there. `preempted`: it gave way.
 * `promoted`, `demoted`: it changed its level inside its class. `evicted`, `spilled`, `restored`: `pages` moved.
 */
export interface Decision {
  /** Milliseconds since the model was opened. */
  at: number;
  what: DecisionKind;
  /** Number of the request, in order of arrival; absent where the decision concerns the cache alone. */
  request?: number;
  class?: RequestClass;
  /** Level inside the class, 0 first. */
  level?: number;
  tokens?: number;
  pages?: number;
  ms?: number;
  why?: string;
}
export type DecisionKind =
  | 'arrived'
  | 'admitted'
  | 'ran'
  | 'waited'
  | 'preempted'
  | 'superseded'
  | 'cancelled'
  | 'finished'
  | 'failed'
  | 'promoted'
  | 'demoted'
  | 'evicted'
  | 'spilled'
  | 'restored';

/** How far the files of workspace folders are indexed. */
export interface IndexedFiles {
  /** Files that are still to be read. */
  pending: number;
  /** There is not room for all files: the nearest to what is edited are there. */
  full: boolean;
  /** Files that there was no room for, and the nearest of them, relative to their folders. */
  leftOut: number;
  nearestLeftOut: string[];
}

/** The index over the user's own code, for one model and all workspaces. */
export interface NgramStatus extends IndexedFiles {
  /** False: mixing made what was really written less likely, so the model decides alone for now. */
  on: boolean;
  /** Nats by which mixing made the tokens that were written likelier, in the mean of the latest; null before the first. */
  gain: number | null;
  /** How many of those there were. */
  seen: number;
  documents: number;
  files: number;
  tokens: number;
  bytes: number;
}

/** A device of this machine, as the native library finds it. */
export interface DeviceStatus {
  /** As `quire.engine.devices` takes it: `CUDA0`, `Vulkan1`, `CPU`. */
  name: string;
  /** Name of the product. */
  description: string;
  /** `igpu`: a GPU whose memory is the system's. `accelerator`: it helps the CPU, with the CPU's memory. */
  kind: 'cpu' | 'gpu' | 'igpu' | 'accelerator';
  freeBytes: number;
  totalBytes: number;
}

/** What a model takes of a device; the system's memory is the CPU's. */
export interface MemoryUse extends DeviceBytes {
  device: string;
}

export interface EmbedderStatus extends ModelInfo {
  memory: MemoryUse[];
  /** As in {@link ModelStatus}. */
  plan: ModelPlan | null;
}

export interface ModelStatus {
  info: ModelInfo;
  /** Where it lies; empty until the library has told. */
  memory: MemoryUse[];
  /** By which it was opened; null: there was nothing to choose. */
  plan: ModelPlan | null;
  running: number;
  waiting: number;
  kv: KvStatus;
  scheduler: SchedulerStatus;
  /** null: the model completes nothing. */
  ngram: NgramStatus | null;
  /** null: it keeps states that go back by no part of a draft, or speculation was switched off. */
  speculation: SpeculationStatus | null;
}

/** Tokens that are guessed and computed several at a time; texts are the same as without. */
export interface SpeculationStatus {
  /** A draft was worth its computing in one of the last 20 steps; where none is, requests run as if there were none. */
  on: boolean;
  /** Tokens that are computed together at the most, where more would be computed otherwise than alone; null: any number. */
  rows: number | null;
  /** Steps of requests that made tokens, and how many tokens those were. */
  steps: number;
  tokens: number;
  /** Tokens that were guessed and computed, and how many of those were right. */
  drafted: number;
  right: number;
  /** Of about the last 500 tokens; null: there were none. */
  tokensPerStep: number | null;
  /** What the tokens of late steps with drafts would have taken without, over what they took; null: there were none. */
  gain: number | null;
  /** By where guesses came from: the text itself, the answer before, a recalled line, the project's code. */
  sources: Record<string, { drafted: number; right: number }>;
}

export interface EngineStatus {
  version: string;
  pid: number;
  node: string;
  uptimeMs: number;
  residentBytes: number;
  /** The native library: which build was chosen and why it can be trusted. */
  native: {
    gpu: string;
    abi: string;
    devices: DeviceStatus[];
    /** Which of them models are put on: the setting, as it was given. */
    chosen: string;
  };
  clients: { name: string; pid: number }[];
  models: ModelStatus[];
  /** Models that are open for vectors. */
  embedders: EmbedderStatus[];
  totals: Record<RequestClass, ClassTotals>;
}
