/**
 * `npm run eval:memory -- retrieval [--table F] [--model F.gguf …] [--only A] [--misses] [--tuning]`: how well memories are found;
 * the figures of embedders.md. `--table` is the static table (absent: the one that ships), `--model` embedding models beside it;
 * `--tuning`: without the questions that nothing is chosen on.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { StaticEmbedder } from '../../../../src/engine/server/services/memory/embedding/staticEmbedder.ts';
import type { Embedder } from '../../../../src/engine/server/services/memory/items.ts';
import { repository } from '../../../helpers/engine.ts';
import { noLikeness } from '../../../helpers/memoryItems.ts';
import { printChanges } from './changeReport.ts';
import { printComments } from './commentReport.ts';
import { openTextEmbedder } from './modelVectors.ts';
import { printQuestions } from './questionReport.ts';

const { values } = parseArgs({
  options: {
    table: { type: 'string', default: path.join(repository, 'media', 'memory', 'static-code.bin') },
    model: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', default: 'ABC' },
    misses: { type: 'boolean', default: false },
    tuning: { type: 'boolean', default: false },
  },
});
const kept = path.join(repository, 'test-results', 'vectors');
const embedders = new Map<string, Embedder>([['static table', new StaticEmbedder(values.table)]]);
for (const file of values.model) embedders.set(path.basename(file, '.gguf'), await openTextEmbedder(file, kept));

if (values.only.includes('A')) await printComments(embedders);
const all = new Map([['words alone', noLikeness], ...embedders]);
if (values.only.includes('B')) await printQuestions(all, { misses: values.misses, untouched: !values.tuning });
if (values.only.includes('C')) await printChanges(all);
process.exit();
