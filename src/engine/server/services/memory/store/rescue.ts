/** Reads what can be read of a damaged memory. */
import { DatabaseSync } from 'node:sqlite';
import { isKind } from './checks.ts';
import type { Connection } from './connection.ts';
import { COLUMNS as ALL, type ItemRow, itemOf } from './rows.ts';

/** A file of the first version has no others; what is indexed again has a body again. */
const COLUMNS = ALL.filter((column) => column !== 'body');
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM items`;
const INSERT = `INSERT OR IGNORE INTO items (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`;
/** Ids beyond the last that was read that are tried, in a row. */
const GAP = 10_000;

/**
 * Puts the items of a damaged file into a new one, with their ids. Their words are put in by who opens it; their vectors are
 * made again, and what was indexed is indexed again.
 * @returns how many; whether nothing was passed over.
 */
export function rescue(damaged: string, into: Connection): { items: number; complete: boolean } {
  let source: DatabaseSync;
  try {
    source = new DatabaseSync(damaged, { readOnly: true });
    // Or SQLite reads nothing at all of a file that is shorter than it says.
    source.enableDefensive?.(false);
    source.exec('PRAGMA writable_schema = ON');
  } catch {
    return { items: 0, complete: false };
  }
  try {
    return into.transaction(() => {
      let items = 0;
      const { complete } = read(source, (row) => {
        if (isSound(row)) items += into.run(INSERT, ...COLUMNS.map((column) => row[column]));
      });
      return { items, complete };
    });
  } finally {
    source.close();
  }
}

/** In one go, as far as that is possible, then one by one. */
function read(source: DatabaseSync, take: (row: ItemRow) => void): { complete: boolean } {
  let last = 0;
  try {
    for (const row of source.prepare(`${SELECT} ORDER BY id`).iterate()) {
      take(row as unknown as ItemRow);
      last = Number(row.id);
    }
    return { complete: true };
  } catch {
    oneByOne(source, last + 1, take);
    return { complete: false };
  }
}

function oneByOne(source: DatabaseSync, from: number, take: (row: ItemRow) => void): void {
  let end = from + GAP;
  for (let id = from; id < end; id++) {
    try {
      const row = source.prepare(`${SELECT} WHERE id = ?`).get(id);
      if (!row) continue;
      take(row as unknown as ItemRow);
      end = id + GAP;
    } catch {
      // This one is lost.
    }
  }
}

function isSound(row: ItemRow): boolean {
  try {
    const item = itemOf(row, null);
    return isKind(item.kind) && Array.isArray(item.sentences) && Array.isArray(item.recalled);
  } catch {
    return false;
  }
}
