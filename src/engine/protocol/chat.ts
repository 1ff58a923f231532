/** Conversations: `chat/*`, and counts of tokens for whoever has to stay within a context: `tokens/count`. */
import { ProgressType, RequestType } from 'vscode-jsonrpc';
import type { EngineErrorData, GenerateResult, RequestClass, SamplingOptions } from './core.ts';

/** A function that a model may ask for; `parameters` is a JSON schema. */
export interface ChatTool {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
}

export interface ChatToolCall {
  id: string;
  name: string;
  arguments: Record<string, unknown>;
}

export interface SpokenMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
  /** Of the assistant only. */
  toolCalls?: ChatToolCall[];
}

/** What a tool gave, behind the message that asked for it. */
export interface ToolMessage {
  role: 'tool';
  content: string;
  name: string;
  toolCallId: string;
}

export type ChatMessage = SpokenMessage | ToolMessage;

export interface OpenChatParams {
  /** A model that {@link ModelCapabilities.chats}. */
  model: string;
  /** One that the client holds. Caches never cross workspaces. */
  workspace: string;
}

export interface OpenChatResult {
  /** Handle for {@link ChatParams.conversation}. */
  conversation: string;
  /** The model's template takes tools. */
  tools: boolean;
  /** Tokens of prompt and answer together. */
  contextTokens: number;
}

export interface ChatParams {
  conversation: string;
  /**
   * All of the conversation, oldest first. A turn is a user's message and what follows up to the next one. Where they are
   * more than fit, turns are left out whole, the oldest first; never system messages at the beginning, nor the last turn.
   */
  messages: ChatMessage[];
  /** Refused with `promptInvalid` where the template takes none: a model that was not trained for them invents them. */
  tools?: ChatTool[];
  maxTokens: number;
  /** Default `chat`. */
  class?: RequestClass;
  sampling?: SamplingOptions;
  /** Texts that end the answer; the answer ends before them. */
  stop?: string[];
  /**
   * Tokens of this answer that were made before, by an engine that was lost: it goes on behind them. They count as generated
   * ones, and `maxTokens` and `stop` are of the whole answer; the first event says them again. What has to be read of them
   * is counted with the prompt's cached and computed tokens.
   */
  begun?: number[];
  /** Names the {@link chatProgress} events of this request; absent: none are sent. */
  progressToken?: string;
}

/** A step of an answer under way; what has not changed is absent. */
export interface ChatProgress {
  /** Text made since the last event, and its tokens: concatenated they are the answer, and {@link ChatParams.begun}. */
  text?: string;
  tokens?: number[];
  /** The prompt is being read: tokens done, of all that have to be computed. */
  reading?: { done: number; total: number; leftMs: number | null };
  /** How long the answer has stood still because others were served first, in all, in ms. */
  pausedMs?: number;
}

/** What an answer would take, before it is asked for. */
export interface ChatWeight {
  promptTokens: number;
  /** How many of them are cached: those that are in pages, in whatever tier. */
  cachedTokens: number;
  leftOutTurns: number;
  leftOutTokens: number;
  /** How long reading the others would take by what was measured, in ms; null where nothing was measured yet. */
  readMs: number | null;
}

/** Reads ahead what the next request of the conversation will begin with, in class background. */
export interface ReadAheadParams {
  conversation: string;
  /**
   * The conversation so far. Where the last one is the user's it is a draft, which may still grow at its end. What a
   * template says differently of earlier answers (it leaves their reasoning out, say) is read as it will say it.
   */
  messages: ChatMessage[];
  tools?: ChatTool[];
}

/** Of what was read: whole pages, as far as it is certain. Zeros where something newer came first. */
export interface ReadAheadResult {
  promptTokens: number;
  cachedTokens: number;
  computedTokens: number;
}

export interface ChatResult extends Omit<GenerateResult, 'cutTokens'> {
  /** Turns that were left out, from the oldest on, and how many tokens of prompt that saved. */
  leftOutTurns: number;
  leftOutTokens: number;
}

/** Counts are exact: what the model is given, or its part of it. */
export interface CountTokensParams {
  model: string;
  /** Plain texts, each for itself, without the tokens that a model wants around a sequence. */
  texts?: string[];
  /** Conversations, each as its whole prompt by the model's template, which asks for an answer at its end. */
  conversations?: { messages: ChatMessage[]; tools?: ChatTool[] }[];
}

export interface CountTokensResult {
  texts: number[];
  conversations: number[];
}

/** Until it is closed, the pages of a conversation are held longer than others. A client that leaves closes its own. */
export const openChatRequest = new RequestType<OpenChatParams, OpenChatResult, EngineErrorData>('chat/open');
/** One answer. A new request in a conversation ends the one that runs in it. */
export const chatRequest = new RequestType<ChatParams, ChatResult, EngineErrorData>('chat/generate');
/**
 * Costs next to nothing, and computes nothing. The same parameters as the request that it is about. Null: a newer one of the
 * conversation came before this one's turn, or it was cancelled.
 */
export const weighChatRequest = new RequestType<ChatParams, ChatWeight | null, EngineErrorData>('chat/weigh');
/** Ended by the next one of the conversation, and by {@link chatRequest}. */
export const readAheadRequest = new RequestType<ReadAheadParams, ReadAheadResult, EngineErrorData>('chat/readAhead');
export const chatProgress = new ProgressType<ChatProgress>();
export const closeChatRequest = new RequestType<{ conversation: string }, null, EngineErrorData>('chat/close');
export const countTokensRequest = new RequestType<CountTokensParams, CountTokensResult, EngineErrorData>(
  'tokens/count',
);
