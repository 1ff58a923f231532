/** A database with its statements, each prepared once, and its transactions, which may be inside each other. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

export type Values = SQLInputValue[];

export class Connection {
  readonly database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;

  constructor(database: DatabaseSync) {
    this.database = database;
  }

  get inTransaction(): boolean {
    return this.#depth > 0;
  }

  /** @returns the first row, or undefined. The caller knows its shape: the tables are STRICT. */
  get<Row>(sql: string, ...values: Values): Row | undefined {
    return this.#prepared(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: Values): Row[] {
    return this.#prepared(sql).all(...values) as Row[];
  }

  /** Rows one after another. The statement must not be used otherwise until the last one was taken. */
  each<Row>(sql: string, ...values: Values): IterableIterator<Row> {
    return this.#prepared(sql).iterate(...values) as IterableIterator<Row>;
  }

  /** @returns the number of rows that were changed. */
  run(sql: string, ...values: Values): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  /** As {@link run}. @returns the id of the row that was put in. */
  insert(sql: string, ...values: Values): number {
    return Number(this.#prepared(sql).run(...values).lastInsertRowid);
  }

  /** The first column of the first row, of a PRAGMA or a count. */
  number(sql: string, ...values: Values): number {
    return Number(Object.values(this.#prepared(sql).get(...values) ?? {})[0] ?? 0);
  }

  /** All of `work` or nothing. One inside another can fail alone, and take back its own part only. */
  transaction<T>(work: () => T): T {
    const [begin, commit, rollback] =
      this.#depth === 0
        ? ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK']
        : [
            `SAVEPOINT s${this.#depth}`,
            `RELEASE s${this.#depth}`,
            `ROLLBACK TO s${this.#depth}; RELEASE s${this.#depth}`,
          ];
    this.database.exec(begin);
    this.#depth++;
    try {
      const result = work();
      this.database.exec(commit);
      return result;
    } catch (error) {
      // SQLite takes a transaction back by itself after some errors.
      if (this.database.isTransaction) this.database.exec(rollback);
      throw error;
    } finally {
      this.#depth--;
    }
  }

  close(): void {
    this.#statements.clear();
    this.database.close();
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
