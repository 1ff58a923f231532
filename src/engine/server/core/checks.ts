/** What every generation has to satisfy, whichever service it comes through. */
import type { RequestClass, SamplingOptions } from '../../protocol/index.ts';
import { EngineFailure } from './failure.ts';

const CLASSES: readonly string[] = ['keystroke', 'chat', 'background'] satisfies RequestClass[];

/** @throws EngineFailure `promptInvalid` where something is missing or makes no sense. */
export function checkRequest(params: { maxTokens: number; class: string; workspace: string }): void {
  const fault = (what: string) => new EngineFailure('promptInvalid', `The request is malformed: ${what}.`);
  if (!Number.isInteger(params.maxTokens) || params.maxTokens < 1) throw fault('maxTokens must be a positive integer');
  if (!CLASSES.includes(params.class)) throw fault(`class must be one of ${CLASSES.join(', ')}`);
  if (typeof params.workspace !== 'string') throw fault('workspace is missing');
}

/** Bytes of the texts that one request copies from. */
const MOST_COPIED = 1 << 20;

/** @throws EngineFailure `promptInvalid` where what is to be copied makes no sense, or is too much. */
export function checkCopy({ copy }: SamplingOptions): void {
  if (copy === undefined) return;
  const fault = (what: string) => new EngineFailure('promptInvalid', `The request is malformed: ${what}.`);
  const { begin, end, texts } = copy ?? {};
  const isLine = (marker: unknown) => typeof marker === 'string' && /^[^\r\n]{1,200}$/.test(marker);
  if (!isLine(begin) || !isLine(end) || begin === end) throw fault('begin and end of copy must be two different lines');
  if (!Array.isArray(texts) || texts.some((text) => typeof text !== 'string'))
    throw fault('texts of copy must be a list of texts');
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > MOST_COPIED) {
    throw new EngineFailure(
      'promptInvalid',
      `The attached files have ${Math.ceil(bytes / 1024)} KB together, and changes can be searched for in ${MOST_COPIED / 1024} KB at most. Attach less.`,
    );
  }
}

/** @param excess by how many tokens a prompt is longer than the `room` for it. */
export function tooLong(excess: number, room: number): EngineFailure {
  return new EngineFailure(
    'promptTooLong',
    `The prompt is ${excess} tokens longer than the ${room} that fit this model's context. Shorten it, or choose a model with a longer context.`,
  );
}
