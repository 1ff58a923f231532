/** `memory/*` of every client. The work is the memory thread's; here is said whose memory is where, and who hears of it. */
import { isDeepStrictEqual } from 'node:util';
import type { RequestType } from 'vscode-jsonrpc';
import {
  type EngineErrorData,
  type EngineSettings,
  type MemoryBudget,
  type MemoryErased,
  type MemoryPlace,
  type MemoryStatus,
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
} from '../../../protocol/index.ts';
import { EngineFailure } from '../../core/failure.ts';
import type { Models } from '../../core/models.ts';
import type { ServedClient, Service } from '../../service.ts';
import type { Log } from '../../storage/messages.ts';
import type { OpenDocument, Workspace, WorkspaceListener, Workspaces } from '../../workspaces/workspaces.ts';
import type { EmbeddingService } from '../embedding/service.ts';
import type { TextService } from '../text/service.ts';
import { AwaitedReading } from './awaitedReading.ts';
import { ChangeNews } from './changeNews.ts';
import { checkCall, checkPlace } from './checks.ts';
import { EngineHelp } from './engineHelp.ts';
import { type AskOptions, MemoryThread } from './memoryThread.ts';
import type { CallParams, CallResult, MemoryCall, MemoryEvent, OpenModels, StorePlace } from './messages.ts';
import { bytesOf, MemoryPlaces, offStatus, type ResolvedPlace, whyNever } from './places.ts';
import { TypedTexts } from './typedTexts.ts';

export interface MemoryServiceOptions {
  /** Of all memories; made when something is remembered. */
  folder: string;
  /** Of each; {@link MemoryService.configure} changes it. */
  budget: MemoryBudget;
  log: Log;
}

/** A request whose parameters are those of a call with its place. */
type Request<M extends MemoryCall> = RequestType<
  CallParams<M> & { place: MemoryPlace },
  CallResult<M>,
  EngineErrorData
>;

export class MemoryService implements Service, WorkspaceListener {
  readonly #workspaces: Workspaces;
  readonly #places: MemoryPlaces;
  readonly #thread: MemoryThread;
  readonly #help: EngineHelp;
  readonly #typed = new TypedTexts();
  readonly #news: ChangeNews;
  /** Memories of workspaces that are open in the thread, by file. */
  readonly #open = new Map<string, Workspace>();
  /** Databases by themselves that a client has used: they are closed when it leaves. */
  readonly #used = new Map<ServedClient, Set<string>>();
  /** Workspaces whose memory was erased: their files are not read again by themselves. */
  readonly #erased = new Set<string>();
  readonly #awaited = new AwaitedReading();
  #begun = false;
  #budget: MemoryBudget;
  /** As the thread was told. */
  #models: OpenModels | undefined;

