/** What clients told of their workspaces: texts of open documents, and folders to read. For every model, also later ones. */
import type { DocumentEdits, DocumentText, TextEdit, WorkspaceFolder } from '../../protocol/index.ts';

/** Texts that are longer are generated or data: they are not kept. UTF-16 units. */
export const LONGEST_DOCUMENT = 512 * 1024;

export interface KnownWorkspace {
  /** By key; the one told of last at the end. */
  documents: Map<string, string>;
  folder: string | undefined;
}

export class Workspaces {
  readonly #workspaces = new Map<string, KnownWorkspace>();

  get all(): Iterable<[string, KnownWorkspace]> {
    return this.#workspaces;
  }

  of(workspace: string): KnownWorkspace {
    let known = this.#workspaces.get(workspace);
    if (!known) {
      known = { documents: new Map(), folder: undefined };
      this.#workspaces.set(workspace, known);
    }
    return known;
  }

  /** @returns false where there is no text any more, or it is too long to be kept. */
  setText({ workspace, key, text }: DocumentText): boolean {
    const { documents } = this.of(workspace);
    documents.delete(key);
    if (text === null || text.length > LONGEST_DOCUMENT) return false;
    documents.set(key, text);
    return true;
  }

  /** @returns false where the document is not known, or an edit does not fit: its text is to be told anew. */
  edit({ workspace, key, edits }: DocumentEdits): boolean {
    const { documents } = this.of(workspace);
    const text = documents.get(key);
    documents.delete(key);
    const edited = text === undefined ? undefined : applied(text, edits);
    if (edited === undefined || edited.length > LONGEST_DOCUMENT) return false;
    documents.set(key, edited);
    return true;
  }

  /** @returns the keys of documents that are open no more. */
  keep(workspace: string, keys: readonly string[]): string[] {
    const { documents } = this.of(workspace);
    const kept = new Set(keys);
    const closed = [...documents.keys()].filter((key) => !kept.has(key));
    for (const key of closed) documents.delete(key);
    if (documents.size === 0 && this.of(workspace).folder === undefined) this.#workspaces.delete(workspace);
    return closed;
  }

  setFolder({ workspace, folder }: WorkspaceFolder): void {
    this.of(workspace).folder = folder ?? undefined;
  }
}

function applied(text: string, edits: readonly TextEdit[]): string | undefined {
  let edited = text;
  for (const { start, end, text: inserted } of edits) {
    if (!(start >= 0 && start <= end && end <= edited.length)) return undefined;
    edited = edited.slice(0, start) + inserted + edited.slice(end);
  }
  return edited;
}
