/**
 * The workspaces that clients hold, and the documents that each client has open in them. What nobody holds any more goes:
 * documents at once, a workspace after a while, so that a reloaded window finds it.
 */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import {
  type DocumentEdits,
  type DocumentText,
  type Forgotten,
  LONGEST_DOCUMENT,
  type TextEdit,
  type WorkspaceReading,
  type WorkspaceSpec,
} from '../../protocol/index.ts';
import { EngineFailure } from '../core/failure.ts';
import type { WorkspaceCaches } from '../core/workspaceCaches.ts';
import { VOLATILE } from '../storage/pages/pageRecord.ts';

/** A document as one client has it. */
export interface OpenDocument {
  /** Different for each client: two windows may have different texts of one file. */
  readonly id: string;
  readonly key: string;
  /** In the workspace's folder, with '/'; null where it has no file there. */
  readonly path: string | null;
  version: number;
  text: string;
}

export interface Workspace {
  readonly id: string;
  readonly folder: string | null;
  /** Its files are read. */
  reading: boolean;
  /** By {@link OpenDocument.id}; the one told of last at the end. */
  readonly documents: ReadonlyMap<string, OpenDocument>;
}

/** Hears what becomes of workspaces and documents, and what of their files is to be read. */
export interface WorkspaceListener {
  documentOpened?(workspace: Workspace, document: OpenDocument): void;
  documentChanged?(workspace: Workspace, document: OpenDocument, edits: readonly TextEdit[]): void;
  documentClosed?(workspace: Workspace, document: OpenDocument): void;
  /** @param changed relative paths; undefined: the whole folder is to be read. */
  filesRead?(workspace: Workspace, changed: readonly string[] | undefined): void;
  /** Its files are to be read no more, and what was read of them is to be forgotten. */
  filesForgotten?(workspace: Workspace): void;
  /** What was computed in it is removed: what was asked and answered is not to be remembered either. */
  pagesForgotten?(workspace: Workspace): void;
  /** Nobody holds it any more. */
  workspaceClosed?(workspace: Workspace): void;
}

type Caches = Pick<WorkspaceCaches, 'prepare' | 'pin' | 'closeWorkspace' | 'forgetWorkspace'>;

const LINGER_MS = 30_000;

interface Held extends Workspace {
  documents: Map<string, OpenDocument>;
  holders: Map<object, Claim>;
  linger: NodeJS.Timeout | undefined;
}

/** What one client has of a workspace. */
interface Claim {
  /** By key. */
  documents: Map<string, OpenDocument>;
  /** Keys of the documents whose pages are held longer. */
  pinned: readonly string[];
}

export class Workspaces {
  readonly #caches: Caches;
  readonly #lingerMs: number;
  readonly #listeners: WorkspaceListener[] = [];
  readonly #held = new Map<string, Held>();
  readonly #numbers = new WeakMap<object, number>();
  #clients = 0;

  constructor(caches: Caches, { lingerMs = LINGER_MS } = {}) {
    this.#caches = caches;
    this.#lingerMs = lingerMs;
  }

  listen(listener: WorkspaceListener): void {
    this.#listeners.push(listener);
  }

  get all(): Iterable<Workspace> {
    return this.#held.values();
  }

  /** @returns the id of the workspace, which `holder` now holds. */
  async open(spec: WorkspaceSpec, holder: object): Promise<string> {
    const id = await hashOf(spec);
    // What was kept while it was trusted must not stay. Where something does, the log says it: no reason not to open it.
    if (!spec.trusted)
      await this.#caches.forgetWorkspace(await hashOf({ ...spec, trusted: true })).catch(() => undefined);
    let held = this.#held.get(id);
    if (!held) {
      held = { id, folder: spec.folder, reading: false, documents: new Map(), holders: new Map(), linger: undefined };
      this.#held.set(id, held);
      this.#caches.prepare(id);
    }
    clearTimeout(held.linger);
    if (!held.holders.has(holder)) held.holders.set(holder, { documents: new Map(), pinned: [] });
    return id;
  }

