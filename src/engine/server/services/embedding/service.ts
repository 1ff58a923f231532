/** `embedding/*` of every client. */
import {
  type EmbedParams,
  type EmbedResult,
  embedRequest,
  encodeVectors,
  type RequestClass,
} from '../../../protocol/index.ts';
import { checkRequest } from '../../core/checks.ts';
import { EngineFailure } from '../../core/failure.ts';
import type { OpenEmbedder } from '../../core/modelHandle.ts';
import type { Models } from '../../core/models.ts';
import type { ServedClient, Service } from '../../service.ts';
import type { Workspaces } from '../../workspaces/workspaces.ts';
import { type Embedded, Embedding } from './embedding.ts';

/** So that one message stays of a size that others do not wait for. */
const MOST_TEXTS = 1024;

export class EmbeddingService implements Service {
  readonly #models: Models;
  readonly #workspaces: Workspaces;
  readonly #embeddings = new WeakMap<OpenEmbedder, Embedding>();

  constructor(models: Models, workspaces: Workspaces) {
    this.#models = models;
    this.#workspaces = workspaces;
  }

  serve(client: ServedClient): void {
    client.onRequest(embedRequest, async (params, signal) => {
      check(params);
      this.#workspaces.of(client, params.workspace);
      return this.#embed(params, signal);
    });
  }

  /** Vectors for another service. @throws EngineFailure as {@link Embedding.embed}; `modelUnknown`, `modelUnfit`. */
  embed(model: string, texts: readonly string[], kind: RequestClass, signal: AbortSignal): Promise<Embedded> {
    return this.#models.uses.during(model, async () =>
      this.#of(this.#models.embedder(model)).embed(texts, kind, signal),
    );
  }

  async #embed({ model, texts, class: kind }: EmbedParams, signal: AbortSignal): Promise<EmbedResult> {
    const { vectors, ...rest } = await this.embed(model, texts, kind, signal);
    const { dimensions } = this.#models.embedder(model).embedder;
    return { ...rest, vectors: encodeVectors(vectors), dimensions };
  }

  #of(model: OpenEmbedder): Embedding {
    const { embedder, device } = model;
    const turn = (rank: () => number, compute: () => Promise<void>) =>
      device.once(
        rank,
        () => timed(compute),
        () => embedder.abort(),
      );
    const embedding = this.#embeddings.get(model) ?? new Embedding(embedder, { turn });
    this.#embeddings.set(model, embedding);
    return embedding;
  }
}

async function timed(compute: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await compute();
  return performance.now() - begun;
}

function check(params: EmbedParams): void {
  const fault = (what: string) => new EngineFailure('promptInvalid', `The request is malformed: ${what}.`);
  const { texts } = params;
  checkRequest({ ...params, maxTokens: 1 });
  if (!Array.isArray(texts) || texts.some((text) => typeof text !== 'string')) throw fault('texts must be strings');
  if (texts.length > MOST_TEXTS) throw fault(`there are more than ${MOST_TEXTS} texts`);
}
