/**
 * The client's calls about memories: `EngineClient.memory`. Each is repeated where the engine is lost under it: what is asked
 * changes nothing, and what is written comes to the same twice, as items, changes and turns have keys.
 */
import type { NotificationType, RequestType } from 'vscode-jsonrpc';
import {
  type EngineErrorData,
  type MemoryIndexing,
  type MemoryPlace,
  memoryActivateRequest,
  memoryAddRequest,
  memoryAuditRequest,
  memoryChangeRequest,
  memoryEraseRequest,
  memoryExportRequest,
  memoryForgetRequest,
  memoryGetRequest,
  memoryImportRequest,
  memoryIndexProgress,
  memoryIndexRequest,
  memoryJournalRequest,
  memoryListRequest,
  memoryPauseRequest,
  memoryRecordTurnRequest,
  memoryRecordTypingNotification,
  memorySearchRequest,
  memoryStatusRequest,
  memorySwitchRequest,
  memoryUndoRequest,
} from '../protocol/index.ts';
import type { Requests } from './requests.ts';

export interface CallOptions {
  /** Aborted: the call resolves with undefined. */
  signal?: AbortSignal;
}
export interface IndexOptions extends CallOptions {
  onProgress?: (indexing: MemoryIndexing) => void;
}

type Type<P, R> = RequestType<P, R, EngineErrorData>;
type Tell = <P>(type: NotificationType<P>, params: P) => void;

/** All of them throw an EngineError: `memoryOff`, `memoryInvalid`, `memoryUnavailable`, `workspaceUnknown`. */
export class MemoryCalls {
  readonly #requests: Requests;
  readonly #tell: Tell;

  readonly add = this.#short(memoryAddRequest);
  readonly list = this.#short(memoryListRequest);
  readonly get = this.#short(memoryGetRequest);
  readonly change = this.#short(memoryChangeRequest);
  readonly forget = this.#short(memoryForgetRequest);
  readonly journal = this.#short(memoryJournalRequest);
  readonly undo = this.#short(memoryUndoRequest);
  readonly recordTurn = this.#short(memoryRecordTurnRequest);
  readonly export = this.#short(memoryExportRequest);
  readonly import = this.#short(memoryImportRequest);
  readonly erase = this.#short(memoryEraseRequest);
  readonly pause = this.#short(memoryPauseRequest);
  readonly switch = this.#short(memorySwitchRequest);
  readonly status = this.#short(memoryStatusRequest);
  readonly search = this.#long(memorySearchRequest);
  readonly activate = this.#long(memoryActivateRequest);
  readonly audit = this.#long(memoryAuditRequest);

  constructor(requests: Requests, tell: Tell) {
    this.#requests = requests;
    this.#tell = tell;
  }

  /** Brings the summaries up to date. Resolves when all is read, or it was paused; an aborted signal ends it where it is. */
  index(
    params: { place: MemoryPlace; folder?: string },
    { signal, onProgress }: IndexOptions = {},
  ): Promise<MemoryIndexing | undefined> {
    const progress = onProgress && { type: memoryIndexProgress, listener: onProgress };
    // The next engine goes on where the last one was.
    return this.#requests.long(memoryIndexRequest, params, { signal, progress, repeatable: true });
  }

  /** Tells of accepted ghost text; lost without harm where no engine is there. */
  recordTyping(params: { place: MemoryPlace; path: string; symbol: string | null }): void {
    this.#tell(memoryRecordTypingNotification, params);
  }

  #short<P extends object, R>(type: Type<P, R>) {
    return (params: P): Promise<R> => this.#requests.send(type, params);
  }

  #long<P extends object, R>(type: Type<P, R>) {
    return (params: P, { signal }: CallOptions = {}): Promise<R | undefined> =>
      this.#requests.long(type, params, { signal });
  }
}
