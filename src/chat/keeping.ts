/** Which conversation a window begins with, and how long conversations are kept. */
import type { ConversationStore } from './conversation/store.ts';
import type { Conversation } from './conversation/tree.ts';

/** What a workspace remembers between its windows. */
interface Memento {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const DAY_MS = 86_400_000;
/** The conversation that was shown last, in the workspace's memento. */
const CURRENT = 'quire.chat.current';

export const rememberShown = (memento: Memento, conversation: string): void =>
  void memento.update(CURRENT, conversation);

/**
 * The conversation that was shown when the window was closed, where it is still there. Where nobody remembers, which a window
 * that was killed may not, it is the one that something was said in last, if that was within a day.
 */
export async function lastShown(store: ConversationStore, memento: Memento): Promise<Conversation> {
  const shown = memento.get(CURRENT);
  const [newest] = shown === undefined ? await store.list() : [];
  const id = typeof shown === 'string' ? shown : newest && Date.now() - newest.changed < DAY_MS ? newest.id : undefined;
  if (id === undefined) return store.create();
  return store.open(id).catch(() => store.create());
}

/**
 * Deletes what is older than the person wants it kept, now and once a day.
 * @param keepDays 0: for ever.
 * @param forgetPages what the engine has saved of them goes with them.
 */
export async function retain(
  store: Promise<ConversationStore>,
  keepDays: () => number,
  forgetPages: () => Promise<void>,
): Promise<void> {
  const days = keepDays();
  const removed = days > 0 ? await (await store).removeOlderThan(days) : [];
  if (removed.length > 0) await forgetPages();
  setTimeout(() => void retain(store, keepDays, forgetPages).catch(() => undefined), DAY_MS).unref();
}
