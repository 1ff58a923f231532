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
  report(error: unknown): void;
}

export const UNDO = 'Undo';
export const OPEN = 'Open';

/** Takes the newest change back that `matches`; what was written meanwhile by others stays. @throws Error in words. */
export async function undoNewest(
  { client, changed }: Pick<CommandNeeds, 'client' | 'changed'>,
  store: FolderStore,
  matches: (what: string) => boolean,
): Promise<void> {
  const place = await store.place();
  const { changes } = await client.journal({ place, limit: 50 });
  const change = changes.find(({ what, undone, final }) => !undone && !final && matches(what));
  if (!change) throw new Error('There is nothing that could be undone.');
  await client.undo({ place, change: change.id });
  changed();
}
