/** Conversations that are open, and their answers. */
import { randomUUID } from 'node:crypto';
import type { ChatParams, ChatResult, OpenChatParams, OpenChatResult } from '../../../protocol/chat.ts';
import type { ModelInfo, RequestClass } from '../../../protocol/index.ts';
import type { DecodeBackend } from '../../core/backend.ts';
import { EngineFailure } from '../../core/failure.ts';
import type { Loop } from '../../core/scheduler/loop.ts';
import { TextStream } from '../../core/textStream.ts';
import { ChatPrompt, type PromptModel } from './prompt.ts';

/** What a conversation needs of an open model; `OpenModel` in part. */
export interface ChatModel {
  readonly handle: PromptModel & { readonly info: ModelInfo; takesTools(): Promise<boolean> };
  readonly backend: Pick<DecodeBackend, 'createSampler'>;
  readonly loop: Pick<Loop, 'submit' | 'cancel'>;
}

export interface ChatsOptions {
  /** @throws EngineFailure `modelUnknown` */
  find: (model: string) => ChatModel;
  /** All conversations of a workspace that are open: keys as requests name them in `supersedes`. */
  setOpen: (workspace: string, keys: readonly string[]) => void;
}

/** The answer gets no more than this share of the context, so that there is room for what it answers. */
const ANSWER_SHARE = 0.5;
const CLASSES: readonly string[] = ['keystroke', 'chat', 'background'] satisfies RequestClass[];

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
  readonly #find: ChatsOptions['find'];
  readonly #setOpen: ChatsOptions['setOpen'];
  readonly #open = new Map<string, Conversation>();

  constructor({ find, setOpen }: ChatsOptions) {
    this.#find = find;
    this.#setOpen = setOpen;
  }

  /**
   * @param holder closes it at last, by {@link left}.
   * @throws EngineFailure `modelUnknown`; `modelUnfit` for a model that cannot chat.
   */
  async open({ model, workspace }: OpenChatParams, holder: object): Promise<OpenChatResult> {
    const { handle } = this.#find(model);
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
    check(params);
    const conversation = this.#get(params.conversation);
    const { model, workspace, prompt } = conversation;
    conversation.latest = params;
    const { handle } = this.#find(model);
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
    const { backend, loop } = this.#find(model);
    const stream = new TextStream(onText);
    const request = loop.submit({
      class: params.class ?? 'chat',
      workspace,
      supersedes: keyOf(params.conversation),
      prompt: tokens,
      maxTokens,
      stop: params.stop,
      sampler: backend.createSampler(params.sampling ?? {}),
      onText: (delta) => stream.push(delta),
    });
    const cancel = () => loop.cancel(request);
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const { queuedMs, firstTokenMs, totalMs, ...rest } = await request.done;
      const times = {
        queuedMs: queuedMs + fitted,
        firstTokenMs: firstTokenMs && firstTokenMs + fitted,
        totalMs: totalMs + fitted,
      };
      return { ...rest, ...times, ...leftOut };
    } finally {
      signal.removeEventListener('abort', cancel);
      stream.end();
    }
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
    this.#setOpen(workspace, keys);
  }
}

const keyOf = (conversation: string): string => `chat:${conversation}`;

function check({ messages, maxTokens, class: requestClass = 'chat', tools = [] }: ChatParams): void {
  const fault = (what: string) => new EngineFailure('promptInvalid', `The request is malformed: ${what}.`);
  if (!Number.isInteger(maxTokens) || maxTokens < 1) throw fault('maxTokens must be a positive integer');
  if (!CLASSES.includes(requestClass)) throw fault(`class must be one of ${CLASSES.join(', ')}`);
  if (!Array.isArray(messages) || !Array.isArray(tools)) throw fault('messages and tools must be lists');
  for (const message of messages) {
    if (typeof message?.content !== 'string') throw fault('every message has a text as content');
  }
}
