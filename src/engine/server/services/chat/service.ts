/** `chat/*` of every client. */
import {
  type ChatProgress,
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
  readonly #models: Models;
  readonly #workspaces: Workspaces;
  readonly #chats: Chats;

  constructor(models: Models, workspaces: Workspaces) {
    this.#workspaces = workspaces;
    this.#models = models;
    this.#chats = new Chats(models);
    workspaces.listen({
      filesForgotten: ({ id }) => this.#chats.forget(id),
      pagesForgotten: ({ id }) => this.#chats.forget(id),
      workspaceClosed: ({ id }) => this.#chats.forget(id),
    });
  }

  serve(client: ServedClient): void {
    const chats = this.#chats;
    const models = this.#models;
    /**
     * The model of the conversation stays where it is meanwhile.
     * @throws EngineFailure `workspaceUnknown` where the client does not hold the workspace any more.
     */
    const using = <T>(conversation: string, work: () => Promise<T>): Promise<T> => {
      this.#workspaces.of(client, chats.workspaceOf(conversation));
      return models.uses.during(chats.modelOf(conversation), work);
    };
    client.onRequest(openChatRequest, async (params, signal) => {
      this.#workspaces.of(client, params.workspace);
      const opened = await models.uses.during(params.model, () => chats.open(params, client));
      if (signal.aborted) chats.close(opened.conversation); // nobody learns of it
      return opened;
    });
    client.onRequest(chatRequest, async (params, signal) => {
      const tell = (step: ChatProgress) => client.progress(chatProgress, params.progressToken, step);
      return using(params.conversation, () => chats.generate(params, signal, tell));
    });
    client.onRequest(weighChatRequest, async (params, signal) => {
      return using(params.conversation, () => chats.weigh(params, signal));
    });
    client.onRequest(readAheadRequest, async (params, signal) => {
      return using(params.conversation, () => chats.readAhead(params, signal));
    });
    client.onRequest(closeChatRequest, async ({ conversation }) => {
      chats.close(conversation);
      return null;
    });
    client.onLeft(() => chats.left(client));
  }
}
