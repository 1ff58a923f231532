/** `embedding/*` of one client. */
import { type EmbedParams, embedRequest, encodeVectors } from '../../../protocol/embedding.ts';
import { EngineFailure } from '../../core/failure.ts';
import type { Requests } from '../requests.ts';
import type { Embedding } from './embedding.ts';

/** So that one message stays of a size that others do not wait for. */
const MOST_TEXTS = 1024;
const CLASSES: readonly string[] = ['keystroke', 'chat', 'background'];

/** @param find the service of a model. @throws EngineFailure `modelUnknown`, `modelUnfit`. */
export function registerEmbedding(requests: Requests, find: (model: string) => Embedding): void {
  requests.onRequest(embedRequest, async (params, signal) => {
    check(params);
    const service = find(params.model);
    const { vectors, ...rest } = await service.embed(params.texts, params.class, signal);
    return { ...rest, vectors: encodeVectors(vectors), dimensions: service.dimensions };
  });
}

function check({ texts, class: requestClass }: EmbedParams): void {
  const fault = (what: string) => new EngineFailure('promptInvalid', `The request is malformed: ${what}.`);
  if (!Array.isArray(texts) || texts.some((text) => typeof text !== 'string')) throw fault('texts must be strings');
  if (texts.length > MOST_TEXTS) throw fault(`there are more than ${MOST_TEXTS} texts`);
  if (!CLASSES.includes(requestClass)) throw fault(`class must be one of ${CLASSES.join(', ')}`);
}
