/** The engine itself: models, plain generation, status, errors. */
import { NotificationType, ProgressType, RequestType } from 'vscode-jsonrpc';
import type { ChatMessage } from './chat.ts';
import type { EngineStatus } from './status.ts';

/** Raised with every change that an older peer would misread. Client and engine must agree exactly. */
export const PROTOCOL_VERSION = 9;

/** Strict order of service: a keystroke is always served before chat, chat before background work. */
export type RequestClass = 'keystroke' | 'chat' | 'background';

export type GpuPreference = 'auto' | 'cuda' | 'metal' | 'vulkan' | 'off';

/** What a model is opened for. A file that cannot do it is refused with `modelNotGenerative` or `modelUnfit`. */
export type ModelRole = 'completion' | 'chat' | 'embedding';

/** How the vectors of a text's tokens become one; `rank` gives a score in place of a vector. */
export type Pooling = 'none' | 'mean' | 'cls' | 'last' | 'rank';

/** What a model can do, whatever it was opened for. */
export interface ModelCapabilities {
  /** It writes text. */
  generates: boolean;
  /** It writes text, and has the tokens that mark the two sides of a place to fill in. */
  completes: boolean;
  /** It writes text, and its file carries a chat template. */
  chats: boolean;
  /** It was trained to rewrite code around a cursor (Zeta, Sweep), and completes nothing there. */
  edits?: boolean;
  /** It turns a text into a vector. */
  embeds: boolean;
  /**
   * Numbers of a vector, of open models that embed only, and how it is made; `pooling` is also there where it is `rank`.
   */
  dimensions?: number;
  pooling?: Pooling;
}

/** Which model to open, and how. Equal specs share one loaded model, whoever opened it. */
export interface ModelSpec {
  /** Absolute path of a GGUF file. */
  path: string;
  /**
   * Cells of the context, in tokens; 0 chooses: the model's trained length, at most 16,384; for embedding, where it is
   * the length that texts are cut to, at most 1,024.
   */
  contextTokens: number;
  /** Default `completion`. Completion and chat share one loaded model. */
  role?: ModelRole;
}

/** Tokens with a meaning of their own that the GGUF file names; `undefined` where it has none. */
export type SpecialToken = 'bos' | 'fimPrefix' | 'fimSuffix' | 'fimMiddle' | 'fimRepo' | 'fimSeparator';

/** A way of spelling those, by a family that has it; it tells in which order they are wanted where a name does not. */
export type FimMarkers =
  | 'qwen'
  | 'starcoder'
  | 'santacoder'
  | 'deepseek'
  | 'codellama'
  | 'codestral'
  | 'seed'
  | 'glm'
  | 'falcon';

/** What can be said of a model file without loading its weights. */
export interface ModelDescription {
  path: string;
  /** `general.name` of the GGUF, or the file's name. */
  name: string;
  architecture: string;
  /** Of all its parts, where a model is split. */
  sizeBytes: number;
  specialTokens: SpecialToken[];
  /** Absent where those of a place to fill in are none, or spelled as no family does. */
  fimMarkers?: FimMarkers;
  capabilities: ModelCapabilities;
}

export interface ModelInfo extends ModelDescription {
  /** Handle for {@link GenerateParams.model}; stable for the same file, size, time and spec. */
  id: string;
  parameters: number;
  /** Length of one sequence that can be asked for, prompt and answer together. */
  contextTokens: number;
  trainedContextTokens: number;
  vocabularyTokens: number;
  /** Where the layers are: 'cpu', or the name of the GPU backend. */
  device: string;
  /** What a token of a prompt takes on this machine, as it was measured at the opening; milliseconds. Absent: it was not. */
  promptMs?: number;
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
  /** Not of completions at a cursor. */
  copy?: CopyOptions;
}

/**
 * Blocks of an answer that are copied: whatever stands between a line that is `begin` and the next one that is `end` are one
 * or more lines of one of `texts`, whole and consecutive. Lines that are markers themselves are not copied.
 */
export interface CopyOptions {
  /** Whole lines, without line ends. */
  begin: string;
  end: string;
  /** 1 MB in all. What is copied has LF at its line ends, whatever they have. */
  texts: string[];
  /** The path of the file that each text is of, with forward slashes; empty: it may be of any. Absent: so are all. */
  names?: string[];
  /**
   * Lines that begin so, in lower case, announce the file of the blocks behind them: these are copied from the texts of that
   * file, or of any. Where there are none they are free; where the line names no file they are copied from all texts.
   */
  announcing?: string[];
}

export interface GenerateParams {
  model: string;
  /** One that this client holds. Caches never cross workspaces: pages are matched within one value of this only. */
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

/** `unsure`: what comes next is less likely right than was asked for. */
export type FinishReason = 'stop' | 'endOfText' | 'length' | 'cancelled' | 'superseded' | 'unsure';

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
  | 'modelUnfit'
  | 'modelUnknown'
  | 'outOfMemory'
  | 'workspaceUnknown'
  | 'workspaceUnread'
  | 'documentStale'
  | 'conversationUnknown'
  | 'promptTooLong'
  | 'promptInvalid'
  | 'grammarInvalid'
  | 'downloadFailed'
  | 'checksumMismatch'
  | 'memoryOff'
  | 'memoryInvalid'
  | 'memoryUnavailable'
  | 'engineStopped'
  | 'internal';

/** `data` of a JSON-RPC error: `message` is for the user, `detail` for the output channel. */
export interface EngineErrorData {
  kind: EngineErrorKind;
  detail?: string;
}

/** JSON-RPC code of every error that carries {@link EngineErrorData}. */
export const ENGINE_ERROR_CODE = -32_050;

/** Says what a model file is good for, without opening it. Refused as `model/open` is, but for no role. */
export const describeModelRequest = new RequestType<{ path: string }, ModelDescription, EngineErrorData>(
  'model/describe',
);
export const openModelRequest = new RequestType<ModelSpec, ModelInfo, EngineErrorData>('model/open');
/** Gives up this client's hold on a model; the engine unloads it when nobody holds it. */
export const closeModelRequest = new RequestType<{ model: string }, null, EngineErrorData>('model/close');
export const generateRequest = new RequestType<GenerateParams, GenerateResult, EngineErrorData>('generate');
export const generateProgress = new ProgressType<GenerateProgress>();
export const statusRequest = new RequestType<Record<string, never>, EngineStatus, EngineErrorData>('status');
export const logNotification = new NotificationType<LogEvent>('log');
