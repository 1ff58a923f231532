/**
 * The tables of a memory, and how a file of an older version is brought to this one without losing anything.
 *
 *     items      one row each; `text` and `sentences` are text, or a blob that is the same deflated; a null `summary` is `text`
 *                `body`: stems of the file that an item is about, deflated
 *     words      FTS5 over title, path, text, body and kind of what is not superseded; it keeps no text of its own. Without its own
 *                secure-delete, which makes a replacement ten times as dear: all is merged in a clean-up instead
 *     vectors    one for each item that has one: int8 with a scale. They are the truth; what is searched is made from them
 *     changes    the journal; `images` says what each change found in the items that it touched
 *     files      what was indexed; `state`: small values by name
 */
import type { DatabaseSync } from 'node:sqlite';

/** `Quir`: the file is one of ours. */
export const APPLICATION_ID = 0x51756972;

/** Not compressed, and long enough for it. As the index has it: SQLite uses that for these very words only. */
export const WARM = "typeof(text) = 'text' AND length(text) > 256";

const FIRST = `
  CREATE TABLE items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    made TEXT NOT NULL,
    title TEXT NOT NULL,
    path TEXT,
    text ANY NOT NULL,
    summary TEXT,
    sentences ANY NOT NULL,
    tokens INTEGER NOT NULL,
    summary_tokens INTEGER NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    activated INTEGER,
    activations INTEGER NOT NULL,
    pinned INTEGER NOT NULL,
    superseded_by INTEGER,
    recalled TEXT NOT NULL,
    embedder INTEGER
  ) STRICT;
  CREATE INDEX by_change ON items (changed);
  CREATE INDEX by_kind ON items (kind, changed);
  CREATE INDEX by_path ON items (path);
  CREATE INDEX by_embedder ON items (embedder);
  CREATE INDEX warm ON items (coalesce(activated, changed)) WHERE ${WARM};
  CREATE VIRTUAL TABLE words USING fts5 (title, path, text, kind, content = '', tokenize = 'ascii');
  CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, row);
  CREATE TABLE embedders (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE vectors (
    id INTEGER PRIMARY KEY,
    embedder INTEGER NOT NULL,
    scale REAL NOT NULL,
    vector BLOB NOT NULL
  ) STRICT;
  CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    undoes INTEGER,
    undone INTEGER NOT NULL,
    final INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE images (
    change INTEGER NOT NULL,
    item INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    before BLOB NOT NULL,
    PRIMARY KEY (change, item)
  ) STRICT;
  CREATE INDEX images_of ON images (item);
  CREATE TABLE files (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ms REAL NOT NULL,
    content_hash TEXT NOT NULL,
    tree_hash TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/** Items are found by the words of their file too: the index has a column more, and is filled when the file is opened. */
const BODIES = `
  ALTER TABLE items ADD COLUMN body ANY;
  DROP TABLE vocabulary;
  DROP TABLE words;
  CREATE VIRTUAL TABLE words USING fts5 (title, path, text, body, kind, content = '', tokenize = 'ascii');
  CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, row);
  DELETE FROM state WHERE name = '.words';
`;

/** Items that have a word are counted by column: see wordIndex.ts. */
const COLUMNS = `
  DROP TABLE vocabulary;
  CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, col);
`;

/** The n-th brings a file of version n to version n + 1; 0 is an empty one. Only ever added to. */
export const MIGRATIONS: readonly string[] = [FIRST, BODIES, COLUMNS];

/** The file cannot be opened, and is left exactly as it is. The message is for people. */
export class RefusedFile extends Error {}

/** What a file says of itself. */
export interface FileHead {
  /** `user_version`. */
  version: number;
  /** `application_id`. */
  application: number;
  hasTables: boolean;
}

/** @throws RefusedFile when it is of a newer version, or of another program. */
export function refuse(name: string, head: FileHead, newest = MIGRATIONS.length): void {
  const isEmpty = head.application === 0 && head.version === 0 && !head.hasTables;
  if (head.application !== APPLICATION_ID && !isEmpty) {
    throw new RefusedFile(`${name} is a database of another program. Name another file; nothing in it was changed.`);
  }
  if (head.version > newest) {
    throw new RefusedFile(
      `${name} was written by a newer version of Quire (format ${head.version}, this one knows ${newest}). ` +
        'Update Quire to use it; nothing in it was changed.',
    );
  }
}

/**
 * Brings a database to the newest version, in one transaction.
 * @throws RefusedFile when it is of a newer one, or of another program.
 */
export function migrate(database: DatabaseSync, name: string, migrations = MIGRATIONS): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = numberOf(database, 'PRAGMA user_version');
    const application = numberOf(database, 'PRAGMA application_id');
    const hasTables = numberOf(database, 'SELECT count(*) FROM sqlite_schema') > 0;
    refuse(name, { version, application, hasTables }, migrations.length);
    for (const step of migrations.slice(version)) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function numberOf(database: DatabaseSync, sql: string): number {
  return Number(Object.values(database.prepare(sql).get() ?? {})[0]);
}
