/** Conversations that are open, and their answers. */
import { randomUUID } from 'node:crypto';
import type { ChatParams, ChatResult, OpenChatParams, OpenChatResult } from '../../../protocol/index.ts';
import { checkRequest } from '../../core/checks.ts';
import { EngineFailure } from '../../core/failure.ts';
import type { Models } from '../../core/models.ts';
import { ChatPrompt } from './prompt.ts';

/** The answer gets no more than this share of the context, so that there is room for what it answers. */
const ANSWER_SHARE = 0.5;

/** Of a request that a newer one overtook before it began. */
const SUPERSEDED = {
  text: '',
  finish: 'superseded',
  cachedTokens: 0,
  computedTokens: 0,
  generatedTokens: 0,
  queuedMs: 0,
  firstTokenMs: null,
} as const;

interface Conversation {
  model: string;
  workspace: string;
  holder: object;
  prompt: ChatPrompt;
  /** The request that came last. */
  latest: ChatParams | undefined;
}

export class Chats {
  readonly #models: Models;
  readonly #open = new Map<string, Conversation>();

  constructor(models: Models) {
    this.#models = models;
  }

  /**
   * @param holder closes it at last, by {@link left}.
   * @throws EngineFailure `modelUnknown`; `modelUnfit` for a model that cannot chat.
   */
  async open({ model, workspace }: OpenChatParams, holder: object): Promise<OpenChatResult> {
    const { handle } = this.#models.get(model);
    if (!handle.info.capabilities.chats) {
      throw new EngineFailure(
        'modelUnfit',
        `${handle.info.name} cannot chat: it has no chat template. Choose a chat model.`,
      );
    }
    const tools = await handle.takesTools();
    const conversation = randomUUID();
    this.#open.set(conversation, { model, workspace, holder, prompt: new ChatPrompt(), latest: undefined });
    this.#tell(workspace);
    return { conversation, tools, contextTokens: handle.info.contextTokens };
  }

  /**
   * One answer, by the model's template. A newer request of the conversation ends it.
   * @param signal ends it with the text so far (`finish: 'cancelled'`).
   * @param onText receives text while it is made.
   * @throws EngineFailure `conversationUnknown`, `modelUnknown`, `promptInvalid`, `promptTooLong`, …
   */
  async generate(params: ChatParams, signal: AbortSignal, onText: (delta: string) => void): Promise<ChatResult> {
    const conversation = this.#get(params.conversation);
    const { model, workspace, prompt } = conversation;
    check(params, workspace);
    conversation.latest = params;
    const { handle } = this.#models.get(model);
    const { contextTokens } = handle.info;
    const maxTokens = Math.min(params.maxTokens, Math.max(1, Math.floor(ANSWER_SHARE * contextTokens)));
    const arrived = performance.now();
    const { tokens, ...leftOut } = await prompt.fit(
      handle,
      params.messages,
      params.tools ?? [],
      contextTokens - maxTokens,
    );
    const fitted = performance.now() - arrived;
    if (conversation.latest !== params)
      return { ...SUPERSEDED, promptTokens: tokens.length, totalMs: fitted, ...leftOut };
    // The model may have been unloaded meanwhile.
    const open = this.#models.get(model);
    const input = {
      class: params.class ?? 'chat',
      workspace,
      supersedes: keyOf(params.conversation),
      prompt: tokens,
      maxTokens,
      stop: params.stop,
      sampler: open.backend.createSampler(params.sampling ?? {}),
    };
    const { queuedMs, firstTokenMs, totalMs, ...rest } = await this.#models.run(open, input, signal, onText);
    const times = {
      queuedMs: queuedMs + fitted,
      firstTokenMs: firstTokenMs && firstTokenMs + fitted,
      totalMs: totalMs + fitted,
    };
    return { ...rest, ...times, ...leftOut };
  }

  /** @throws EngineFailure `conversationUnknown` */
  workspaceOf(conversation: string): string {
    return this.#get(conversation).workspace;
  }

  /** Its pages are held no longer than others. */
  close(conversation: string): void {
    const { workspace } = this.#get(conversation);
    this.#open.delete(conversation);
    this.#tell(workspace);
  }

  /** Closes all conversations of a holder. */
  left(holder: object): void {
    for (const [id, { holder: other }] of this.#open) if (other === holder) this.close(id);
  }

  #get(conversation: string): Conversation {
    const found = this.#open.get(conversation);
    if (found) return found;
    throw new EngineFailure(
      'conversationUnknown',
      'This conversation is not open in the engine any more. Send the message again.',
    );
  }

  #tell(workspace: string): void {
    const keys = [...this.#open].filter(([, { workspace: other }]) => other === workspace).map(([id]) => keyOf(id));
    this.#models.caches.pinConversations(workspace, keys);
  }
}

const keyOf = (conversation: string): string => `chat:${conversation}`;

function check({ messages, maxTokens, class: kind = 'chat', tools = [] }: ChatParams, workspace: string): void {
  checkRequest({ maxTokens, class: kind, workspace });
  const fault = (what: string) => new EngineFailure('promptInvalid', `The request is malformed: ${what}.`);
  if (!Array.isArray(messages) || !Array.isArray(tools)) throw fault('messages and tools must be lists');
  for (const message of messages) {
    if (typeof message?.content !== 'string') throw fault('every message has a text as content');
  }
}
