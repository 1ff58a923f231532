/**
 * What is done while nobody waits, in steps of some milliseconds: what was forgotten goes for good, the journal is kept
 * short, what was least worth is let go of when the file is larger than it may be, what was not used for long is
 * compressed, and room is given back to the disk.
 */
import { statSync } from 'node:fs';
import type { Connection } from './connection.ts';
import type { ItemTable } from './itemTable.ts';
import type { Journal } from './journal.ts';
import { type Packed, pack, unpack } from './rows.ts';
import { WARM } from './schema.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Forgetting can be undone for so long. */
export const UNDO_FORGETTING_MS = 10 * MINUTE;
const JOURNAL_MS = 30 * DAY;
const JOURNAL_CHANGES = 1000;
/** What was not used for so long is compressed. */
const WARM_MS = 30 * DAY;

const CHANGES_AT_ONCE = 16;
const ITEMS_AT_ONCE = 32;
/** What is worth least is looked for once for so many. */
const LET_GO_AT_MOST = 2048;
const PAGES_AT_ONCE = 64;

/**
 * What an item is worth: more for what cannot be made again and for what was used often, half as much with every 30 days
 * that it was not used (Ebbinghaus' curve, as MemoryBank has it: arXiv 2305.10250), a tenth where it is superseded.
 * What is pinned, and what a person wrote, is never let go of.
 */
const LEAST_WORTH = `
  SELECT id FROM items
  WHERE pinned = 0 AND NOT (kind = 'fact' AND made = 'person')
  ORDER BY
    CASE kind WHEN 'symbol' THEN 1 WHEN 'file' THEN 2 WHEN 'proposal' THEN 2 WHEN 'folder' THEN 4 WHEN 'turn' THEN 4
      WHEN 'session' THEN 6 WHEN 'workspace' THEN 8 ELSE 16 END
    * iif(superseded_by IS NULL, 1.0, 0.1)
    * (1 + ln(1 + activations))
    * pow(2, -max(0, ?1 - coalesce(activated, changed)) / ${30 * DAY}.0)
  LIMIT ?2`;

export class CleanUp {
  readonly #file: string;
  readonly #connection: Connection;
  readonly #items: ItemTable;
  readonly #journal: Journal;
  readonly #budget: number;
  #leastWorth: number[] = [];

  constructor(file: string, connection: Connection, items: ItemTable, journal: Journal, budget: number) {
    this.#file = file;
    this.#connection = connection;
    this.#items = items;
    this.#journal = journal;
    this.#budget = budget;
  }

  /** On disk, the log included. */
  get bytes(): number {
    return sizeOf(this.#file) + sizeOf(`${this.#file}-wal`);
  }

  /** @returns whether there is more to do. */
  step(ms: number, now: number): boolean {
    const end = performance.now() + ms;
    const works = [
      () => this.#forget(now),
      () => this.#dropOld(now),
      () => this.#letGo(now),
      () => this.#compress(now),
      () => this.#giveBack(),
      () => this.#shortenLog(),
    ];
    for (const work of works) {
      while (work()) if (performance.now() >= end) return true;
    }
    return false;
  }

  /** What was removed some minutes ago cannot be brought back from now on. */
  #forget(now: number): boolean {
    return this.#connection.transaction(() => {
      const items = this.#journal.removedBefore(now - UNDO_FORGETTING_MS, ITEMS_AT_ONCE);
      this.#journal.purge(items);
      return items.length > 0;
    });
  }

  #dropOld(now: number): boolean {
    return this.#connection.transaction(
      () => this.#journal.drop(now - JOURNAL_MS, JOURNAL_CHANGES, CHANGES_AT_ONCE) === CHANGES_AT_ONCE,
    );
  }

  #letGo(now: number): boolean {
    const page = this.#pragma('page_size');
    if ((this.#pragma('page_count') - this.#pragma('freelist_count')) * page <= this.#budget) {
      this.#leastWorth = [];
      return false;
    }
    if (this.#leastWorth.length === 0) {
      this.#leastWorth = this.#connection.all<{ id: number }>(LEAST_WORTH, now, LET_GO_AT_MOST).map(({ id }) => id);
    }
    const ids = this.#leastWorth.splice(0, ITEMS_AT_ONCE);
    this.#connection.transaction(() => {
      let count = 0;
      for (const id of ids) {
        const row = this.#items.row(id);
        if (!row) continue;
        this.#items.replace(row, undefined);
        count++;
      }
      this.#journal.purge(ids);
      if (count > 0) this.#journal.recordLetGo(count);
    });
    return ids.length > 0;
  }

  #compress(now: number): boolean {
    const rows = this.#connection.all<{ id: number; text: string; sentences: Packed }>(
      `SELECT id, text, sentences FROM items WHERE ${WARM} AND coalesce(activated, changed) < ? LIMIT ?`,
      now - WARM_MS,
      ITEMS_AT_ONCE,
    );
    this.#connection.transaction(() => {
      for (const { id, text, sentences } of rows) {
        const packed = pack(unpack(sentences));
        this.#connection.run('UPDATE items SET text = ?, sentences = ? WHERE id = ?', pack(text), packed, id);
      }
    });
    return rows.length === ITEMS_AT_ONCE;
  }

  /** @returns whether there are free pages in the file still. */
  #giveBack(): boolean {
    const free = this.#pragma('freelist_count');
    if (free === 0) return false;
    this.#connection.database.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
    const left = this.#pragma('freelist_count');
    return left > 0 && left < free;
  }

  #shortenLog(): false {
    if (sizeOf(`${this.#file}-wal`) > 0) this.#connection.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return false;
  }

  #pragma(name: string): number {
    return this.#connection.number(`PRAGMA ${name}`);
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
