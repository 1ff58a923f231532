/** `chat/*` of every client. */
import { chatRequest, closeChatRequest, generateProgress, openChatRequest } from '../../../protocol/index.ts';
import type { Models } from '../../core/models.ts';
import type { ServedClient, Service } from '../../service.ts';
import type { Workspaces } from '../../workspaces/workspaces.ts';
import { Chats } from './chats.ts';

export class ChatService implements Service {
  readonly #workspaces: Workspaces;
  readonly #chats: Chats;

  constructor(models: Models, workspaces: Workspaces) {
    this.#workspaces = workspaces;
    this.#chats = new Chats(models);
  }

  serve(client: ServedClient): void {
    const chats = this.#chats;
    client.onRequest(openChatRequest, async (params, signal) => {
      this.#workspaces.of(client, params.workspace);
      const opened = await chats.open(params, client);
      if (signal.aborted) chats.close(opened.conversation); // nobody learns of it
      return opened;
    });
    client.onRequest(chatRequest, async (params, signal) => {
      this.#workspaces.of(client, chats.workspaceOf(params.conversation));
      return chats.generate(params, signal, (text) =>
        client.progress(generateProgress, params.progressToken, { text }),
      );
    });
    client.onRequest(closeChatRequest, async ({ conversation }) => {
      chats.close(conversation);
      return null;
    });
    client.onLeft(() => chats.left(client));
  }
}
