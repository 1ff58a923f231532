/** Vectors of texts: `embedding/*`. */
import { RequestType } from 'vscode-jsonrpc';
import type { EngineErrorData, RequestClass } from './core.ts';

export interface EmbedParams {
  /** A model that was opened for embedding. */
  model: string;
  /** One that the client holds: the texts are of it. */
  workspace: string;
  texts: string[];
  /** Requests of a higher class go first, between the batches of a lower one. */
  class: RequestClass;
}

/** One entry for each text, in their order; of a request that was cancelled only for those that were ready. */
export interface EmbedResult {
  /**
   * 32-bit floats, little-endian, `dimensions` for each text, in base64: {@link vectorsOf} reads them. Each vector has
   * length 1, so that the dot product of two is their cosine; a text that is empty to the model has zeros only.
   */
  vectors: string;
  dimensions: number;
  /** True where the end of a text was left out, because it is longer than the model's context. */
  cut: boolean[];
  /** Tokens that were computed, those that the model wants around every text among them. */
  tokens: number;
  cancelled: boolean;
}

export const embedRequest = new RequestType<EmbedParams, EmbedResult, EngineErrorData>('embedding/embed');

/** Vectors as {@link EmbedResult.vectors} holds them. All are of one length. */
export function encodeVectors(vectors: readonly Float32Array[]): string {
  const dimensions = vectors[0]?.length ?? 0;
  const bytes = Buffer.alloc(4 * dimensions * vectors.length);
  vectors.forEach((vector, row) => {
    for (let i = 0; i < dimensions; i++) bytes.writeFloatLE(vector[i]!, 4 * (row * dimensions + i));
  });
  return bytes.toString('base64');
}

/** One vector for each text of the request. */
export function vectorsOf({ vectors, dimensions }: Pick<EmbedResult, 'vectors' | 'dimensions'>): Float32Array[] {
  const bytes = Buffer.from(vectors, 'base64');
  if (bytes.length === 0) return [];
  return Array.from({ length: bytes.length / (4 * dimensions) }, (_, row) =>
    Float32Array.from({ length: dimensions }, (_, i) => bytes.readFloatLE(4 * (row * dimensions + i))),
  );
}