  /** Ends a holder's claim on one workspace, or on all of them. */
  release(holder: object, id?: string): void {
    for (const held of this.#held.values()) {
      if (id !== undefined && held.id !== id) continue;
      const claim = held.holders.get(holder);
      if (!claim) continue;
      for (const document of [...claim.documents.values()]) this.#drop(held, claim, document);
      held.holders.delete(holder);
      this.#pin(held);
      if (held.holders.size > 0) continue;
      held.linger = setTimeout(() => this.#close(held), this.#lingerMs);
      held.linger.unref();
    }
  }

  /** @throws EngineFailure `workspaceUnknown` where the holder has not opened it. */
  of(holder: object, id: string): Workspace {
    return this.#claimed(holder, id).held;
  }

  isHeld(holder: object, id: string): boolean {
    return this.#held.get(id)?.holders.has(holder) ?? false;
  }

  /** The document that a holder calls so; undefined where it told of none. */
  document(holder: object, id: string, key: string): OpenDocument | undefined {
    return this.#claimed(holder, id).claim.documents.get(key);
  }

  /** What a holder's document is called beside those of others, whether or not its text is known. */
  idOf(holder: object, key: string): string {
    return `${this.#numberOf(holder)}:${key}`;
  }

  /** A document was opened, or has another text. One that is too long is not kept. */
  openDocument(holder: object, { workspace, key, path: file, version, text }: DocumentText): void {
    const { held, claim } = this.#claimed(holder, workspace);
    const known = claim.documents.get(key);
    if (known) this.#drop(held, claim, known);
    if (text.length > LONGEST_DOCUMENT) return;
    const document = { id: this.idOf(holder, key), key, path: file, version, text };
    claim.documents.set(key, document);
    held.documents.set(document.id, document);
    for (const listener of this.#listeners) listener.documentOpened?.(held, document);
  }

  /**
   * Takes in edits of a document.
   * @returns false where the document is not known in the version that they were made to, or they do not fit: its text
   * has to be told anew, and until then there is none.
   */
  changeDocument(holder: object, { workspace, key, from, version, edits }: DocumentEdits): boolean {
    const { held, claim } = this.#claimed(holder, workspace);
    const document = claim.documents.get(key);
    const text = document?.version === from ? applied(document.text, edits) : undefined;
    if (document === undefined || text === undefined || text.length > LONGEST_DOCUMENT) {
      if (document) this.#drop(held, claim, document);
      return false;
    }
    document.version = version;
    document.text = text;
    held.documents.delete(document.id);
    held.documents.set(document.id, document);
    for (const listener of this.#listeners) listener.documentChanged?.(held, document, edits);
    return true;
  }

  closeDocument(holder: object, id: string, key: string): void {
    const { held, claim } = this.#claimed(holder, id);
    const document = claim.documents.get(key);
    if (document) this.#drop(held, claim, document);
  }

  /** The documents of a holder whose pages are held longer, by key; it need not have told their texts. */
  pin(holder: object, id: string, keys: readonly string[]): void {
    const { held, claim } = this.#claimed(holder, id);
    claim.pinned = keys;
    this.#pin(held);
  }

  read(holder: object, { workspace, on, changed }: WorkspaceReading): void {
    const { held } = this.#claimed(holder, workspace);
    if (held.folder === null) return;
    if (!on) {
      held.reading = false;
      for (const listener of this.#listeners) listener.filesForgotten?.(held);
      return;
    }
    // Before the whole was read, single files say nothing.
    if (changed && !held.reading) return;
    held.reading = true;
    for (const listener of this.#listeners) listener.filesRead?.(held, changed);
  }

  /**
   * Removes everything that is kept of a workspace: indexes, pages in memory and on disk. Who holds it goes on with an
   * empty one; its files are read anew where they were. Where only pages are meant, indexes stay.
   * @throws EngineFailure when all is done but something could not be removed from disk.
   */
  async forget(which: Forgotten): Promise<void> {
    const files = !('only' in which && which.only === 'pages');
    const ids =
      'workspace' in which
        ? [which.workspace]
        : await Promise.all(
            [true, false].map((trusted) => hashOf({ folder: which.folder, name: which.folder, trusted })),
          );
    let failure: unknown;
    for (const id of ids) {
      const held = this.#held.get(id);
      if (held) {
        for (const listener of this.#listeners) {
          if (files) listener.filesForgotten?.(held);
          listener.pagesForgotten?.(held);
        }
      }
      await this.#caches.forgetWorkspace(id).catch((error: unknown) => {
        failure = error;
      });
      if (!held) continue;
      this.#pin(held);
      if (held.holders.size === 0) this.#close(held);
      else if (files && held.reading) for (const listener of this.#listeners) listener.filesRead?.(held, undefined);
    }
    if (failure) throw failure;
  }

  #claimed(holder: object, id: string): { held: Held; claim: Claim } {
    const held = this.#held.get(id);
    const claim = held?.holders.get(holder);
    if (!held || !claim) throw new EngineFailure('workspaceUnknown', 'This workspace is not open in the engine.');
    return { held, claim };
  }

  #drop(held: Held, claim: Claim, document: OpenDocument): void {
    claim.documents.delete(document.key);
    held.documents.delete(document.id);
    for (const listener of this.#listeners) listener.documentClosed?.(held, document);
  }

  #pin(held: Held): void {
    const ids = [...held.holders].flatMap(([holder, { pinned }]) => pinned.map((key) => this.idOf(holder, key)));
    this.#caches.pin(held.id, ids);
  }

  #close(held: Held): void {
    clearTimeout(held.linger);
    if (this.#held.get(held.id) === held) this.#held.delete(held.id);
    for (const listener of this.#listeners) listener.workspaceClosed?.(held);
    this.#caches.closeWorkspace(held.id);
  }

  #numberOf(holder: object): number {
    const known = this.#numbers.get(holder) ?? ++this.#clients;
    this.#numbers.set(holder, known);
    return known;
  }
}

/** What a workspace is called: the hash of its folder's real path, or of its name. */
async function hashOf({ folder, name, trusted }: WorkspaceSpec): Promise<string> {
  const place =
    folder === null ? `name\n${name}` : `folder\n${await realpath(folder).catch(() => path.resolve(folder))}`;
  const hash = createHash('sha256').update(place).digest('hex').slice(0, 24);
  return trusted ? hash : VOLATILE + hash;
}

function applied(text: string, edits: readonly TextEdit[]): string | undefined {
  let edited = text;
  for (const { start, end, text: inserted } of edits) {
    if (!(start >= 0 && start <= end && end <= edited.length)) return undefined;
    edited = edited.slice(0, start) + inserted + edited.slice(end);
  }
  return edited;
}
