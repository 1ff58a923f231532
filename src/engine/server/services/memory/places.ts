/** Where memories are kept: a folder for each workspace among the user's data, which no clearing of caches touches. */
import { existsSync } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { MemoryPlace, MemoryStatus } from '../../../protocol/index.ts';
import { EngineFailure } from '../../core/failure.ts';
import { isVolatile } from '../../storage/pages/pageRecord.ts';
import type { Workspace } from '../../workspaces/workspaces.ts';
import type { StorePlace } from './messages.ts';

const DATABASE = 'memory.sqlite';
/** This file beside the database: the memory is switched off. */
const SWITCHED_OFF = 'off';

/** What a request's place comes to. */
export interface ResolvedPlace extends Omit<StorePlace, 'follows'> {
  workspace: Workspace | undefined;
  /** Why there is no memory, in words with a remedy; undefined: there is. */
  off: string | undefined;
}

export class MemoryPlaces {
  readonly #folder: string;

  /** @param folder of all memories; made when it is first written to. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param workspace of the place, where it is one. @throws EngineFailure `memoryInvalid` */
  resolve(place: MemoryPlace, workspace: Workspace | undefined): ResolvedPlace {
    if (workspace) {
      const { id, folder, reading } = workspace;
      const file = path.join(this.#folder, id, DATABASE);
      return { file, folder, reading, workspace, off: this.#whyOff(workspace) };
    }
    const { database } = place as { database: string };
    if (!path.isAbsolute(database))
      throw new EngineFailure('memoryInvalid', `The database must be named by its full path, not '${database}'.`);
    return { file: path.normalize(database), folder: null, reading: true, workspace: undefined, off: undefined };
  }

  /** Only of a trusted workspace with a folder. */
  async switch({ id }: Workspace, on: boolean): Promise<void> {
    const folder = path.join(this.#folder, id);
    if (on) return rm(path.join(folder, SWITCHED_OFF), { force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(path.join(folder, SWITCHED_OFF), '', { mode: 0o600 });
  }

  #whyOff(workspace: Workspace): string | undefined {
    const never = whyNever(workspace);
    if (never !== undefined) return never;
    return existsSync(path.join(this.#folder, workspace.id, SWITCHED_OFF))
      ? 'The memory of this workspace is switched off, and nothing is read or written. Switch it on to use it.'
      : undefined;
  }
}

/** Why a workspace cannot have a memory at all. */
export function whyNever({ id, folder }: Workspace): string | undefined {
  if (folder === null) return 'There is no folder here whose memory could be kept. Open a folder.';
  if (isVolatile(id)) return 'This folder is not trusted, so nothing of it is remembered. Trust it first.';
  return undefined;
}

/** Bytes of a database on disk, its log included. */
export async function bytesOf(file: string): Promise<number> {
  const sizes = ['', '-wal', '-shm'].map((suffix) =>
    stat(file + suffix).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** What is said of a memory that is off: nothing is known but what its file takes. */
export function offStatus(why: string, bytes: number): MemoryStatus {
  const none = { done: 0, total: 0, busyMs: 0, budgetMs: 0, modelTokens: 0, modelTokenBudget: 0 };
  return {
    on: false,
    items: {},
    superseded: 0,
    pinned: 0,
    bytes,
    budgetBytes: 0,
    embedder: null,
    unembedded: 0,
    indexing: { state: 'off', ...none, waits: why },
    trouble: null,
  };
}
