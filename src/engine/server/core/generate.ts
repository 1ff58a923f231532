/** From a `generate` message to a request in the loop and back. */
import type { GenerateParams, GenerateResult, PromptSegment, RequestClass } from '../../protocol/index.ts';
import { type FittedPrompt, fitPrompt } from '../services/completion/prompt.ts';
import type { Sampler } from './backend.ts';
import { EngineFailure } from './failure.ts';
import type { Models, OpenModel } from './models.ts';
import { TextStream } from './textStream.ts';

const CLASSES: readonly string[] = ['keystroke', 'chat', 'background'] satisfies RequestClass[];

/**
 * Runs one generation.
 * @param signal ends it with the text so far (`finish: 'cancelled'`).
 * @param onText receives text while it is made, joined to one piece every few milliseconds.
 * @throws EngineFailure
 */
export async function generate(
  models: Models,
  params: GenerateParams,
  signal: AbortSignal,
  onText: (delta: string) => void,
): Promise<GenerateResult> {
  check(params);
  const prompt = await segments(models.get(params.model), params);
  // A template takes its time, and the model may have been unloaded meanwhile.
  const model = models.get(params.model);
  const { contextTokens } = model.handle.info;
  const maxTokens = Math.min(params.maxTokens, contextTokens - 1);
  const fitted = fitPrompt(model.handle.tokenizer, prompt, contextTokens - maxTokens);
  const { tokens, cut, cursor } = fitted;
  const sampler = samplerOf(model, params, fitted);
  const stream = new TextStream(onText);
  const request = model.loop.submit({
    class: params.class,
    workspace: params.workspace,
    supersedes: params.supersedes,
    prompt: tokens,
    // The tokens that the prompt lost at the cursor are written anew.
    maxTokens: maxTokens + (cursor?.brokenOff ?? 0),
    stop: params.stop,
    reuse: params.reuse,
    skipBytes: cursor?.beginning.length ?? 0,
    ...keepOf(params, tokens.length),
    sampler,
    onText: (delta) => stream.push(delta),
  });
  const cancel = () => model.loop.cancel(request);
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return { ...(await request.done), cutTokens: cut, confidence: sampler.confidence ?? null };
  } finally {
    signal.removeEventListener('abort', cancel);
    stream.end();
  }
}

/** A completion is chosen with the project's code, and held to the word at the cursor; all else by the library alone. */
function samplerOf({ backend, projects }: OpenModel, params: GenerateParams, { cursor }: FittedPrompt): Sampler {
  const { completion, sampling = {}, workspace } = params;
  if (!cursor) return backend.createSampler(sampling);
  if (sampling.grammar !== undefined) {
    throw new EngineFailure('promptInvalid', 'The request is malformed: a completion at a cursor takes no grammar.');
  }
  const { temperature = 0, repeatPenalty = 1 } = sampling;
  const drawer = temperature > 0 || repeatPenalty !== 1 ? backend.createSampler(sampling) : undefined;
  return projects.sampler(backend, workspace, completion ?? { ngram: false, oneLine: false }, cursor, drawer);
}

async function segments(model: OpenModel, { prompt }: GenerateParams): Promise<PromptSegment[] | string> {
  return 'messages' in prompt ? model.handle.renderChat(prompt.messages) : prompt.segments;
}

/**
 * Behind the text of a completion stands the token that asks for the middle: what follows it depends on it, and is never
 * the beginning of another prompt. A chat goes on behind the answer.
 */
function keepOf({ prompt }: GenerateParams, tokens: number): { keep?: number } {
  if ('messages' in prompt) return {};
  const last = prompt.segments.at(-1);
  return last && 'special' in last ? { keep: tokens - 1 } : {};
}

function check(params: GenerateParams): void {
  const fault = (what: string) => new EngineFailure('promptInvalid', `The request is malformed: ${what}.`);
  if (!Number.isInteger(params.maxTokens) || params.maxTokens < 1) throw fault('maxTokens must be a positive integer');
  if (!CLASSES.includes(params.class)) throw fault(`class must be one of ${CLASSES.join(', ')}`);
  if (typeof params.workspace !== 'string') throw fault('workspace is missing');
  if (typeof params.prompt !== 'object' || params.prompt === null) throw fault('prompt is missing');
}
