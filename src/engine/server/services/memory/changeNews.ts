/** Tells clients that the memory of a workspace which they hold is another than before: of many changes in a row, once. */
import { memoryChangedNotification } from '../../../protocol/index.ts';
import type { ServedClient } from '../../service.ts';

const LATER_MS = 200;

export class ChangeNews {
  readonly #clients = new Set<ServedClient>();
  readonly #isHeld: (client: ServedClient, workspace: string) => boolean;
  /** About to be told of. */
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(isHeld: (client: ServedClient, workspace: string) => boolean) {
    this.#isHeld = isHeld;
  }

  /** From now on, until it leaves. */
  serve(client: ServedClient): void {
    this.#clients.add(client);
    client.onLeft(() => this.#clients.delete(client));
  }

  tell(workspace: string): void {
    if (this.#timers.has(workspace)) return;
    const now = () => {
      this.#timers.delete(workspace);
      for (const client of this.#clients)
        if (this.#isHeld(client, workspace)) client.notify(memoryChangedNotification, { workspace });
    };
    this.#timers.set(workspace, setTimeout(now, LATER_MS).unref());
  }

  /** The workspace is closed: there is nobody to tell. */
  forget(workspace: string): void {
    clearTimeout(this.#timers.get(workspace));
    this.#timers.delete(workspace);
  }
}
