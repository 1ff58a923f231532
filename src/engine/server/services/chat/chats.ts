/** Conversations that are open: their answers, what those would take, and what is read ahead of them. */
import { randomUUID } from 'node:crypto';
import type {
  ChatParams,
  ChatProgress,
  ChatResult,
  ChatWeight,
  OpenChatParams,
  OpenChatResult,
  ReadAheadParams,
  ReadAheadResult,
} from '../../../protocol/index.ts';
import { checkCopy, checkRequest } from '../../core/checks.ts';
import { samplersOf } from '../../core/copy/copySampler.ts';
import { EngineFailure } from '../../core/failure.ts';
import { PAGE_TOKENS } from '../../core/kv/pagePool.ts';
import type { OpenModel } from '../../core/modelHandle.ts';
import type { Models } from '../../core/models.ts';
import type { NgramIndex } from '../../core/speculation/ngrams.ts';
import { answerIndex, TextSource } from '../../core/speculation/textSource.ts';
import { continuations } from './continuations.ts';
import { Newest } from './newest.ts';
import { progressOf } from './progress.ts';
import { ChatPrompt } from './prompt.ts';
import { Trails } from './trails.ts';

/** The answer gets no more than this share of the context, so that there is room for what it answers. */
const ANSWER_SHARE = 0.5;
/** Room that is left for an answer of which nothing was said yet, as a share of the context. */
const LIKELY_ANSWER_SHARE = 0.25;

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

const NOTHING_READ: ReadAheadResult = { promptTokens: 0, cachedTokens: 0, computedTokens: 0 };

interface Conversation {
  model: string;
  workspace: string;
  holder: object;
  prompt: ChatPrompt;
  /** The request that came last. */
  latest: ChatParams | undefined;
  /** Of the answer that was asked for, or weighed, last. */
  maxTokens: number | undefined;
  /** What was answered last: asked again, much of it is said again. */
  answer: NgramIndex | undefined;
  weighing: Newest;
  readingAhead: Newest;
  /** Ends what is read ahead. */
  reading: AbortController;
}

