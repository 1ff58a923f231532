/**
 * Every message between an editor (or the command line) and the engine process.
 * JSON-RPC 2.0 (vscode-jsonrpc) over a private socket. Times are milliseconds, sizes bytes, lengths tokens,
 * unless a name says otherwise.
 */
import { NotificationType, ProgressType, RequestType, RequestType0 } from 'vscode-jsonrpc';
import type { ChatMessage } from './chat.ts';
import type { Decision, EngineStatus } from './status.ts';

export type * from './chat.ts';
export type * from './embedding.ts';
export type * from './status.ts';

/** Raised with every change that an older peer would misread. Client and engine must agree exactly. */
export const PROTOCOL_VERSION = 3;

/** Strict order of service: a keystroke is always served before chat, chat before background work. */
export type RequestClass = 'keystroke' | 'chat' | 'background';

export type GpuPreference = 'auto' | 'cuda' | 'metal' | 'vulkan' | 'off';

export interface HelloParams {
  protocol: number;
  /** Secret of the engine's endpoint file; proves that the caller can read the user's private folder. */
  token: string;
  client: { name: string; pid: number };
}
export interface HelloResult {
  protocol: number;
  version: string;
  pid: number;
}

/** What a model is opened for. A file that cannot do it is refused with `modelNotGenerative` or `modelUnfit`. */
export type ModelRole = 'completion' | 'chat' | 'embedding';

/** How the vectors of a text's tokens become one; `rank` gives a score in place of a vector. */
export type Pooling = 'none' | 'mean' | 'cls' | 'last' | 'rank';

/** What a model can do, whatever it was opened for. */
export interface ModelCapabilities {
  /** It writes text. */
  generates: boolean;
  /** It has the tokens that mark a place to fill in. */
  completes: boolean;
  /** It writes text, and its file carries a chat template. */
  chats: boolean;
  /** It turns a text into a vector. */
  embeds: boolean;
  /** Numbers of a vector, and how it is made; of models that embed only. `pooling` is also there where it is `rank`. */
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
  capabilities: ModelCapabilities;
  /** Where the layers are: 'cpu', or the name of the GPU backend. */
  device: string;
}

/**
 * A piece of a prompt. Text that may give way when the prompt is longer than the room says from which side it is cut:
 * `drop` pieces go first, whole, the first one first; then `end` pieces lose their end, down to a third of the room;
 * then `start` pieces lose their start. Cuts move in steps of {@link CUT_STEP} tokens, so that the prompt's beginning
 * stays the same from key to key. Text without `cut` is never shortened.
 */
export type PromptSegment =
  | { special: SpecialToken }
  | {
      text: string;
      cut?: 'drop' | 'end' | 'start';
      /**
       * The text ends at the cursor (`before`), or begins there (`after`). A word that the cursor stands in is taken off
       * the end of the former and written anew, so that its tokens are those that the whole word has (token healing); the
       * answer leaves out what was there.
       */
      cursor?: 'before' | 'after';
    };

/** Granularity of cuts, in tokens. A multiple of the page. */
export const CUT_STEP = 128;

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

/** A completion in a document. */
export interface CompletionParams {
  /** Key of the document, as {@link DocumentText.key}; absent where the engine was told of none. */
  document?: string;
  /** Of the cursor in the document, in UTF-16 units. */
  offset?: number;
  /** The code of the project has a say in the choice of tokens. */
  ngram: boolean;
  /** The answer ends with its first line that is not blank, so that it does not matter which token ends it. */
  oneLine: boolean;
  /** The cursor's line may be complete: the answer may begin with a line break. */
  mayBreak?: boolean;
}

