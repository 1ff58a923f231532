/**
 * What was changed, and how it was before. A change keeps, of each item that it touched, the fields that it changed (or the
 * whole item, where it removed it), so that it can be undone as long as these are kept.
 */
import type { MemoryChange } from '../../../../protocol/index.ts';
import { hashOf } from '../../search/words.ts';
import type { Connection } from './connection.ts';
import type { ItemTable } from './itemTable.ts';
import { type ItemRow, pack, unpack } from './rows.ts';

/** A field as it was, and a hash of what was put in its place: what was changed again since is not touched by undoing. */
type Fields = { [field in keyof ItemRow]?: [before: ItemRow[field], afterHash: number] };
/** `whole`: the item was removed; `fields`: it was changed; neither: it was made. */
type Image = { whole?: ItemRow; fields?: Fields };

interface ChangeRow {
  id: number;
  at: number;
  what: string;
  undoes: number | null;
  undone: number;
  final: number;
}

/** It cannot be undone; the message says why, for people. */
export class CannotUndo extends Error {}

/** What is known of its use is no change of an item. */
const USE: readonly string[] = ['activated', 'activations'];
const INDEXED = /^Indexed (\d+) files?(?:, removed (\d+))?$/;
const LET_GO = /^Let go of (\d+) memor/;
/** What a person said stands between these in the words for a change. */
const QUOTED = /“[^”]*”?/g;

export class Journal {
  readonly #connection: Connection;
  readonly #items: ItemTable;
  #newest: number | null = null;
  /** How each item was when the open change first touched it. */
  #open: Map<number, ItemRow | undefined> | undefined;