export class Chats {
  readonly #models: Models;
  readonly #open = new Map<string, Conversation>();
  /** Of each model, by workspace. */
  readonly #trails = new WeakMap<OpenModel, Map<string, Trails>>();

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
    this.#open.set(conversation, {
      model,
      workspace,
      holder,
      prompt: new ChatPrompt(() => this.#trailsOf(this.#models.get(model), workspace)),
      latest: undefined,
      maxTokens: undefined,
      answer: undefined,
      weighing: new Newest(),
      readingAhead: new Newest(),
      reading: new AbortController(),
    });
    this.#tell(workspace);
    return { conversation, tools, contextTokens: handle.info.contextTokens };
  }

  /**
   * One answer, by the model's template. A newer request of the conversation ends it.
   * @param signal ends it with the text so far (`finish: 'cancelled'`).
   * @param onProgress receives text while it is made, and how far the request is.
   * @throws EngineFailure `conversationUnknown`, `modelUnknown`, `promptInvalid`, `promptTooLong`, …
   */
  async generate(
    params: ChatParams,
    signal: AbortSignal,
    onProgress: (step: ChatProgress) => void,
  ): Promise<ChatResult> {
    const conversation = this.#get(params.conversation);
    const { model, workspace, prompt } = conversation;
    const { handle } = this.#models.get(model);
    check(params, workspace, handle.info.vocabularyTokens);
    conversation.latest = params;
    conversation.reading.abort();
    const { contextTokens } = handle.info;
    const maxTokens = answerTokens(params, contextTokens);
    conversation.maxTokens = maxTokens;
    const arrived = performance.now();
    const fitted = await prompt.fit(handle, params.messages, params.tools ?? [], contextTokens - maxTokens);
    const { text, tokens, ...leftOut } = fitted;
    const createSampler = await samplersOf(handle, params.sampling ?? {});
    const fittedMs = performance.now() - arrived;
    if (conversation.latest !== params)
      return { ...SUPERSEDED, promptTokens: tokens.length, totalMs: fittedMs, ...leftOut };
    // The model may have been unloaded meanwhile.
    const open = this.#models.get(model);
    const sampler = createSampler(open.backend);
    try {
      for (const token of params.begun ?? []) sampler.resume?.(token);
    } catch (error) {
      sampler.dispose();
      throw error;
    }
    const key = keyOf(params.conversation);
    const input = {
      class: params.class ?? 'chat',
      workspace,
      supersedes: key,
      // Branches and answers that were given in the place of others are gone back to.
      replaces: false,
      prompt: tokens,
      begun: params.begun,
      maxTokens,
      stop: params.stop,
      sampler,
      sources: [
        new TextSource('text', tokens),
        ...(conversation.answer ? [new TextSource('answer', tokens, conversation.answer)] : []),
      ],
    };
    const said: number[] = [];
    const hearing = progressOf(
      (step) => {
        for (const token of step.tokens ?? []) said.push(token);
        onProgress(step);
      },
      (count, position) => open.loop.readMs(count, position),
    );
    const { queuedMs, firstTokenMs, totalMs, ...rest } = await this.#models.run(open, input, signal, hearing);
    conversation.answer = answerIndex(tokens, said);
    this.#trailsOf(open, workspace).add(handle.tokenizer, { text, tokens }, { text: rest.text, tokens: said });
    const times = {
      queuedMs: queuedMs + fittedMs,
      firstTokenMs: firstTokenMs && firstTokenMs + fittedMs,
      totalMs: totalMs + fittedMs,
    };
    return { ...rest, ...times, ...leftOut };
  }

  /**
   * What an answer would take, as {@link generate} would be asked for it. Nothing is computed, and nothing is different
   * for the conversation afterwards.
   * @returns null: a newer one of the conversation came before this one's turn, or nobody wants it any more.
   * @throws EngineFailure as {@link generate}
   */
  async weigh(params: ChatParams, signal: AbortSignal): Promise<ChatWeight | null> {
    const conversation = this.#get(params.conversation);
    const { model, workspace, prompt, weighing } = conversation;
    const { handle } = this.#models.get(model);
    check(params, workspace, handle.info.vocabularyTokens);
    const weight = await weighing.run(async () => {
      if (signal.aborted) return null;
      const { contextTokens } = handle.info;
      const maxTokens = answerTokens(params, contextTokens);
      conversation.maxTokens = maxTokens;
      const room = contextTokens - maxTokens;
      const { tokens, leftOutTurns, leftOutTokens } = await prompt.weigh(
        handle,
        params.messages,
        params.tools ?? [],
        room,
      );
      const { loop } = this.#models.get(model);
      const cachedTokens = loop.cache.known(workspace, tokens);
      const readMs = loop.readMs(tokens.length - cachedTokens, cachedTokens);
      return { promptTokens: tokens.length, cachedTokens, leftOutTurns, leftOutTokens, readMs };
    });
    return weight ?? null;
  }

  /**
   * Reads what the next request will begin with, as far as that is known, in class background: whole pages of it.
   * @param signal ends it, as do the next one of the conversation and {@link generate}; what was read stays.
   * @throws EngineFailure as {@link generate}
   */
  async readAhead(params: ReadAheadParams, signal: AbortSignal): Promise<ReadAheadResult> {
    const conversation = this.#get(params.conversation);
    const { workspace, readingAhead } = conversation;
    check({ ...params, maxTokens: 1 }, workspace, 0);
    conversation.reading.abort();
    const reading = new AbortController();
    conversation.reading = reading;
    const ended = AbortSignal.any([signal, reading.signal]);
    const result = await readingAhead.run(() => this.#readAhead(conversation, params, ended));
    return result ?? NOTHING_READ;
  }

  async #readAhead(
    { model, workspace, prompt, maxTokens }: Conversation,
    { conversation, messages, tools = [] }: ReadAheadParams,
    signal: AbortSignal,
  ): Promise<ReadAheadResult> {
    const { handle } = this.#models.get(model);
    const { contextTokens } = handle.info;
    const room = contextTokens - (maxTokens ?? Math.floor(LIKELY_ANSWER_SHARE * contextTokens));
    const wanted = () => !signal.aborted;
    const known = await prompt.common(handle, continuations(messages), tools, room, wanted);
    const end = Math.floor(known.length / PAGE_TOKENS) * PAGE_TOKENS;
    if (signal.aborted || end === 0) return NOTHING_READ;
    const tokens = known.slice(0, end);
    const open = this.#models.get(model);
    // Of a whole prompt the last token is never known.
    if (open.loop.cache.known(workspace, [...tokens, 0]) >= end)
      return { promptTokens: end, cachedTokens: end, computedTokens: 0 };
    const input = {
      class: 'background',
      workspace,
      document: keyOf(conversation),
      replaces: false,
      prompt: tokens,
      maxTokens: 0,
      sampler: open.backend.createSampler({}),
    } as const;
    const { promptTokens, cachedTokens, computedTokens } = await this.#models.run(open, input, signal, {
      onText: () => undefined,
    });
    return { promptTokens, cachedTokens, computedTokens };
  }

  /** Its id. @throws EngineFailure `conversationUnknown` */
  modelOf(conversation: string): string {
    return this.#get(conversation).model;
  }

  /** @throws EngineFailure `conversationUnknown` */
  workspaceOf(conversation: string): string {
    return this.#get(conversation).workspace;
  }

  /** Its pages are held no longer than others. */
  close(conversation: string): void {
    const { workspace, reading } = this.#get(conversation);
    reading.abort();
    this.#open.delete(conversation);
    this.#tell(workspace);
  }

  /** Closes all conversations of a holder. */
  left(holder: object): void {
    for (const [id, { holder: other }] of this.#open) if (other === holder) this.close(id);
  }

  /** Nothing that was said in a workspace is remembered. */
  forget(workspace: string): void {
    for (const model of this.#models.list()) this.#trails.get(model)?.delete(workspace);
    for (const conversation of this.#open.values())
      if (conversation.workspace === workspace) conversation.answer = undefined;
  }

  #get(conversation: string): Conversation {
    const found = this.#open.get(conversation);
    if (found) return found;
    throw new EngineFailure(
      'conversationUnknown',
      'This conversation is not open in the engine any more. Send the message again.',
    );
  }

  #trailsOf(model: OpenModel, workspace: string): Trails {
    const ofModel = this.#trails.get(model) ?? new Map<string, Trails>();
    this.#trails.set(model, ofModel);
    const trails = ofModel.get(workspace) ?? new Trails();
    ofModel.set(workspace, trails);
    return trails;
  }

  #tell(workspace: string): void {
    const keys = [...this.#open].filter(([, { workspace: other }]) => other === workspace).map(([id]) => keyOf(id));
    this.#models.caches.pinConversations(workspace, keys);
  }
}

const keyOf = (conversation: string): string => `chat:${conversation}`;

const answerTokens = ({ maxTokens }: ChatParams, contextTokens: number): number =>
  Math.min(maxTokens, Math.max(1, Math.floor(ANSWER_SHARE * contextTokens)));

function check(params: ChatParams, workspace: string, vocabularyTokens: number): void {
  const { messages, maxTokens, class: kind = 'chat', tools = [], begun = [], sampling = {} } = params;
  checkRequest({ maxTokens, class: kind, workspace });
  checkCopy(sampling);
  const fault = (what: string) => new EngineFailure('promptInvalid', `The request is malformed: ${what}.`);
  if (!Array.isArray(messages) || !Array.isArray(tools)) throw fault('messages and tools must be lists');
  for (const message of messages) {
    if (typeof message?.content !== 'string') throw fault('every message has a text as content');
  }
  const isToken = (token: unknown) => Number.isInteger(token) && (token as number) >= 0;
  if (!Array.isArray(begun) || begun.some((token) => !isToken(token) || token >= vocabularyTokens))
    throw fault('what was begun must be a list of tokens of the model');
}
