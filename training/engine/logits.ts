/**
 * Logits by libllama: reads a JSON array of arrays of tokens, writes the logits behind each one's last token, 32-bit
 * floats in a row. Usage: node engine/logits.ts model.gguf tokens.json logits.bin
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadNative } from '../../src/engine/server/core/llama/library.ts';
import { openModel } from '../../src/engine/server/core/llama/model.ts';

const [model, tokens, out] = process.argv.slice(2);
if (!model || !tokens || !out) throw new Error('usage: logits.ts model.gguf tokens.json logits.bin');
const opened = await openModel(await loadNative({ gpu: 'off', log: () => {} }), { path: model, contextTokens: 0 });
const rows: Float32Array[] = [];
for (const text of JSON.parse(readFileSync(tokens, 'utf8')) as number[][]) {
  const backend = opened.createBackend({ cells: 512, sequences: 1, threads: 1 });
  const batch = backend.createBatch();
  if (text.length > batch.capacity) throw new Error(`a text of ${text.length} tokens is longer than ${batch.capacity}`);
  let last = 0;
  text.forEach((token, index) => {
    last = batch.add(token, index, [0], index === text.length - 1);
  });
  const outcome = backend.decode(batch);
  if (outcome !== 'ok') throw new Error(`the decode ended with ${outcome}`);
  rows.push(backend.logits(last));
  backend.dispose();
}
writeFileSync(out, Buffer.concat(rows.map((row) => Buffer.from(row.buffer, row.byteOffset, row.byteLength))));
opened.dispose();
process.exit(0);
