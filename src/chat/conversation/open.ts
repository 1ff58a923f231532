/** The conversations of a workspace, as a window opens them: also where nothing can be kept. */
import { type ChatsOf, chatsFolder, makeChatsFolder } from './place.ts';
import { ConversationStore } from './store.ts';

/**
 * Where the folder cannot be made or written, what is said is held in memory, and saved as soon as that is possible.
 * @param trouble is told each reason once, in words, with a remedy: when something is said that cannot be kept.
 */
export async function openStore(
  of: ChatsOf,
  trouble: (words: string) => void,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<ConversationStore> {
  const told = new Set<string>();
  // Why, is said with the first question: until then nothing is lost.
  const folder = await makeChatsFolder(of, environment).catch(() => chatsFolder(of, environment));
  return new ConversationStore(folder, (words) => {
    if (told.has(words)) return;
    told.add(words);
    trouble(words);
  });
}
