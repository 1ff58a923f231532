/** What a model is to the core, before and after it serves. */
import type { ChatMessage, ChatTool, MemoryUse, ModelInfo, ModelPlan, ModelSpec } from '../../protocol/index.ts';
import type { Arbiter } from './arbiter.ts';
import type { DecodeBackend, Tokenizer } from './backend.ts';
import type { Embedder } from './embedder.ts';
import type { Loop } from './scheduler/loop.ts';

/** What opening a model file gives; implemented by `llama/`. */
export interface ModelHandle {
  readonly info: ModelInfo;
  readonly tokenizer: Tokenizer;
  /** Where it and its context lie, by device; empty until it is known. */
  memoryUse(): MemoryUse[];
  /** By which it was opened; absent: there was nothing to choose. */
  readonly plan?: ModelPlan | undefined;
  /** The model keeps one state for a sequence, which costs memory for every sequence id: recurrent and hybrid ones. */
  readonly recurrent: boolean;
  /** Cells that a plan gives its cache; absent: by the length of its context. */
  readonly cells?: number | undefined;
  /** The prompt by the model's chat template, for `encodeTemplate`. Rejects with an EngineFailure `promptInvalid`. */
  renderChat(messages: readonly ChatMessage[], tools?: readonly ChatTool[]): Promise<string>;
  /** The template takes tools. */
  takesTools(): Promise<boolean>;
  createBackend(options: { cells: number; sequences: number }): DecodeBackend;
  /** @throws EngineFailure `modelUnfit` where the model makes no vectors; `outOfMemory`. */
  createEmbedder(): Embedder;
  dispose(): void;
}

/** How a model is to be opened. */
export interface Opening {
  /** Where it is to lie; absent: where a plan that is made now says. */
  plan?: ModelPlan;
  /** So often memory was short although a plan had said that it fits. */
  shortages?: number;
}

export type ModelOpener = (spec: ModelSpec, opening: Opening) => Promise<ModelHandle>;

/** A model that writes text. */
export interface OpenModel {
  readonly handle: ModelHandle;
  readonly backend: DecodeBackend;
  readonly loop: Loop;
  /** Share of the memory for pages outside the device. */
  readonly share: number;
}

/** A model that is open for vectors: it has no loop and no cache, and takes its turns of the device by itself. */
export interface OpenEmbedder {
  readonly handle: ModelHandle;
  readonly embedder: Embedder;
  readonly device: Arbiter;
}

/** Hears of models that write text as they come and go. */
export interface ModelListener {
  /** What it returns is awaited before the model counts as open. */
  modelOpened(model: OpenModel): Promise<void> | void;
  /** It is about to be freed. */
  modelUnloaded(model: OpenModel): void;
}
