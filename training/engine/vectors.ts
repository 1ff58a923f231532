/**
 * Vectors of texts by the engine's own embedder: reads a JSON array of texts, writes their vectors, each of length 1, as Float32.
 * Usage: node engine/vectors.ts model.gguf texts.json vectors.bin
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { openTextEmbedder } from '../../test/eval/memory/retrieval/modelVectors.ts';

const [model, texts, out] = process.argv.slice(2);
if (!model || !texts || !out) throw new Error('usage: vectors.ts model.gguf texts.json vectors.bin');
const embedder = await openTextEmbedder(model);
const vectors = await embedder.embed(JSON.parse(readFileSync(texts, 'utf8')) as string[]);
writeFileSync(
  out,
  Buffer.concat(vectors.map((vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength))),
);
process.exit(0);
