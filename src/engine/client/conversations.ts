/**
 * Conversations of a client, by handles that stay valid: in an engine that takes the place of a lost one they are opened
 * anew when they are next used, and an answer that was begun is gone on with there.
 */
import {
  type ChatParams,
  type ChatProgress,
  type ChatResult,
  type ChatWeight,
  chatProgress,
  chatRequest,
  closeChatRequest,
  type OpenChatParams,
  type OpenChatResult,
  openChatRequest,
  type ReadAheadParams,
  type ReadAheadResult,
  readAheadRequest,
  weighChatRequest,
} from '../protocol/index.ts';
import { EngineError } from './errors.ts';
import type { Holdings } from './holdings.ts';
import type { Requests } from './requests.ts';
import type { Session } from './session.ts';

export interface ChatOptions {
  signal?: AbortSignal;
  /** Receives text while it is made; all of it together is the result's. */
  onText?: (delta: string) => void;
  /** How far the answer is: text and tokens come once, whatever becomes of the engine. */
  onProgress?: (step: ChatProgress) => void;
}

interface Conversation {
  params: OpenChatParams;
  /** Says which id the model has now. */
  model: () => string;
  /** Where it is open, or being opened, and as what. */
  session: Session | undefined;
  id: Promise<string>;
}

export class Conversations {
  readonly #requests: Requests;
  readonly #holdings: Holdings;
  readonly #open = new Map<string, Conversation>();

  constructor(requests: Requests, holdings: Holdings) {
    this.#requests = requests;
    this.#holdings = holdings;
  }

  /** @throws EngineError */
  async open(params: OpenChatParams): Promise<OpenChatResult> {
    const model = this.#holdings.modelIdOf(params.model);
    let opened: { session: Session; result: OpenChatResult } | undefined;
    await this.#requests.sendTo(async (session) => {
      const result = await session.connection.sendRequest(openChatRequest, { ...params, model: model() });
      opened = { session, result };
    });
    const { session, result } = opened!;
    const { conversation } = result;
    this.#open.set(conversation, { params, model, session, id: Promise.resolve(conversation) });
    return result;
  }

  /** An engine that is not there has none: it is not started for this. */
  async close(handle: string): Promise<void> {
    const conversation = this.#open.get(handle);
    this.#open.delete(handle);
    if (!conversation) return;
    const id = await conversation.id.catch(() => undefined);
    if (id === undefined) return;
    await this.#requests.sendIfThere(closeChatRequest, { conversation: id }, conversation.session);
  }

  /**
   * @returns undefined where it was aborted before anything came of it.
   * @throws EngineError
   */
  async chat(params: ChatParams, { signal, onText, onProgress }: ChatOptions): Promise<ChatResult | undefined> {
    /** What the caller has, and what of it the engine that works on it now has said. */
    let seen = '';
    let tokens = params.begun ?? [];
    let said = '';
    let saidTokens: number[] = [];
    const deliver = (text: string, step: ChatProgress = {}) => {
      const delta = text.slice(seen.length);
      if (text.length > seen.length) seen = text;
      const fresh = saidTokens.slice(tokens.length);
      if (fresh.length > 0) tokens = saidTokens.slice();
      const { text: _, tokens: __, ...rest } = step;
      const told: ChatProgress = { ...rest };
      if (delta !== '') told.text = delta;
      if (fresh.length > 0) told.tokens = fresh;
      if (Object.keys(told).length > 0) onProgress?.(told);
      if (delta !== '') onText?.(delta);
    };
    const listener = (step: ChatProgress) => {
      said += step.text ?? '';
      for (const token of step.tokens ?? []) saidTokens.push(token);
      deliver(said, step);
    };
    const asked = async (session: Session): Promise<ChatParams> => {
      said = '';
      saidTokens = [];
      const conversation = await this.#idIn(session, params.conversation);
      return tokens.length > 0 ? { ...params, conversation, begun: tokens } : { ...params, conversation };
    };
    const progress = { type: chatProgress, listener };
    const result = await this.#requests.long(chatRequest, asked, { signal, progress, repeatable: true });
    if (result) deliver(result.text);
    if (result || seen === '') return result;
    return { ...NO_ANSWER, text: seen, generatedTokens: tokens.length };
  }

  /** @returns undefined where it was aborted, or a newer one of the conversation came. @throws EngineError */
  async weigh(params: ChatParams, signal?: AbortSignal): Promise<ChatWeight | undefined> {
    const asked = async (session: Session) => ({
      ...params,
      conversation: await this.#idIn(session, params.conversation),
    });
    return (await this.#requests.long(weighChatRequest, asked, { signal, repeatable: true })) ?? undefined;
  }

  /** @returns undefined where it was aborted before anything came of it. @throws EngineError */
  readAhead(params: ReadAheadParams, signal?: AbortSignal): Promise<ReadAheadResult | undefined> {
    const asked = async (session: Session) => ({
      ...params,
      conversation: await this.#idIn(session, params.conversation),
    });
    return this.#requests.long(readAheadRequest, asked, { signal, repeatable: true });
  }

  /** What a conversation is called in an engine; opened there where it is not. */
  async #idIn(session: Session, handle: string): Promise<string> {
    const conversation = this.#open.get(handle);
    if (!conversation) throw new EngineError('conversationUnknown', 'This conversation was closed. Open another one.');
    if (conversation.session !== session) {
      conversation.session = session;
      conversation.id = this.#openIn(session, conversation);
      conversation.id.catch(() => {
        // Tried again by whoever comes next.
        if (conversation.session === session) conversation.session = undefined;
      });
    }
    return conversation.id;
  }

  async #openIn(session: Session, { params, model }: Conversation): Promise<string> {
    const asked = { ...params, model: model() };
    return (await session.connection.sendRequest(openChatRequest, asked)).conversation;
  }
}

/** Of an answer that was given up. */
export const NO_ANSWER: ChatResult = {
  text: '',
  finish: 'cancelled',
  promptTokens: 0,
  cachedTokens: 0,
  computedTokens: 0,
  generatedTokens: 0,
  queuedMs: 0,
  firstTokenMs: null,
  totalMs: 0,
  leftOutTurns: 0,
  leftOutTokens: 0,
};
