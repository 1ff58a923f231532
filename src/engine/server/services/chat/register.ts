/** `chat/*` and `tokens/count` of one client. */
import {
  chatProgress,
  chatRequest,
  closeChatRequest,
  countTokensRequest,
  openChatRequest,
} from '../../../protocol/chat.ts';
import type { Requests } from '../requests.ts';
import type { Chats } from './chats.ts';
import { countTokens } from './counts.ts';
import type { PromptModel } from './prompt.ts';

/**
 * @param find the handle of any open model. @throws EngineFailure `modelUnknown`.
 * @param holder stands for the client; whoever registers calls {@link Chats.left} with it at the end.
 */
export function registerChat(
  requests: Requests,
  chats: Chats,
  find: (model: string) => PromptModel,
  holder: object,
): void {
  requests.onRequest(openChatRequest, (params) => chats.open(params, holder));
  requests.onRequest(chatRequest, (params, signal) =>
    chats.generate(params, signal, (text) => {
      if (params.progressToken !== undefined) requests.sendProgress(chatProgress, params.progressToken, { text });
    }),
  );
  requests.onRequest(closeChatRequest, ({ conversation }) => {
    chats.close(conversation);
    return null;
  });
  requests.onRequest(countTokensRequest, (params, signal) => countTokens(find(params.model), params, signal));
}
