/** Reads one file and has it summarised, where it is not as it was. */
import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { isGenerated, isTest } from '../../search/fileKinds.ts';
import { readSource } from '../../workspaceFiles/folder.ts';
import { type IndexedFile, MOST_SOURCE_BYTES, type NewItem, type Summariser, type SummaryLimits } from '../items.ts';
import { bodyOf } from './bodyWords.ts';
import { type Stamp, stampOf } from './scan.ts';

export interface ReadFile {
  file: IndexedFile;
  /** Undefined: it says what it said before, only its stamp is another. */
  items: NewItem[] | undefined;
  /** Stems that its own item is found by. */
  body: string;
  /** Of the summariser. */
  notes: string | undefined;
  modelTokens: number;
}

/**
 * Tests have no items of symbols; what was generated, is too large or has no text has none at all.
 * @param known how it was when it was indexed last.
 * @param failed is told the name of the error where the summariser fails: the file has no items then.
 * @returns undefined where it is gone.
 * @throws the reason of the limits' signal when it is aborted.
 */
export async function readFile(
  folder: string,
  file: string,
  known: IndexedFile | undefined,
  summariser: Summariser,
  limits: SummaryLimits,
  failed: (name: string) => void,
): Promise<ReadFile | undefined> {
  const whole = path.join(folder, file);
  // The clock that the file system's times are of.
  const readAt = Date.now();
  const stats = await lstat(whole).catch(() => undefined);
  if (!stats?.isFile()) return undefined;
  const stamp = stampOf(stats, readAt);
  const text = await readSource(whole, MOST_SOURCE_BYTES);
  const contentHash = text === undefined ? '' : createHash('sha256').update(text).digest('hex').slice(0, 32);
  if (known?.contentHash === contentHash)
    return { file: { ...known, ...stamp }, items: undefined, body: '', notes: undefined, modelTokens: 0 };
  const row = (treeHash: string): IndexedFile => withStamp(file, stamp, contentHash, treeHash);
  if (text === undefined || isGenerated(text))
    return { file: row(''), items: [], body: '', notes: undefined, modelTokens: 0 };
  try {
    const { treeHash, items, notes, modelTokens = 0 } = await summariser.file({ path: file, text }, limits);
    const wanted = isTest(file) ? items.filter(({ kind }) => kind !== 'symbol') : items;
    return { file: row(treeHash), items: wanted, body: wanted.length > 0 ? bodyOf(text) : '', notes, modelTokens };
  } catch (error) {
    limits.signal.throwIfAborted();
    failed(error instanceof Error ? error.name : 'an error');
    return { file: row(''), items: [], body: '', notes: undefined, modelTokens: 0 };
  }
}

const withStamp = (file: string, { size, mtimeMs }: Stamp, contentHash: string, treeHash: string): IndexedFile => ({
  path: file,
  size,
  mtimeMs,
  contentHash,
  treeHash,
});
