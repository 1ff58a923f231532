/**
 * The notes that completions are shown, by file. They are asked for where nobody waits, when a document comes to the front or
 * the cursor rests in it, and kept until the memory changes; a key takes what is there, and never asks.
 */
import { LRUCache } from 'lru-cache';
import type { ActivatedMemory } from '../engine/protocol/index.ts';

/** What stands in the prompts of a file. */
export interface FileNotes {
  memories: readonly ActivatedMemory[];
  /** What the memory's controller said, in words. */
  decision: string;
}

export interface NotedFile {
  /** The engine's id. */
  workspace: string;
  /** In the workspace's folder, with '/'. */
  path: string;
}

/** Files of a workspace whose notes are kept. */
const FILES = 100;

export class ProjectNotes<Asked extends NotedFile> {
  readonly #ask: (asked: Asked, signal: AbortSignal) => Promise<FileNotes | undefined>;
  readonly #kept = new Map<string, LRUCache<string, FileNotes>>();
  /** Under way, by workspace and path. */
  readonly #asking = new Map<string, AbortController>();

  /** @param ask gives undefined where there is no memory, or the signal was aborted. */
  constructor(ask: (asked: Asked, signal: AbortSignal) => Promise<FileNotes | undefined>) {
    this.#ask = ask;
  }

  /** What is known now; undefined: nothing yet. */
  of({ workspace, path }: NotedFile): FileNotes | undefined {
    return this.#kept.get(workspace)?.get(path);
  }

  /** The cursor rests there: asks, once, where nothing is known. Resolves when that is answered; never rejects. */
  async rest(asked: Asked): Promise<void> {
    const { workspace, path } = asked;
    const key = `${workspace}\0${path}`;
    if (this.of(asked) !== undefined || this.#asking.has(key)) return;
    const abort = new AbortController();
    this.#asking.set(key, abort);
    try {
      const notes = await this.#ask(asked, abort.signal);
      // What was forgotten meanwhile must not come back.
      if (notes && !abort.signal.aborted) this.#in(workspace).set(path, notes);
    } catch {
      // Without notes a completion is as good as it was; the memory's own views tell of what is wrong with it.
    } finally {
      if (this.#asking.get(key) === abort) this.#asking.delete(key);
    }
  }

  /** The memory of a workspace is another; absent: all are, since another engine serves. */
  forget(workspace?: string): void {
    for (const [key, abort] of this.#asking) {
      if (workspace !== undefined && !key.startsWith(`${workspace}\0`)) continue;
      abort.abort();
      this.#asking.delete(key);
    }
    if (workspace === undefined) this.#kept.clear();
    else this.#kept.delete(workspace);
  }

  #in(workspace: string): LRUCache<string, FileNotes> {
    const known = this.#kept.get(workspace) ?? new LRUCache({ max: FILES });
    this.#kept.set(workspace, known);
    return known;
  }
}
