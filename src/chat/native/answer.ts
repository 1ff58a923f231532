/** One answer for the editor's own chat: text, calls of tools, and what was thought, each apart, as they come. */
import type {
  ChatMessage,
  ChatParams,
  ChatResult,
  ChatTool,
  ModelInfo,
  OpenChatParams,
} from '../../engine/protocol/index.ts';
import { RepetitionWatch } from '../repeating.ts';
import { CallStream } from '../tools/callStream.ts';
import type { CallOutcome, ParsedCall } from '../tools/tool.ts';
import type { Conversations, Taken } from './conversations.ts';
import { specsOf } from './messages.ts';

export interface ChatEngine {
  chat(params: ChatParams, options: { signal?: AbortSignal; onText?: (delta: string) => void }): Promise<ChatResult>;
}

/** Splits what a model thinks from what it answers. */
export interface ReasoningSplit {
  push(piece: string): { text: string; reasoning: string };
  end(): { text: string; reasoning: string };
}

export interface AnswerSink {
  text(text: string): void;
  reasoning(text: string): void;
  call(call: ParsedCall): void;
}

export interface AnswerNeeds {
  engine: ChatEngine;
  conversations: Conversations;
  /** For each answer anew. */
  reasoning(): ReasoningSplit;
}

export interface AnswerRequest {
  model: ModelInfo;
  workspace: string;
  messages: ChatMessage[];
  tools: ChatTool[];
  /** A tool has to be called. */
  mustCall?: boolean;
  maxTokens: number;
  signal: AbortSignal;
}

export type AnswerUsage = Pick<ChatResult, 'promptTokens' | 'cachedTokens' | 'computedTokens' | 'generatedTokens'> &
  Pick<ChatResult, 'finish' | 'leftOutTurns'> & {
    /** It said the same again and again, and was ended. */
    repeats: boolean;
  };

/** How often a model is told what was wrong with its call, before the user is. */
const MOST_TELLINGS = 2;
const NO_CALL = 'Call one of the tools now.';

/** A quarter of the context is for the answer. */
export const outputTokens = (contextTokens: number): number => Math.floor(contextTokens / 4);

/**
 * An answer that says the same again and again is ended; what was shown of it stays.
 * @returns the tokens that it took, of all tries together; of the prompt those of the last.
 * @throws EngineError in words for the user; an abort resolves.
 */
export async function answer(needs: AnswerNeeds, request: AnswerRequest, sink: AnswerSink): Promise<AnswerUsage> {
  const messages = [...request.messages];
  let generated = 0;
  for (let telling = 0; ; telling++) {
    const { result, raw, outcomes, repeats } = await once(needs, { ...request, messages }, sink);
    generated += result.generatedTokens;
    const usage = { ...result, generatedTokens: generated, repeats };
    if (request.signal.aborted || repeats || outcomes.some((outcome) => 'call' in outcome)) return usage;
    const [wrong] = outcomes;
    const problem = wrong && 'problem' in wrong ? wrong.problem : request.mustCall ? NO_CALL : undefined;
    if (problem === undefined) return usage;
    if (telling === MOST_TELLINGS) {
      sink.text('\n\n*The model did not manage to call a tool. Ask in other words, or without tools.*');
      return usage;
    }
    messages.push({ role: 'assistant', content: raw }, { role: 'user', content: problem });
  }
}

async function once(
  needs: AnswerNeeds,
  request: AnswerRequest,
  sink: AnswerSink,
): Promise<{ result: ChatResult; raw: string; outcomes: CallOutcome[]; repeats: boolean }> {
  const { conversations, engine } = needs;
  const { model, workspace, messages, tools, maxTokens, signal } = request;
  const where: OpenChatParams = { model: model.id, workspace };
  const stream = new CallStream(specsOf(tools));
  const reasoning = needs.reasoning();
  const outcomes: CallOutcome[] = [];
  let raw = '';
  const show = ({ text, reasoning: thought }: { text: string; reasoning: string }): void => {
    if (thought !== '') sink.reasoning(thought);
    if (text !== '') sink.text(text);
  };
  const take = ({ text, calls }: { text: string; calls: CallOutcome[] }): void => {
    show(reasoning.push(text));
    for (const outcome of calls) {
      outcomes.push(outcome);
      if ('call' in outcome) sink.call(outcome.call);
    }
  };
  const watch = new RepetitionWatch();
  const repeating = new AbortController();
  const until = AbortSignal.any([signal, repeating.signal]);
  const onText = (delta: string): void => {
    if (until.aborted) return;
    raw += delta;
    if (watch.push(delta) !== undefined) repeating.abort();
    take(stream.push(delta));
  };
  for (let again = false; ; again = true) {
    const taken: Taken = await conversations.take(where, messages, tools);
    try {
      const params: ChatParams = { conversation: taken.conversation, messages, maxTokens, class: 'chat' };
      if (taken.told.length > 0) params.tools = taken.told;
      const result = await engine.chat(params, { signal: until, onText });
      if (!signal.aborted) {
        take(stream.end());
        show(reasoning.end());
      }
      return { result, raw, outcomes, repeats: repeating.signal.aborted };
    } catch (error) {
      if ((error as { kind?: string }).kind !== 'conversationUnknown') throw error;
      conversations.drop(taken); // the engine is another one
      if (again || raw !== '') throw error;
    } finally {
      conversations.release(taken);
    }
  }
}
