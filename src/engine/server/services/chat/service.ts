/** `chat/*` of every client. */
import {
  chatProgress,
  chatRequest,
  closeChatRequest,
  openChatRequest,
  readAheadRequest,
  weighChatRequest,
} from '../../../protocol/index.ts';
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
    workspaces.listen({
      filesForgotten: ({ id }) => this.#chats.forget(id),
      pagesForgotten: ({ id }) => this.#chats.forget(id),
      workspaceClosed: ({ id }) => this.#chats.forget(id),
    });
  }

  serve(client: ServedClient): void {
    const chats = this.#chats;
    /** @throws EngineFailure `workspaceUnknown` where the client does not hold the workspace any more. */
    const checkHeld = (conversation: string) => this.#workspaces.of(client, chats.workspaceOf(conversation));
    client.onRequest(openChatRequest, async (params, signal) => {
      this.#workspaces.of(client, params.workspace);
      const opened = await chats.open(params, client);
      if (signal.aborted) chats.close(opened.conversation); // nobody learns of it
      return opened;
    });
    client.onRequest(chatRequest, async (params, signal) => {
      checkHeld(params.conversation);
      return chats.generate(params, signal, (step) => client.progress(chatProgress, params.progressToken, step));
    });
    client.onRequest(weighChatRequest, async (params, signal) => {
      checkHeld(params.conversation);
      return chats.weigh(params, signal);
    });
    client.onRequest(readAheadRequest, async (params, signal) => {
      checkHeld(params.conversation);
      return chats.readAhead(params, signal);
    });
    client.onRequest(closeChatRequest, async ({ conversation }) => {
      chats.close(conversation);
      return null;
    });
    client.onLeft(() => chats.left(client));
  }
}
