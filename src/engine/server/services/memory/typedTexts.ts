/** Open documents of a workspace, told to the memory thread when something is asked: only those that changed since. */
import type { OpenDocument, Workspace } from '../../workspaces/workspaces.ts';
import type { TypedText } from './messages.ts';

export class TypedTexts {
  /** By workspace, then by path: which version of which document the thread has. */
  readonly #told = new Map<string, Map<string, string>>();

  /** What the thread has to be told of a workspace, which counts as told then. Where two windows differ, the latest counts. */
  next({ id, documents }: Workspace): TypedText[] {
    const told = this.#told.get(id) ?? new Map<string, string>();
    this.#told.set(id, told);
    const now = new Map<string, OpenDocument>();
    for (const document of documents.values()) if (document.path !== null) now.set(document.path, document);
    const closed = [...told.keys()].filter((path) => !now.has(path));
    for (const path of closed) told.delete(path);
    const changed = [...now].filter(([path, document]) => told.get(path) !== versionOf(document));
    for (const [path, document] of changed) told.set(path, versionOf(document));
    return [...closed.map((path) => ({ path, text: null })), ...changed.map(([path, { text }]) => ({ path, text }))];
  }

  /** The thread knows nothing of a workspace any more; of none, where it began anew. */
  forget(workspace?: string): void {
    if (workspace === undefined) this.#told.clear();
    else this.#told.delete(workspace);
  }
}

const versionOf = ({ id, version }: OpenDocument): string => `${id}:${version}`;
