/** The table of saved pages for those who can do without it: an error is no answer, and after too many there is no table. */
import { isDamage, isLasting, openDatabaseFile, reasonOf, removeDatabaseFile } from '../databaseFile.ts';
import type { Log } from '../messages.ts';
import { PAGES, type PageTable, pageTable } from './pageTable.ts';

const ERRORS_IN_A_ROW = 5;

export interface GuardedTableOptions {
  folder: string;
  model: string;
  log: Log;
  /** There is no table from now on. */
  onOff(): void;
}

export class GuardedTable {
  readonly #options: GuardedTableOptions;
  #table: PageTable | undefined;
  #errors = 0;

  /** Never throws: where no file can be had there is no table, and the log says why. */
  constructor(options: GuardedTableOptions) {
    this.#options = options;
    const { folder, model, log } = options;
    try {
      this.#table = openDatabaseFile(folder, PAGES, (database) => tried(pageTable(database, model)), log);
    } catch (error) {
      log('warn', `No pages are kept on disk: ${reasonOf(error)}.`);
    }
  }

  get on(): boolean {
    return this.#table !== undefined;
  }

  /** What `work` returns; undefined when it failed, or there is no table. */
  attempt<T>(work: (table: PageTable) => T): T | undefined {
    if (!this.#table) return undefined;
    try {
      const result = work(this.#table);
      this.#errors = 0;
      return result;
    } catch (error) {
      this.#errors++;
      if (isLasting(error) || this.#errors >= ERRORS_IN_A_ROW) this.#turnOff(error);
      return undefined;
    }
  }

  /** As {@link attempt}, in one transaction: when it fails nothing has changed. */
  write<T>(work: (table: PageTable) => T): T | undefined {
    return this.attempt((table) => table.transaction(() => work(table)));
  }

  close(): void {
    try {
      this.#table?.close();
    } catch {
      // What could not be brought over from the log is, when the file is opened next.
    }
    this.#table = undefined;
  }

  #turnOff(error: unknown): void {
    this.close();
    const { folder, log, onOff } = this.#options;
    log('warn', `No more pages are kept on disk: ${reasonOf(error)}.`);
    try {
      if (isDamage(error)) removeDatabaseFile(folder, PAGES);
    } catch {
      // It is found damaged again when it is opened next.
    }
    onOff();
  }
}

/** Damage is found now, while the file can still be made anew. */
function tried(table: PageTable): PageTable {
  table.keys();
  table.totalBytes();
  table.oldestLeaf();
  return table;
}
