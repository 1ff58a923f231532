/** The summaries of a folder on disk, made as the indexer makes them: files first, then folders from the inside out. */
import path from 'node:path';
import type { MemoryItem } from '../../../../src/engine/protocol/index.ts';
import { AnchorMaker } from '../../../../src/engine/server/services/memory/anchors/fileAnchors.ts';
import { bodyOf } from '../../../../src/engine/server/services/memory/indexing/bodyWords.ts';
import type { NewItem, SourceText } from '../../../../src/engine/server/services/memory/items.ts';
import { ExtractiveSummariser } from '../../../../src/engine/server/services/memory/summaries/extractive.ts';
import { README } from '../../../../src/engine/server/services/memory/summaries/pages.ts';
import { filesOf, readSource } from '../../../../src/engine/server/services/workspaceFiles/folder.ts';
import { FolderPrivacy } from '../../../../src/engine/server/services/workspaceFiles/folderPrivacy.ts';
import { Grammars } from '../../../../src/syntax/grammars.ts';

export interface Summarised {
  items: NewItem[];
  /** Stems of each file, by its path. */
  bodies: ReadonlyMap<string, string>;
  summariser: ExtractiveSummariser;
  files: number;
  units: number;
  /** Milliseconds of processor time of files and folders, all threads. */
  cpuMs: number;
  /** Milliseconds of reading, of the files' summaries, and of the folders' with the ranks. */
  ms: { read: number; files: number; folders: number };
}

export async function summarise(folder: string): Promise<Summarised> {
  const grammars = new Grammars(import.meta.url);
  const summariser = new ExtractiveSummariser(new AnchorMaker(grammars));
  const sources: SourceText[] = [];
  const begun = performance.now();
  for (const file of await filesOf(folder, [], new FolderPrivacy(folder).rules)) {
    const text = await readSource(path.join(folder, file));
    if (text !== undefined) sources.push({ path: file, text });
  }
  const read = performance.now();
  const cpu = process.cpuUsage();
  const items: NewItem[] = [];
  for (const source of sources) items.push(...(await summariser.file(source)).items);
  const files = performance.now();
  const folders = new Set(['']);
  for (const { path: file } of sources) {
    for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1))
      folders.add(file.slice(0, end));
  }
  const inside = Map.groupBy(
    items.filter(({ kind }) => kind === 'file'),
    (item) => parentOf(item.path!),
  );
  const readmes = new Map(
    sources.filter((one) => README.test(path.posix.basename(one.path))).map((one) => [parentOf(one.path), one]),
  );
  for (const one of [...folders].sort((a, b) => depth(b) - depth(a) || (a < b ? -1 : 1))) {
    const item = summariser.folder(one, (inside.get(one) ?? []) as MemoryItem[], readmes.get(one));
    if (item === undefined) continue;
    items.push(item);
    if (one !== '') inside.set(parentOf(one), [...(inside.get(parentOf(one)) ?? []), item]);
  }
  const units = sources.reduce((sum, { text }) => sum + text.length, 0);
  const ms = { read: read - begun, files: files - read, folders: performance.now() - files };
  const { user, system } = process.cpuUsage(cpu);
  const bodies = new Map(sources.map(({ path: file, text }) => [file, bodyOf(text)]));
  return { items, bodies, summariser, files: sources.length, units, cpuMs: (user + system) / 1000, ms };
}

const parentOf = (one: string): string => one.slice(0, Math.max(0, one.lastIndexOf('/')));
const depth = (one: string): number => (one === '' ? 0 : one.split('/').length);
