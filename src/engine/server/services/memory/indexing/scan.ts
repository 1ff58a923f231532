/** Looks at all files of a folder, without reading them: which are new or changed, which are gone or private by now. */
import { lstat, stat } from 'node:fs/promises';
import path from 'node:path';
import { filesOf, isIndexable } from '../../workspaceFiles/folder.ts';
import type { FolderPrivacy } from '../../workspaceFiles/folderPrivacy.ts';
import type { IndexedFile } from '../items.ts';
import type { FileTree } from './fileTree.ts';

/** By what a change is seen, as the file system has it. */
export type Stamp = Pick<IndexedFile, 'size' | 'mtimeMs'>;

/** Files looked at together: each waits for the file system only. */
const TOGETHER = 64;
/** A file may be written again with the same time, as coarse as file systems have it (racy, git calls it). */
const RACY_MS = 2_000;

export interface Scan {
  /** How many there are. */
  files: number;
  /** To be read, in the order of reading. */
  changed: string[];
  /** Known, and not there any more. */
  gone: string[];
  /** Known, and may not be read any more. */
  closed: string[];
}

/** What became of one file that is known or was told of. `unread`: it cannot be told. */
export type Finding = 'changed' | 'same' | 'gone' | 'closed' | 'folder' | 'unread';

export interface ScanOptions {
  folder: string;
  tree: FileTree;
  privacy: FolderPrivacy;
}

/**
 * @param near paths of files that the user works at: what lies nearest is read first.
 * @param step is awaited between lots of files.
 * @returns undefined where the folder itself cannot be read: nothing is said of its files then.
 */
export async function scan(
  { folder, tree, privacy }: ScanOptions,
  near: readonly string[],
  step: () => Promise<void>,
  signal: AbortSignal,
): Promise<Scan | undefined> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) return undefined;
  privacy.forget();
  const paths = await filesOf(folder, near, privacy.rules, signal);
  const result: Scan = { files: paths.length, changed: [], gone: [], closed: [] };
  await inLots(paths, step, async (file) => ((await isSame(folder, tree, file)) ? 'same' : 'changed'), result);
  const found = new Set(paths);
  const missing = [...tree.paths].filter((file) => !found.has(file));
  await inLots(missing, step, (file) => look({ folder, tree, privacy }, file), result);
  return result;
}

/** What became of a file. One that may not be read is `closed`, whether it is there or not. */
export async function look({ folder, tree, privacy }: ScanOptions, file: string): Promise<Finding> {
  if (!isIndexable(file) || (await privacy.has(file))) return 'closed';
  try {
    const stats = await lstat(path.join(folder, file));
    if (stats.isDirectory()) return 'folder';
    if (!stats.isFile()) return 'gone';
    return isAs(tree.get(file), stampOf(stats)) ? 'same' : 'changed';
  } catch (error) {
    return isMissing(error) ? 'gone' : 'unread';
  }
}

/** @param readAt when reading it began: what was written shortly before may be written again unseen. */
export function stampOf(stats: { size: number; mtimeMs: number; ctimeMs: number }, readAt = 0): Stamp {
  const mtimeMs = Math.max(stats.mtimeMs, stats.ctimeMs);
  return { size: stats.size, mtimeMs: readAt !== 0 && readAt - mtimeMs < RACY_MS ? 0 : mtimeMs };
}

async function isSame(folder: string, tree: FileTree, file: string): Promise<boolean> {
  const known = tree.get(file);
  if (known === undefined) return false;
  const stats = await lstat(path.join(folder, file)).catch(() => undefined);
  return stats !== undefined && isAs(known, stampOf(stats));
}

const isAs = (known: Stamp | undefined, stamp: Stamp): boolean =>
  known !== undefined && known.size === stamp.size && known.mtimeMs === stamp.mtimeMs;

async function inLots(
  paths: readonly string[],
  step: () => Promise<void>,
  find: (file: string) => Promise<Finding>,
  into: Scan,
): Promise<void> {
  for (let at = 0; at < paths.length; at += TOGETHER) {
    await step();
    const lot = paths.slice(at, at + TOGETHER);
    const findings = await Promise.all(lot.map(find));
    for (const [index, finding] of findings.entries()) {
      if (finding === 'changed') into.changed.push(lot[index]!);
      // A folder has the name of a file that is gone.
      else if (finding === 'gone' || finding === 'folder') into.gone.push(lot[index]!);
      else if (finding === 'closed') into.closed.push(lot[index]!);
    }
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
