/** What the commands have in common: what they work with, and which folder's memory is meant. */
import type { MemoryClient } from './client.ts';
import type { FolderStore, ItemRef, Stores } from './stores.ts';

export interface CommandNeeds {
  client: MemoryClient;
  stores: Stores;
  /** Which of several folders; undefined: the person chose none. @throws Error in words where no memory is on. */
  chooseStore(): Promise<FolderStore | undefined>;
  /** Tells what was done, quietly, with a button or two. @returns the one that was pressed. */
  say(words: string, ...buttons: string[]): PromiseLike<string | undefined>;
  /** Opens the page of a memory. */
  open(ref: ItemRef): Promise<void>;
  /** Draws what is shown anew. */
  changed(): void;
  /**
   * Takes what was recalled out of the kept conversations of a folder. @param ids of what is erased; absent: all.
   * @throws Error in words where one cannot be changed.
   */
  erased(store: FolderStore, ids?: readonly number[]): Promise<void>;
  report(error: unknown): void;
}

export const UNDO = 'Undo';
export const OPEN = 'Open';

/** Takes one change back. @throws Error in words where that cannot be done any more. */
export async function undoChange(
  { client, changed }: Pick<CommandNeeds, 'client' | 'changed'>,
  store: FolderStore,
  change: number,
): Promise<void> {
  await client.undo({ place: await store.place(), change });
  changed();
}

/** Says what was done, with a button that takes just that back, where there is something to be taken back. */
export function sayDone(needs: CommandNeeds, store: FolderStore, words: string, change: number | null): void {
  void needs.say(words, ...(change === null ? [] : [UNDO])).then((pressed) => {
    if (pressed === UNDO && change !== null) undoChange(needs, store, change).catch(needs.report);
  });
}