export interface GenerateParams {
  model: string;
  /** Caches never cross workspaces: pages are matched within one value of this only. */
  workspace: string;
  class: RequestClass;
  /** A newer request with the same key ends the older one at once. One key for each editor. */
  supersedes?: string;
  /** Pieces in order, or messages for the model's own chat template. */
  prompt: { segments: PromptSegment[] } | { messages: ChatMessage[] };
  maxTokens: number;
  sampling?: SamplingOptions;
  /** Texts that end the answer; the answer ends before them. Matched on text, never on token ids. */
  stop?: string[];
  /** Present for completions only: {@link GenerateResult.confidence} is given, and the project's code may have a say. */
  completion?: CompletionParams;
  /** False computes every prompt token anew (`--no-reuse`). */
  reuse?: boolean;
  /** Names the {@link generateProgress} events of this request; absent: none are sent. */
  progressToken?: string;
}

export interface OpenDocuments {
  workspace: string;
  keys: string[];
}

/** The text of an open document, with its own line ends. Never that of an ignored or secret one. */
export interface DocumentText {
  workspace: string;
  key: string;
  /** null: it is open no more, or not to be heard any more. */
  text: string | null;
}

/** Replaces the UTF-16 units [start, end) by `text`. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

export interface DocumentEdits {
  workspace: string;
  key: string;
  /** One after the other: each is at a place of the text that the one before it left. */
  edits: TextEdit[];
}

/** A folder whose files the engine reads by itself, but for ignored and secret ones. */
export interface WorkspaceFolder {
  workspace: string;
  /** Absolute path; null: nothing of the workspace is read any more, and what was is forgotten. */
  folder: string | null;
  /** Relative paths with '/' of files that changed; absent: the whole folder is read. */
  changed?: string[];
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
  /** Of a completion: how likely its first line is right, in [0, 1]; null where nothing was made, or it is none. */
  confidence: number | null;
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

export interface DownloadParams {
  /** An `hf:` or `https:` address as node-llama-cpp understands it. */
  uri: string;
  /** Folder for the file. */
  folder: string;
  /** Hex SHA-256 that the file must have; absent where the catalogue knows none. */
  sha256?: string;
  /** Names the {@link downloadProgress} events of this request. */
  progressToken?: string;
}
export interface DownloadProgress {
  receivedBytes: number;
  totalBytes: number;
}
export interface DownloadResult {
  path: string;
  sizeBytes: number;
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
  | 'conversationUnknown'
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

export const helloRequest = new RequestType<HelloParams, HelloResult, EngineErrorData>('hello');
export const openModelRequest = new RequestType<ModelSpec, ModelInfo, EngineErrorData>('model/open');
/** Gives up this client's hold on a model; the engine unloads it when nobody holds it. */
export const closeModelRequest = new RequestType<{ model: string }, null, EngineErrorData>('model/close');
export const downloadRequest = new RequestType<DownloadParams, DownloadResult, EngineErrorData>('model/download');
export const downloadProgress = new ProgressType<DownloadProgress>();
export const generateRequest = new RequestType<GenerateParams, GenerateResult, EngineErrorData>('generate');
export const generateProgress = new ProgressType<GenerateProgress>();
export const statusRequest = new RequestType0<EngineStatus, EngineErrorData>('status');
/** Ends the engine once its other clients are gone; at once with `now`. */
export const shutdownRequest = new RequestType<{ now: boolean }, null, EngineErrorData>('shutdown');
/** The documents that are open in a workspace, by their `supersedes` keys: their pages are held longer and survive a restart. */
export const openDocumentsNotification = new NotificationType<OpenDocuments>('documents');
/** A document was opened, or has another text. It counts as open until {@link openDocumentsNotification} leaves it out. */
export const documentTextNotification = new NotificationType<DocumentText>('document/text');
export const documentEditsNotification = new NotificationType<DocumentEdits>('document/edits');
export const workspaceFolderNotification = new NotificationType<WorkspaceFolder>('workspace/folder');
/** Streams the decisions of all models to this client, in {@link decisionsNotification}s, until it is turned off. */
export const watchRequest = new RequestType<{ on: boolean }, null, EngineErrorData>('watch');
export const decisionsNotification = new NotificationType<{ model: string; decisions: Decision[] }>('decisions');
export const logNotification = new NotificationType<LogEvent>('log');
