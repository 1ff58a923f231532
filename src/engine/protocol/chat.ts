/** Conversations: `chat/*`, and counts of tokens for whoever has to stay within a context: `tokens/count`. */
import { RequestType } from 'vscode-jsonrpc';
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
  /** Names the {@link generateProgress} events of this request; absent: none are sent. */
  progressToken?: string;
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
export const closeChatRequest = new RequestType<{ conversation: string }, null, EngineErrorData>('chat/close');
export const countTokensRequest = new RequestType<CountTokensParams, CountTokensResult, EngineErrorData>(
  'tokens/count',
);
