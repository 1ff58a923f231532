/** The engine itself: models, plain generation, status, errors. */
import { NotificationType, ProgressType, RequestType } from 'vscode-jsonrpc';
import type { EngineStatus } from './status.ts';

/** Raised with every change that an older peer would misread. Client and engine must agree exactly. */
export const PROTOCOL_VERSION = 4;

/** Strict order of service: a keystroke is always served before chat, chat before background work. */
export type RequestClass = 'keystroke' | 'chat' | 'background';

export type GpuPreference = 'auto' | 'cuda' | 'metal' | 'vulkan' | 'off';

/** Which model to open, and how. Equal specs share one loaded model, whoever opened it. */
export interface ModelSpec {
  /** Absolute path of a GGUF file. */
  path: string;
  /** Cells of the context, in tokens; 0 chooses: the model's trained length, at most 16,384. */
  contextTokens: number;
}

/** Tokens with a meaning of their own that the GGUF file names; `undefined` where it has none. */
export type SpecialToken = 'bos' | 'fimPrefix' | 'fimSuffix' | 'fimMiddle' | 'fimRepo' | 'fimSeparator';

export interface ModelInfo {
  /** Handle for {@link GenerateParams.model}; stable for the same file, size, time and spec. */
  id: string;
  path: string;
  /** `general.name` of the GGUF, or the file's name. */
  name: string;
  architecture: string;
  parameters: number;
  sizeBytes: number;
  /** Length of one sequence that can be asked for, prompt and answer together. */
  contextTokens: number;
  trainedContextTokens: number;
  vocabularyTokens: number;
  specialTokens: SpecialToken[];
  /** True when the file carries a chat template. */
  chat: boolean;
  /** Where the layers are: 'cpu', or the name of the GPU backend. */
  device: string;
}

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** How the next token is drawn. Absent fields are off; the default is greedy. */
export interface SamplingOptions {
  /** 0 is greedy. */
  temperature?: number;
  topK?: number;
  topP?: number;
  minP?: number;
  seed?: number;
  /** 1 is off. */
  repeatPenalty?: number;
  /** How many last tokens the penalty looks at. */
  repeatLastN?: number;
  /** GBNF text, root rule `root`. */
  grammar?: string;
}

export interface GenerateParams {
  model: string;
  /** Caches never cross workspaces: pages are matched within one value of this only. */
  workspace: string;
  class: RequestClass;
  /** A newer request with the same key ends the older one at once. One key for each editor. */
  supersedes?: string;
  /** Plain text, whose beginning gives way where it is too long, or messages for the model's own chat template. */
  prompt: { text: string } | { messages: ChatMessage[] };
  maxTokens: number;
  sampling?: SamplingOptions;
  /** Texts that end the answer; the answer ends before them. Matched on text, never on token ids. */
  stop?: string[];
  /** False computes every prompt token anew (`--no-reuse`). */
  reuse?: boolean;
  /** Names the {@link generateProgress} events of this request; absent: none are sent. */
  progressToken?: string;
}

export type FinishReason = 'stop' | 'endOfText' | 'length' | 'cancelled' | 'superseded';

export interface GenerateResult {
  text: string;
  finish: FinishReason;
  /** Prompt tokens after cutting. */
  promptTokens: number;
  /** How many of them were taken from the cache, and how many were decoded. */
  cachedTokens: number;
  computedTokens: number;
  /** How many prompt tokens gave way because the prompt was longer than the room. */
  cutTokens: number;
  generatedTokens: number;
  /** From arrival at the engine. `firstTokenMs` is null where no token was made. */
  queuedMs: number;
  firstTokenMs: number | null;
  totalMs: number;
}

/** Text made since the last event; concatenated they are {@link GenerateResult.text}. */
export interface GenerateProgress {
  text: string;
}

export interface LogEvent {
  level: 'debug' | 'info' | 'warn' | 'error';
  /** Never prompt or answer text. */
  message: string;
}

/** What went wrong, for a caller to act on. */
export type EngineErrorKind =
  | 'unauthorized'
  | 'protocolMismatch'
  | 'nativeUnavailable'
  | 'abiMismatch'
  | 'modelMissing'
  | 'modelCorrupt'
  | 'modelNotGenerative'
  | 'modelUnknown'
  | 'outOfMemory'
  | 'workspaceUnknown'
  | 'documentStale'
  | 'promptTooLong'
  | 'promptInvalid'
  | 'grammarInvalid'
  | 'downloadFailed'
  | 'checksumMismatch'
  | 'engineStopped'
  | 'internal';

/** `data` of a JSON-RPC error: `message` is for the user, `detail` for the output channel. */
export interface EngineErrorData {
  kind: EngineErrorKind;
  detail?: string;
}

/** JSON-RPC code of every error that carries {@link EngineErrorData}. */
export const ENGINE_ERROR_CODE = -32_050;

export const openModelRequest = new RequestType<ModelSpec, ModelInfo, EngineErrorData>('model/open');
/** Gives up this client's hold on a model; the engine unloads it when nobody holds it. */
export const closeModelRequest = new RequestType<{ model: string }, null, EngineErrorData>('model/close');
export const generateRequest = new RequestType<GenerateParams, GenerateResult, EngineErrorData>('generate');
export const generateProgress = new ProgressType<GenerateProgress>();
export const statusRequest = new RequestType<Record<string, never>, EngineStatus, EngineErrorData>('status');
export const logNotification = new NotificationType<LogEvent>('log');
