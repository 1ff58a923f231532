/**
 * The tables of saved pages, and every statement on them, prepared once. Each method throws what SQLite throws.
 *
 *     pages    how a page is called, where it belongs, how it is packed, when it was last used, how many children it has
 *     blobs    its bytes, by the same id: apart, so that nothing that goes through `pages` has to read past them
 *     models   pages and bytes of each model; triggers keep these, the children and the blobs in step
 */
import type { DatabaseSync } from 'node:sqlite';
import type { DatabaseKind } from '../databaseFile.ts';

const SCHEMA = `
  CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    model TEXT NOT NULL,
    key TEXT NOT NULL,
    parent TEXT,
    workspace TEXT NOT NULL,
    tokens BLOB NOT NULL,
    codec INTEGER NOT NULL,
    size INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    used INTEGER NOT NULL,
    children INTEGER NOT NULL,
    UNIQUE (model, key)
  ) STRICT;
  CREATE INDEX families ON pages (model, parent);
  CREATE INDEX workspaces ON pages (workspace, model);
  CREATE INDEX leaves ON pages (used) WHERE children = 0;
  CREATE TABLE blobs (id INTEGER PRIMARY KEY, blob BLOB NOT NULL) STRICT;
  CREATE TABLE models (model TEXT PRIMARY KEY, pages INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
  CREATE TRIGGER inserted AFTER INSERT ON pages BEGIN
    INSERT INTO models VALUES (new.model, 1, new.bytes)
      ON CONFLICT DO UPDATE SET pages = pages + 1, bytes = bytes + new.bytes;
    UPDATE pages SET children = children + 1 WHERE model = new.model AND key = new.parent;
  END;
  CREATE TRIGGER deleted AFTER DELETE ON pages BEGIN
    UPDATE models SET pages = pages - 1, bytes = bytes - old.bytes WHERE model = old.model;
    UPDATE pages SET children = children - 1 WHERE model = old.model AND key = old.parent;
    DELETE FROM blobs WHERE id = old.id;
  END
`;

/** Version 1 did not overwrite what it deleted: such a file is made anew. */
export const PAGES: DatabaseKind = { name: 'pages.sqlite', version: 2, schema: SCHEMA };

/** Pages of the file given back in one step. */
const VACUUM_STEP = 64;

/** A row as it is put in. `size`: bytes of the page itself; `bytes`: what it takes here. */
export interface PageRow {
  key: string;
  parent: string | null;
  workspace: string;
  tokens: Uint8Array;
  codec: number;
  size: number;
  bytes: number;
  used: number;
}
/** A row as it is found: nothing of it is to be trusted. */
export interface FoundPage {
  parent: string | null;
  workspace: string;
  tokens: Uint8Array;
  codec: number;
  size: number;
  blob: Uint8Array;
}
export interface ModelKey {
  model: string;
  key: string;
}

/** @param model all rows but where it is said are this model's. */
export function pageTable(database: DatabaseSync, model: string) {
  const prepare = (sql: string) => database.prepare(sql);
  const begin = prepare('BEGIN IMMEDIATE');
  const commit = prepare('COMMIT');
  const insert = prepare(`
    INSERT INTO pages (model, key, parent, workspace, tokens, codec, size, bytes, used, children)
    VALUES ($model, $key, $parent, $workspace, $tokens, $codec, $size, $bytes, $used,
      (SELECT count(*) FROM pages WHERE model = $model AND parent = $key))`);
  const insertBlob = prepare('INSERT INTO blobs VALUES (?, ?)');
  const find = prepare(`
    SELECT parent, workspace, tokens, codec, size, blob FROM pages JOIN blobs USING (id) WHERE model = ? AND key = ?`);
  const list = prepare('SELECT key, parent, tokens FROM pages WHERE workspace = ? AND model = ?');
  const keys = prepare('SELECT key FROM pages WHERE model = ?');
  const touch = prepare('UPDATE pages SET used = ? WHERE model = ? AND key = ?');
  const remove = prepare('DELETE FROM pages WHERE model = ? AND key = ?');
  const oldestLeaf = prepare('SELECT model, key FROM pages WHERE children = 0 ORDER BY used LIMIT 1');
  const totalBytes = prepare('SELECT total(bytes) AS bytes FROM models');
  const totals = prepare('SELECT pages, bytes FROM models WHERE model = ?');
  const dataVersion = prepare('PRAGMA data_version');
  const pageCount = prepare('PRAGMA page_count');
  const freePages = prepare('PRAGMA freelist_count');
  const number = (row: Record<string, unknown> | undefined): number => Number(Object.values(row ?? {})[0]);

  return {
    /** All of `work`, or nothing of it. */
    transaction<T>(work: () => T): T {
      begin.run();
      try {
        const result = work();
        commit.run();
        return result;
      } catch (error) {
        try {
          database.exec('ROLLBACK');
        } catch {
          // After some errors SQLite has rolled back by itself.
        }
        throw error;
      }
    },
    /** Puts a page in; one of that key must not be there. */
    insert(row: PageRow, blob: Uint8Array): void {
      const { lastInsertRowid } = insert.run({ model, ...row });
      insertBlob.run(lastInsertRowid, blob);
    },
    find: (key: string) => find.get(model, key) as FoundPage | undefined,
    list: (workspace: string) =>
      list.all(workspace, model) as { key: string; parent: string | null; tokens: Uint8Array }[],
    keys: () => new Set(keys.all(model).map((row) => row.key as string)),
    touch: (key: string, used: number) => touch.run(used, model, key),
    remove: (key: string, of = model) => remove.run(of, key),
    /** The least recently used page, of any model, that has no children. */
    oldestLeaf: () => oldestLeaf.get() as ModelKey | undefined,
    /** Of all models. */
    totalBytes: () => number(totalBytes.get()),
    totals: () => (totals.get(model) ?? { pages: 0, bytes: 0 }) as { pages: number; bytes: number },
    /** Another number after each commit that somebody else made. */
    dataVersion: () => number(dataVersion.get()),
    /** Free pages of the file, and all. */
    space: () => ({ free: number(freePages.get()), all: number(pageCount.get()) }),
    /** Gives some free pages of the file back to the system. @returns how many are left. */
    vacuum(): number {
      database.exec(`PRAGMA incremental_vacuum(${VACUUM_STEP})`);
      return number(freePages.get());
    },
    close: () => database.close(),
  };
}
export type PageTable = ReturnType<typeof pageTable>;