  constructor(connection: Connection, items: ItemTable) {
    this.#connection = connection;
    this.#items = items;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Everything that `work` does to items is one change. Inside a transaction; one inside another is part of that. */
  record<T>(what: string, work: () => T, undoes: number | null = null): T {
    if (this.#open) return work();
    const touched = new Map<number, ItemRow | undefined>();
    this.#open = touched;
    try {
      const result = work();
      this.#write(what, touched, undoes);
      return result;
    } finally {
      this.#open = undefined;
    }
  }

  forgetNewest(): void {
    this.#newest = null;
  }

  /** Number of the change that was written last since {@link forgetNewest}; null: none was. */
  get newest(): number | null {
    return this.#newest;
  }

  touch(id: number, before: ItemRow | undefined): void {
    if (this.#open && !this.#open.has(id)) this.#open.set(id, before);
  }

  /** A change of which nothing is kept. */
  recordFinal(what: string): void {
    this.#connection.insert('INSERT INTO changes VALUES (NULL, ?, ?, NULL, 0, 1)', Date.now(), what);
  }

  /** Items were let go of because the file was too large: one entry for all of one time. */
  recordLetGo(count: number): void {
    if (count === 0) return;
    const last = this.#connection.get<ChangeRow>('SELECT * FROM changes ORDER BY id DESC LIMIT 1');
    const before = Number(last?.final === 1 ? (LET_GO.exec(last.what)?.[1] ?? 0) : 0);
    if (last && before > 0) this.#connection.run('DELETE FROM changes WHERE id = ?', last.id);
    const all = before + count;
    this.recordFinal(
      `Let go of ${all === 1 ? '1 memory' : `${all} memories`} of little use, to stay within the size allowed`,
    );
  }

  /** Files were read, or are gone: one entry for all of one day, which takes no place from what can be undone. */
  recordIndexed(read: number, removed: number): void {
    if (read + removed === 0) return;
    const day = new Date().setHours(0, 0, 0, 0);
    const before = this.#connection
      .all<ChangeRow>("SELECT * FROM changes WHERE final = 1 AND at >= ? AND what LIKE 'Indexed %'", day)
      .find(({ what }) => INDEXED.test(what));
    const [, readBefore = 0, removedBefore = 0] = INDEXED.exec(before?.what ?? '') ?? [];
    if (before) this.#connection.run('DELETE FROM changes WHERE id = ?', before.id);
    const files = read + Number(readBefore);
    const gone = removed + Number(removedBefore);
    this.recordFinal(`Indexed ${files === 1 ? '1 file' : `${files} files`}${gone > 0 ? `, removed ${gone}` : ''}`);
  }

  /** The newest first. */
  list(limit: number): MemoryChange[] {
    return this.#connection
      .all<ChangeRow>('SELECT * FROM changes ORDER BY id DESC LIMIT ?', limit)
      .map(({ id, at, what, undone, final }) => ({ id, at, what, undone: undone === 1, final: final === 1 }));
  }

  /**
   * Takes a change back: as one of its own, which can be undone too. What was changed again since stays as it is.
   * @throws CannotUndo when nothing of it can be.
   */
  undo(id: number): MemoryChange {
    const change = this.#connection.get<ChangeRow>('SELECT * FROM changes WHERE id = ?', id);
    if (!change) throw new CannotUndo('This change is not in the journal any more.');
    if (change.undone === 1) throw new CannotUndo('This change was undone already.');
    if (change.final === 1 && INDEXED.test(change.what))
      throw new CannotUndo('What is said of files follows the files: it cannot be undone.');
    const images = this.#connection.all<{ item: number; before: Uint8Array }>(
      'SELECT item, before FROM images WHERE change = ?',
      id,
    );
    if (images.length === 0) throw new CannotUndo('What this change was about was erased for good.');
    this.record(
      `Undid: ${change.what}`,
      () => {
        const undone = images.filter(({ item, before }) => this.#restore(item, JSON.parse(unpack(before)))).length;
        if (undone === 0) throw new CannotUndo('All of it was changed again since: undo the later change first.');
      },
      id,
    );
    this.#connection.run('UPDATE changes SET undone = 1 WHERE id = ?', id);
    if (change.undoes !== null) this.#connection.run('UPDATE changes SET undone = 0 WHERE id = ?', change.undoes);
    return { id, at: change.at, what: change.what, undone: true, final: false };
  }

  /** Leaves nothing of these items in the journal: neither as they were, nor in the words for a change. */
  purge(items: readonly number[]): void {
    for (const item of items) {
      this.#open?.delete(item);
      for (const { change } of this.#connection.all<{ change: number }>(
        'SELECT change FROM images WHERE item = ?',
        item,
      )) {
        this.#connection.run('DELETE FROM images WHERE change = ? AND item = ?', change, item);
        const row = this.#connection.get<ChangeRow>('SELECT * FROM changes WHERE id = ?', change);
        const left = this.#connection.number('SELECT count(*) FROM images WHERE change = ?', change);
        if (!row) continue;
        const what = row.what.replace(QUOTED, '“…”');
        this.#connection.run('UPDATE changes SET what = ?, final = ? WHERE id = ?', what, left === 0 ? 1 : 0, change);
      }
    }
  }

  /** Items whose removal before `at` can still be undone. */
  removedBefore(at: number, limit: number): number[] {
    return this.#connection
      .all<{ item: number }>(
        'SELECT item FROM images JOIN changes ON changes.id = change WHERE removed = 1 AND at < ? LIMIT ?',
        at,
        limit,
      )
      .map(({ item }) => item);
  }

  /** Drops changes older than `at`, and the oldest beyond `count`, at most `limit`. @returns how many. */
  drop(at: number, count: number, limit: number): number {
    const old = this.#connection.all<{ id: number }>(
      'SELECT id FROM changes WHERE at < ? OR id <= (SELECT id FROM changes ORDER BY id DESC LIMIT 1 OFFSET ?) LIMIT ?',
      at,
      count,
      limit,
    );
    for (const { id } of old) {
      this.#connection.run('DELETE FROM images WHERE change = ?', id);
      this.#connection.run('DELETE FROM changes WHERE id = ?', id);
    }
    return old.length;
  }

  #write(what: string, touched: ReadonlyMap<number, ItemRow | undefined>, undoes: number | null): void {
    let change: number | undefined;
    for (const [id, before] of touched) {
      const image = imageOf(before, this.#items.row(id));
      if (!image) continue;
      change ??= this.#connection.insert('INSERT INTO changes VALUES (NULL, ?, ?, ?, 0, 0)', Date.now(), what, undoes);
      this.#newest = change;
      const bytes = pack(JSON.stringify(image));
      this.#connection.run('INSERT INTO images VALUES (?, ?, ?, ?)', change, id, image.whole ? 1 : 0, bytes);
    }
  }

  /** @returns false where it was changed again since. */
  #restore(id: number, image: Image): boolean {
    const now = this.#items.row(id);
    this.touch(id, now);
    if (image.whole) {
      if (now || this.#items.idOf(image.whole.key) !== undefined) return false;
      this.#items.replace(undefined, image.whole);
    } else if (!now) return false;
    else if (!image.fields) this.#items.replace(now, undefined);
    else {
      const same = Object.entries(image.fields).filter(
        ([field, [, after]]) => hashed(now[field as keyof ItemRow]) === after,
      );
      const fields = Object.fromEntries(same.map(([field, [before]]) => [field, before])) as Partial<ItemRow>;
      if (same.length === 0 || (fields.key !== undefined && this.#items.idOf(fields.key) !== undefined)) return false;
      this.#items.replace(now, { ...now, ...fields });
    }
    return true;
  }
}

/** @returns undefined where nothing was changed. */
function imageOf(before: ItemRow | undefined, after: ItemRow | undefined): Image | undefined {
  if (!before) return after && {};
  if (!after) return { whole: before };
  const changed = (Object.keys(before) as (keyof ItemRow)[]).filter(
    (field) => before[field] !== after[field] && !USE.includes(field),
  );
  if (changed.length === 0) return undefined;
  return {
    fields: Object.fromEntries(changed.map((field) => [field, [before[field], hashed(after[field])]])) as Fields,
  };
}

function hashed(value: unknown): number {
  return hashOf(JSON.stringify(value));
}
