/** What was indexed, and small values by name. */
import type { IndexedFile } from '../items.ts';
import type { Connection } from './connection.ts';

const FILES = 'SELECT path, size, mtime_ms AS mtimeMs, content_hash AS contentHash, tree_hash AS treeHash FROM files';

export class FileTable {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get(path: string): IndexedFile | undefined {
    const row = this.#connection.get<IndexedFile>(`${FILES} WHERE path = ?`, path);
    return row && { ...row };
  }

  all(): IndexedFile[] {
    return this.#connection.all<IndexedFile>(`${FILES} ORDER BY path`).map((row) => ({ ...row }));
  }

  put({ path, size, mtimeMs, contentHash, treeHash }: IndexedFile): void {
    this.#connection.run(
      'INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)',
      path,
      size,
      mtimeMs,
      contentHash,
      treeHash,
    );
  }

  /** Inside a transaction. */
  remove(paths: readonly string[]): void {
    for (const path of paths) this.#connection.run('DELETE FROM files WHERE path = ?', path);
  }

  value(name: string): string | undefined {
    return this.#connection.get<{ value: string }>('SELECT value FROM state WHERE name = ?', name)?.value;
  }

  setValue(name: string, value: string | undefined): void {
    if (value === undefined) this.#connection.run('DELETE FROM state WHERE name = ?', name);
    else this.#connection.run('INSERT OR REPLACE INTO state VALUES (?, ?)', name, value);
  }
}
