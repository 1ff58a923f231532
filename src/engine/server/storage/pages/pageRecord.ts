/** What a saved page is called, and how saved pages hang together. */
import { createHash } from 'node:crypto';

/** What identifies a saved page. `key` stands for workspace and every token up to the page's end (hash chain, hex). */
export interface PageRecord {
  key: string;
  /** Key of the page before it; null at the beginning. */
  parent: string | null;
  workspace: string;
  tokens: readonly number[];
}

/** A page and what it is. */
export interface SavedPage {
  record: PageRecord;
  page: Uint8Array;
}

/** Ids that begin so stand for workspaces of which nothing is written to disk. */
export const VOLATILE = '~';

export const isVolatile = (workspace: string): boolean => workspace.startsWith(VOLATILE);

/** Records by the page that they follow. */
export type Families = Map<string | null, PageRecord[]>;

export function familiesOf(records: Iterable<PageRecord>): Families {
  const families: Families = new Map();
  for (const record of records) {
    const siblings = families.get(record.parent);
    if (siblings) siblings.push(record);
    else families.set(record.parent, [record]);
  }
  return families;
}

/** All that an unbroken line leads to from `start`, parents before children; `null`: from the beginnings. */
export function below(families: Families, start: string | null): PageRecord[] {
  const found = [...(families.get(start) ?? [])];
  // The list grows while it is gone through. Each page has one parent, so that a line could lead back to `start` only.
  for (const { key } of found) if (key !== start) found.push(...(families.get(key) ?? []));
  return found;
}

/**
 * What a page is called: a hash over its workspace and all tokens up to its end.
 * @param parent the key of the page before it; null at the beginning.
 */
export function keyOf(workspace: string, parent: string | null, tokens: readonly number[]): string {
  return createHash('sha256')
    .update(parent === null ? `workspace ${workspace}\n` : `page ${parent}\n`)
    .update(Int32Array.from(tokens))
    .digest('hex');
}
