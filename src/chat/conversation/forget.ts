/** What forgetting does to the conversations of a folder. */
import { rm } from 'node:fs/promises';
import { chatsFoldersOf } from './place.ts';
import type { Erased } from './redacted.ts';
import { ConversationStore } from './store.ts';

/**
 * Removes all conversations of a workspace's folder for good, also where that folder is gone.
 * @returns the ids of those that there were.
 * @throws Error in words where one cannot be removed.
 */
export async function forgetChats(folder: string, environment: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const removed: string[] = [];
  for (const place of await chatsFoldersOf(folder, environment)) {
    removed.push(...(await new ConversationStore(place).removeAll()));
    await rm(place, { recursive: true, force: true });
  }
  return removed;
}

/**
 * Takes what was recalled out of the kept conversations of a workspace's folder, once its memory is erased.
 * @param erased numbers of the memories; absent: all.
 * @throws Error in words where one cannot be changed.
 */
export async function redactChats(
  folder: string,
  erased?: Erased,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  let changed = 0;
  for (const place of await chatsFoldersOf(folder, environment))
    changed += (await new ConversationStore(place).redact(erased)).length;
  return changed;
}
