/** What `forget` does to the conversations of a folder. */
import { rm } from 'node:fs/promises';
import { chatsFoldersOf } from './place.ts';
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