  constructor(
    models: Models,
    workspaces: Workspaces,
    embedding: EmbeddingService,
    text: TextService,
    { folder, budget, log }: MemoryServiceOptions,
  ) {
    this.#workspaces = workspaces;
    this.#budget = budget;
    this.#places = new MemoryPlaces(folder);
    this.#news = new ChangeNews((client, workspace) => workspaces.isHeld(client, workspace));
    this.#thread = new MemoryThread({ log }, (event) => this.#hear(event));
    this.#help = new EngineHelp({
      models,
      embed: (...asked) => embedding.embed(...asked),
      generate: (params, signal) => text.generate(params, signal),
      workspaceOf: (file) => this.#open.get(file)?.id,
      answer: (answer) => this.#thread.send('memory', 'answered', answer),
    });
    this.#thread.onEnded(() => this.#threadEnded());
    workspaces.listen(this);
  }

  serve(client: ServedClient): void {
    this.#news.serve(client);
    client.onLeft(() => this.#left(client));
    const call = <M extends MemoryCall>(
      type: Request<M>,
      method: M,
      whenOff?: (why: string) => CallResult<M>,
      onProgress?: (token: string | undefined) => AskOptions['onProgress'],
    ) =>
      client.onRequest(type, async ({ place, ...params }, signal) => {
        const { progressToken, ...given } = params as { progressToken?: string };
        checkPlace(place);
        checkCall(method, given);
        let at = this.#resolve(client, place);
        if (method === 'index' && at.workspace && !at.reading) {
          await this.#awaited.of(at.workspace.id);
          at = this.#resolve(client, place);
        }
        if (at.off === undefined) {
          const hearing = onProgress?.(progressToken);
          return this.#ask(at, method, given as CallParams<M>, { signal, ...(hearing && { onProgress: hearing }) });
        }
        if (!whenOff) throw new EngineFailure('memoryOff', at.off);
        return whenOff(at.off);
      });
    call(memoryAddRequest, 'add');
    call(memorySearchRequest, 'search');
    call(memoryListRequest, 'list');
    call(memoryGetRequest, 'get');
    call(memoryChangeRequest, 'change');
    call(memoryForgetRequest, 'forget');
    call(memoryJournalRequest, 'journal');
    call(memoryUndoRequest, 'undo');
    call(memoryActivateRequest, 'activate', (decision) => ({ memories: [], decision, staleSentences: 0 }));
    call(memoryRecordTurnRequest, 'recordTurn', () => null);
    call(
      memoryIndexRequest,
      'index',
      undefined,
      (token) => (value) => client.progress(memoryIndexProgress, token, value),
    );
    call(memoryExportRequest, 'export');
    call(memoryImportRequest, 'import');
    call(memoryPauseRequest, 'pause');
    call(memoryAuditRequest, 'audit');
    client.onRequest(memoryStatusRequest, async ({ place }, signal) => this.#status(client, place, signal));
    client.onRequest(memorySwitchRequest, ({ place, on }, signal) => this.#switch(client, place, on, signal));
    client.onRequest(memoryEraseRequest, ({ place }) => this.#erase(client, place));
    client.onNotification(memoryRecordTypingNotification, ({ place, ...typing }) => {
      checkPlace(place);
      checkCall('recordTyping', typing);
      const at = this.#resolve(client, place);
      // Nobody waits for it, and the log has what went wrong with the memory.
      if (at.off === undefined) this.#ask(at, 'recordTyping', typing).catch(() => undefined);
    });
  }

  /** At once, for what is being indexed too. */
  configure({ memory }: EngineSettings): void {
    this.#budget = memory;
    if (this.#begun) this.#thread.send('memory', 'budget', memory);
  }

  filesRead(workspace: Workspace, changed: readonly string[] | undefined): void {
    this.#awaited.told(workspace.id);
    this.#tellFiles(workspace, changed);
  }

  documentChanged(_: Workspace, { path: file }: OpenDocument): void {
    if (file !== null) this.#help.typed();
  }

  filesForgotten(workspace: Workspace): void {
    this.#tellFiles(workspace, []);
  }

  workspaceClosed({ id }: Workspace): void {
    for (const [file, workspace] of this.#open) if (workspace.id === id) this.#leave(file);
    this.#typed.forget(id);
    this.#erased.delete(id);
    this.#news.forget(id);
  }

  /** Waits a bounded time for what was asked, and for the databases to be closed. */
  async close(): Promise<void> {
    await this.#thread.close();
  }

  #resolve(client: ServedClient, place: MemoryPlace): ResolvedPlace {
    const workspace = 'workspace' in place ? this.#workspaces.of(client, place.workspace) : undefined;
    const at = this.#places.resolve(place, workspace);
    if (!workspace) this.#used.set(client, (this.#used.get(client) ?? new Set()).add(at.file));
    return at;
  }

  #ask<M extends MemoryCall>(
    at: ResolvedPlace,
    method: M,
    params: CallParams<M>,
    options: AskOptions = {},
  ): Promise<CallResult<M>> {
    const { workspace } = at;
    this.#begin();
    if (!workspace) return this.#thread.ask(this.#placeOf(at), method, params, options);
    this.#open.set(at.file, workspace);
    if (method === 'index' || method === 'pause') this.#erased.delete(workspace.id);
    const typed = this.#typed.next(workspace);
    return this.#thread.ask(this.#placeOf(at), method, params, { ...options, typed });
  }

  async #status(client: ServedClient, place: MemoryPlace, signal?: AbortSignal): Promise<MemoryStatus> {
    checkPlace(place);
    const at = this.#resolve(client, place);
    if (at.off === undefined) return this.#ask(at, 'status', {}, signal && { signal });
    return offStatus(at.off, await bytesOf(at.file));
  }

  async #switch(client: ServedClient, place: MemoryPlace, on: boolean, signal: AbortSignal): Promise<MemoryStatus> {
    checkPlace(place);
    const { workspace, file } = this.#resolve(client, place);
    if (typeof on !== 'boolean') throw new EngineFailure('memoryInvalid', 'A memory is switched on or off.');
    if (!workspace)
      throw new EngineFailure('memoryInvalid', 'A database by itself is not switched: it is used or not.');
    const never = whyNever(workspace);
    if (never !== undefined) throw new EngineFailure('memoryOff', never);
    // What is asked from here on is refused; what was asked before is done before the file is closed.
    await this.#places.switch(workspace, on);
    if (!on && this.#begun) {
      this.#forgetOpen(file, workspace);
      await this.#thread.call('memory', 'leave', { file, forget: true }).catch(() => undefined);
    }
    this.#news.tell(workspace.id);
    return this.#status(client, place, signal);
  }

  async #erase(client: ServedClient, place: MemoryPlace): Promise<MemoryErased> {
    checkPlace(place);
    const at = this.#resolve(client, place);
    const { workspace } = at;
    const never = workspace && whyNever(workspace);
    if (never !== undefined) throw new EngineFailure('memoryOff', never);
    this.#begin();
    if (workspace) {
      this.#erased.add(workspace.id);
      this.#forgetOpen(at.file, workspace);
    }
    const erased = await this.#thread.erase(at.file, workspace === undefined);
    if (!workspace) return { ...erased, pages: false };
    this.#news.tell(workspace.id);
    // What was remembered stood in prompts, whose pages hold it as tokens.
    const pages = await this.#workspaces.forget({ workspace: workspace.id, only: 'pages' }).then(
      () => true,
      () => false, // the log says why
    );
    return { ...erased, pages };
  }

  #begin(): void {
    if (!this.#begun) this.#thread.send('memory', 'begin', { busy: this.#help.busy, budget: this.#budget });
    this.#begun = true;
    const models = this.#help.openModels;
    if (isDeepStrictEqual(models, this.#models)) return;
    this.#models = models;
    this.#thread.send('memory', 'models', models);
  }

  #placeOf({ file, folder, reading, workspace }: ResolvedPlace): StorePlace {
    const follows = workspace !== undefined && reading && !this.#erased.has(workspace.id);
    return { file, folder, reading, follows };
  }

  #tellFiles(workspace: Workspace, changed: readonly string[] | undefined): void {
    const at = this.#places.resolve({ workspace: workspace.id }, workspace);
    if (this.#open.has(at.file)) this.#thread.send('memory', 'files', { place: this.#placeOf(at), changed });
  }

  #forgetOpen(file: string, { id }: Workspace): void {
    this.#open.delete(file);
    this.#typed.forget(id);
  }

  #leave(file: string): void {
    this.#open.delete(file);
    this.#thread.send('memory', 'leave', { file });
  }

  #left(client: ServedClient): void {
    const used = this.#used.get(client) ?? new Set();
    this.#used.delete(client);
    const others = [...this.#used.values()];
    for (const file of used) if (!others.some((files) => files.has(file))) this.#leave(file);
  }

  #hear(event: MemoryEvent): void {
    this.#help.hear(event);
    if (event.kind !== 'changed') return;
    const workspace = this.#open.get(event.file);
    if (workspace) this.#news.tell(workspace.id);
  }

  /** The next thread is told everything anew. */
  #threadEnded(): void {
    this.#begun = false;
    this.#models = undefined;
    this.#help.forget();
    this.#typed.forget();
    this.#open.clear();
  }
}
