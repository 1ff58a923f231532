/** What every generation has to satisfy, whichever service it comes through. */
import type { RequestClass } from '../../protocol/index.ts';
import { EngineFailure } from './failure.ts';

const CLASSES: readonly string[] = ['keystroke', 'chat', 'background'] satisfies RequestClass[];

/** @throws EngineFailure `promptInvalid` where something is missing or makes no sense. */
export function checkRequest(params: { maxTokens: number; class: string; workspace: string }): void {
  const fault = (what: string) => new EngineFailure('promptInvalid', `The request is malformed: ${what}.`);
  if (!Number.isInteger(params.maxTokens) || params.maxTokens < 1) throw fault('maxTokens must be a positive integer');
  if (!CLASSES.includes(params.class)) throw fault(`class must be one of ${CLASSES.join(', ')}`);
  if (typeof params.workspace !== 'string') throw fault('workspace is missing');
}

/** @param excess by how many tokens a prompt is longer than the `room` for it. */
export function tooLong(excess: number, room: number): EngineFailure {
  return new EngineFailure(
    'promptTooLong',
    `The prompt is ${excess} tokens longer than the ${room} that fit this model's context. Shorten it, or choose a model with a longer context.`,
  );
}
