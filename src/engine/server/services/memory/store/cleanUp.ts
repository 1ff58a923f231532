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
import type { WordIndex } from './wordIndex.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Forgetting can be undone for so long. */
export const UNDO_FORGETTING_MS = 10 * MINUTE;
/** Words of what was replaced or removed are in the index for so long; those of what was erased until the next clean-up. */
export const STALE_WORDS_MS = 60 * MINUTE;
const JOURNAL_MS = 30 * DAY;
const JOURNAL_CHANGES = 1000;
/** What was not used for so long is compressed. */
const WARM_MS = 30 * DAY;

const MERGING = 'merging';

const CHANGES_AT_ONCE = 16;
const ITEMS_AT_ONCE = 32;
/** A file that is too large is brought to this share of what it may take. */
const ROOM_MADE = 0.95;
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

export interface CleanUpOptions {
  file: string;
  connection: Connection;
  items: ItemTable;
  journal: Journal;
  words: WordIndex;
  /** What the file may take. */
  budgetBytes: number;
}

export class CleanUp {
  readonly #file: string;
  readonly #connection: Connection;
  readonly #items: ItemTable;
  readonly #journal: Journal;
  readonly #words: WordIndex;
  /** What the file may take; see {@link CleanUpOptions}. */
  budgetBytes: number;
  #leastWorth: number[] = [];

  constructor({ file, connection, items, journal, words, budgetBytes }: CleanUpOptions) {
    this.#file = file;
    this.#connection = connection;
    this.#items = items;
    this.#journal = journal;
    this.#words = words;
    this.budgetBytes = budgetBytes;
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
      () => this.#mergeWords(now),
      () => this.#letGo(now),
      () => this.#compress(now),
      () => this.#giveBack(),
      () => this.#shortenLog(),
    ];
    // What is done later in the list is done for all that was done before.
    while (works.some((work) => work())) if (performance.now() >= end) return true;
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

  /** So many at once as are too many, by their share of the file: what they take is free only when words are merged. */
  #letGo(now: number): boolean {
    if (this.#leastWorth.length === 0) {
      const used = (this.#pragma('page_count') - this.#pragma('freelist_count')) * this.#pragma('page_size');
      if (used <= this.budgetBytes) return false;
      const share = 1 - (ROOM_MADE * this.budgetBytes) / used;
      const count = Math.ceil(share * this.#connection.number('SELECT count(*) FROM items'));
      this.#leastWorth = this.#connection.all<{ id: number }>(LEAST_WORTH, now, count).map(({ id }) => id);
      if (this.#leastWorth.length === 0) return false;
    }
    const ids = this.#leastWorth.splice(0, ITEMS_AT_ONCE);
    this.#connection.transaction(() => {
      const rows = ids.flatMap((id) => this.#items.row(id) ?? []);
      for (const row of rows) this.#items.replace(row, undefined);
      this.#journal.purge(ids);
      this.#journal.recordLetGo(rows.length);
      this.wordsAreStale(this.#leastWorth.length === 0 ? 0 : now + STALE_WORDS_MS);
    });
    return true;
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

  /** There are words of what was removed in the index, to be taken out from a time on. Inside a transaction. */
  wordsAreStale(from: number): void {
    const known = this.#staleWords;
    if (known === undefined || known === MERGING || from < Number(known)) this.#setStaleWords(String(from));
  }

  #mergeWords(now: number): boolean {
    const stale = this.#staleWords;
    if (stale === undefined || (stale !== MERGING && now < Number(stale))) return false;
    return this.#connection.transaction(() => {
      const more = this.#words.merge(stale !== MERGING);
      this.#setStaleWords(more ? MERGING : undefined);
      return more;
    });
  }

  get #staleWords(): string | undefined {
    return this.#connection.get<{ value: string }>("SELECT value FROM state WHERE name = '.stale words'")?.value;
  }

  #setStaleWords(value: string | undefined): void {
    if (value === undefined) this.#connection.run("DELETE FROM state WHERE name = '.stale words'");
    else this.#connection.run("INSERT OR REPLACE INTO state VALUES ('.stale words', ?)", value);
  }

  /** @returns whether there are free pages in the file still. */
  #giveBack(): boolean {
    const free = this.#pragma('freelist_count');
    if (free === 0) return false;
    this.#connection.database.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
    const left = this.#pragma('freelist_count');
    return left > 0 && left < free;
  }

  #shortenLog(): boolean {
    if (sizeOf(`${this.#file}-wal`) === 0) return false;
    this.#connection.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return false;
  }

  #pragma(name: string): number {
    return this.#connection.number(`PRAGMA ${name}`);
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
