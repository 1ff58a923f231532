/**
 * Prints what a folder's summaries say, to be read by eye: `node main.ts FOLDER [WORDS]`, where WORDS are what keys begin
 * with (`workspace`, `folder:src`, `file:src/a.ts`, `symbol:`); without any, counts and times alone, and the workspace.
 */
import path from 'node:path';
import { tokensOf } from '../../../../src/engine/server/services/memory/summaries/wording.ts';
import { summarise } from './summarised.ts';

const [folder = '.', ...wanted] = process.argv.slice(2);
const { items, summariser, files, units, cpuMs, ms } = await summarise(path.resolve(folder));
for (const item of items) {
  const shown = wanted.length === 0 ? item.kind === 'workspace' : wanted.some((word) => item.key.startsWith(word));
  if (!shown) continue;
  process.stdout.write(
    `\n${item.key}  (${item.title}; ${tokensOf(item.text)} tokens, in short ${tokensOf(item.summary!)})\n`,
  );
  for (const { text, anchors } of item.sentences) {
    const where = anchors.map(({ symbol, hash }) => `${symbol ?? 'file'}${hash.includes('+') ? '+quote' : ''}`);
    process.stdout.write(`  ${text}  [${where.slice(0, 3).join(', ')}${where.length > 3 ? ', …' : ''}]\n`);
  }
}
const kinds = Object.entries(Object.groupBy(items, ({ kind }) => kind)).map(([kind, some]) => `${kind} ${some.length}`);
const seconds = (one: number) => `${(one / 1000).toFixed(2)} s`;
process.stdout.write(
  `\n${files} files, ${(units / 1e6).toFixed(1)} MB: ${kinds.join(', ')}; left out ${JSON.stringify(summariser.leftOut)}; ` +
    `reading ${seconds(ms.read)}, files ${seconds(ms.files)}, folders and ranks ${seconds(ms.folders)}; processor ${seconds(cpuMs)}\n`,
);
