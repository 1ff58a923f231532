/** An embedding model from a file, through the engine's own parts, without an engine around it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadNative } from '../../../../src/engine/server/core/llama/library.ts';
import { openModel } from '../../../../src/engine/server/core/llama/model.ts';
import { Embedding } from '../../../../src/engine/server/services/embedding/embedding.ts';
import { ModelEmbedder } from '../../../../src/engine/server/services/memory/embedding/modelEmbedder.ts';

/**
 * On the processor.
 * @param kept folder where vectors are kept from run to run; absent: nowhere.
 */
export async function openTextEmbedder(file: string, kept?: string): Promise<ModelEmbedder> {
  const native = await loadNative({ gpu: 'off', log: () => {} });
  const model = await openModel(native, { path: file, contextTokens: 0, role: 'embedding' });
  const embedding = new Embedding(model.createEmbedder(), { turn: (_, compute) => compute() });
  const name = path.basename(file);
  const compute = async (texts: readonly string[], signal: AbortSignal | undefined) =>
    (await embedding.embed(texts, 'background', signal ?? new AbortController().signal)).vectors;
  return new ModelEmbedder({
    id: name,
    dimensions: embedding.dimensions,
    vectors: kept === undefined ? compute : (texts, signal) => keeping(path.join(kept, name), texts, signal, compute),
  });
}

async function keeping(
  folder: string,
  texts: readonly string[],
  signal: AbortSignal | undefined,
  compute: (texts: readonly string[], signal: AbortSignal | undefined) => Promise<Float32Array[]>,
): Promise<Float32Array[]> {
  const file = path.join(
    folder,
    `${createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 32)}.bin`,
  );
  if (existsSync(file)) {
    const { buffer } = new Uint8Array(readFileSync(file));
    const width = buffer.byteLength / texts.length;
    return texts.map((_, i) => new Float32Array(buffer, i * width, width / 4));
  }
  const vectors = await compute(texts, signal);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, Buffer.concat(vectors.map((vector) => Buffer.from(Float32Array.from(vector).buffer))));
  return vectors;
}
