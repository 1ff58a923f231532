/**
 * Tokens of texts by libllama: reads a JSON array of texts, writes a JSON array of arrays of tokens.
 * Usage: node engine/tokens.ts model.gguf texts.json tokens.json
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadNative } from '../../src/engine/server/core/llama/library.ts';
import { openModel } from '../../src/engine/server/core/llama/model.ts';

const [model, texts, out] = process.argv.slice(2);
if (!model || !texts || !out) throw new Error('usage: tokens.ts model.gguf texts.json tokens.json');
const opened = await openModel(await loadNative({ gpu: 'off', log: () => {} }), { path: model, contextTokens: 0 });
const all = (JSON.parse(readFileSync(texts, 'utf8')) as string[]).map((text) => [...opened.tokenizer.encode(text)]);
writeFileSync(out, JSON.stringify(all));
opened.dispose();
process.exit(0);
