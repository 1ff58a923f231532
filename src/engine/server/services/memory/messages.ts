/** What goes between the engine's thread and the memory thread. */
import type {
  ActivateParams,
  ActivateResult,
  CheckedSentence,
  EngineErrorData,
  MemoryAudit,
  MemoryChange,
  MemoryIndexing,
  MemoryItem,
  MemoryListParams,
  MemorySearchParams,
  MemorySearchResult,
  MemorySource,
  MemoryStatus,
  RecordTurnParams,
  Written,
} from '../../../protocol/index.ts';

/** A store, and the folder whose code it is about. */
export interface StorePlace {
  /** Its file, as a full path: what has the same is one store. */
  file: string;
  /** Null: of a database of its own, which knows its folder from when it was indexed. */
  folder: string | null;
  /** The files of the folder may be read. */
  reading: boolean;
  /** Files are indexed by themselves when they are new or changed, too. */
  follows: boolean;
}

/** A document that is open, as it is now; null: it is not any more, its file counts. */
export interface TypedText {
  path: string;
  text: string | null;
}

/** Parameters of a request without its place. */
type Bare<P> = Omit<P, 'place'>;

/** What a store is asked, by the name of the request. */
export interface MemoryCalls {
  add(params: {
    text: string;
    kind?: 'fact' | 'proposal';
    source?: MemorySource;
    about?: { path: string; lines?: [number, number] }[];
  }): MemoryItem & Written;
  search(params: Bare<MemorySearchParams>): MemorySearchResult;
  list(params: Bare<MemoryListParams>): { items: MemoryItem[]; total: number };
  get(params: { id: number }): { item: MemoryItem; sentences: CheckedSentence[] } | null;
  change(params: { id: number; pinned?: boolean; text?: string; accept?: boolean }): MemoryItem & Written;
  forget(params: { ids: number[] }): { forgotten: number } & Written;
  journal(params: { limit?: number }): { changes: MemoryChange[] };
  undo(params: { change: number }): MemoryChange;
  activate(params: Bare<ActivateParams>): ActivateResult;
  recordTurn(params: Bare<RecordTurnParams>): MemoryItem | null;
  recordTyping(params: { path: string; symbol: string | null }): null;
  export(params: { format: 'json' | 'markdown' }): { text: string };
  import(params: {
    text: string;
    mode?: 'merge' | 'replace';
  }): { added: number; same: number; refused: string[] } & Written;
  index(params: { folder?: string }): MemoryIndexing;
  pause(params: { paused: boolean }): MemoryIndexing;
  status(params: object): MemoryStatus;
  audit(params: object): MemoryAudit;
}
export type MemoryCall = keyof MemoryCalls;
export type CallParams<M extends MemoryCall> = Parameters<MemoryCalls[M]>[0];
export type CallResult<M extends MemoryCall> = ReturnType<MemoryCalls[M]>;

/** An error keeps what callers go by. */
export type Answer<R> = { result: R } | { failure: EngineErrorData & { message: string } };

/** A model for vectors that is open in the engine. */
export interface VectorModel {
  /** Of the engine, which is another with each file. */
  id: string;
  dimensions: number;
}

/** Models of the engine that the thread may ask; undefined: there is none. */
export interface OpenModels {
  vectors: VectorModel | undefined;
  /** Id of one that is good enough to write summaries. */
  writer: string | undefined;
}

export type EngineQuestion =
  /** Answered by a vector for each text. */
  | { what: 'vectors'; model: string; class: 'background' | 'chat'; texts: string[] }
  /** Answered by the text, and the tokens that were read and written for it. `file`: of the memory that it is for. */
  | {
      what: 'text';
      model: string;
      file: string;
      class: 'background' | 'chat';
      prompt: string;
      grammar: string;
      maxTokens: number;
    };

export type EngineAnswer = { ask: number } & ({ result: unknown } | { error: string });

/** What the thread tells by itself. */
export type MemoryEvent =
  /** The items of a store are others than before. */
  | { kind: 'changed'; file: string }
  /** A step of the request of that number. */
  | { kind: 'progress'; call: number; value: MemoryIndexing }
  /** Something is asked of the engine's models: `answered` answers. */
  | { kind: 'ask'; ask: number; question: EngineQuestion }
  | { kind: 'unask'; ask: number }
  /** Long work goes on, which has to know when the models compute; or it ended. */
  | { kind: 'working'; on: boolean };
