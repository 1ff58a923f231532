/** The memories that this window has: one for each folder, which the engine keeps. */
import type { MemoryPlace } from '../engine/protocol/index.ts';

/** The memory of a folder. */
export interface FolderStore {
  /** Address of the folder: names the store to commands and views. */
  key: string;
  /** The folder's, for people. */
  name: string;
  /** @throws EngineError */
  place(): Promise<MemoryPlace>;
}

export interface StoresNeeds {
  /** Folders whose memory is on; without trust none is. */
  folders(): { key: string; name: string }[];
  /** The engine's id of a folder's workspace. @throws EngineError */
  idOf(key: string): Promise<string>;
}

/** Names one item in this window. */
export interface ItemRef {
  store: string;
  id: number;
}

export const isItemRef = (value: unknown): value is ItemRef =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as ItemRef).store === 'string' &&
  Number.isInteger((value as ItemRef).id);

export class Stores {
  readonly #needs: StoresNeeds;

  constructor(needs: StoresNeeds) {
    this.#needs = needs;
  }

  all(): FolderStore[] {
    return this.#needs.folders().map(({ key, name }) => ({
      key,
      name,
      place: async () => ({ workspace: await this.#needs.idOf(key) }),
    }));
  }

  /** @throws Error in words where there is none. */
  named(key: string): FolderStore {
    const found = this.all().find((store) => store.key === key);
    if (!found) throw new Error('The memory of this folder is off now, or the folder is not open any more.');
    return found;
  }

  /** The one whose folder an address lies in; the longest where folders lie in each other. */
  of(address: string): FolderStore | undefined {
    return this.all()
      .filter(({ key }) => address === key || address.startsWith(key.endsWith('/') ? key : `${key}/`))
      .sort((a, b) => b.key.length - a.key.length)[0];
  }
}
