/** The words of items in FTS5. What is superseded is not in it. */
import type { MemoryKind } from '../../../../protocol/index.ts';
import type { Found } from '../items.ts';
import type { Connection } from './connection.ts';
import { type Packed, unpack } from './rows.ts';
import { stemsOf } from './words.ts';

export interface WordedText {
  title: string;
  path: string | null;
  text: string;
}

export interface WordedItem extends WordedText {
  id: number;
  kind: MemoryKind;
  /** Stems already, with spaces between them. */
  body: string;
}

/** Of title, path and text: a name says what an item is about, and a text may be long. A body has a little of everything. */
const WEIGHTS = [4, 2, 1] as const;
const BODY_WEIGHT = 0.5;
/** FTS5 chooses by this what is scored. The kind only filters. */
const RANK = `bm25(${[...WEIGHTS, BODY_WEIGHT].map((weight) => weight.toFixed(1)).join(', ')}, 0.0)`;
/** Pages of the index that are written in one step of merging. */
const MERGED_PAGES = 64;
const TEXT = 'SELECT title, path, text, body FROM items WHERE id = ?';
/** BM25's own constants. The length that is neither for nor against an item is fixed: no score moves because others grow. */
const K1 = 1.2;
const B = 0.75;
const USUAL_STEMS = 100;
const USUAL_BODY = 250;
/** So many are scored, where fewer are asked for: FTS5 takes words that most items have for worthless. */
const LEAST_SCORED = 64;
/** Words of a question beyond these are left out, the most frequent first. */
const MOST_STEMS = 48;
/** Items that have any of the rarest words, with repetition, are looked at up to here; the other words only rank these. */
const MOST_POSTINGS = 2_000;
/**
 * FTS5 counts the items that have a word by going through them all, which for common words is half of what a search takes. A
 * count from here on is kept, until items for a sixteenth of it came or went.
 */
const COMMON = 256;
const STALE_SHARE = 1 / 16;

/** What an item says, and what its kind is: that is no word of it. */
const HAVING = "SELECT coalesce(max(doc), 0) FROM vocabulary WHERE term = ? AND col <> 'kind'";

export class WordIndex {
  readonly #connection: Connection;
  #count: number | undefined;
  /** Of common words: how many items had each, and how many changes there were then. */
  readonly #common = new Map<string, { items: number; changes: number }>();
  #changes = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** How many there are, counted once. */
  get #items(): number {
    this.#count ??= this.#connection.number('SELECT count(*) FROM words_docsize');
    return this.#count;
  }

  /** What was added may have been taken back. */
  forget(): void {
    this.#count = undefined;
    this.#common.clear();
  }

  add({ id, title, path, text, body, kind }: WordedItem): void {
    this.#connection.run(
      'INSERT INTO words (rowid, title, path, text, body, kind) VALUES (?, ?, ?, ?, ?, ?)',
      id,
      ...columnsOf({ title, path, text }, body, kind),
    );
    if (this.#count !== undefined) this.#count++;
    this.#changes++;
  }

  /** @param item exactly as it was added: the index has no other way to know what to take out. */
  remove({ id, title, path, text, body, kind }: WordedItem): void {
    this.#connection.run(
      "INSERT INTO words (words, rowid, title, path, text, body, kind) VALUES ('delete', ?, ?, ?, ?, ?, ?)",
      id,
      ...columnsOf({ title, path, text }, body, kind),
    );
    if (this.#count !== undefined) this.#count--;
    this.#changes++;
  }

  /**
   * Brings all into one piece, in which nothing is left of what was removed.
   * @param begin the first of some calls; what is removed after it is not dealt with by these.
   * @returns whether there is more to do.
   */
  merge(begin: boolean): boolean {
    const changes = () => this.#connection.number('SELECT total_changes()');
    const before = changes();
    this.#connection.run("INSERT INTO words (words, rank) VALUES ('merge', ?)", begin ? -MERGED_PAGES : MERGED_PAGES);
    // https://sqlite.org/fts5.html#the_merge_command
    return changes() - before >= 2;
  }

  removeAll(): void {
    this.#connection.run("INSERT INTO words (words) VALUES ('delete-all')");
    this.forget();
  }

  /**
   * @returns items that have any of the words, the best first, by BM25 with Lucene's idf, which is above 0 also where all
   * items have a word: FTS5's own is not, so that in a small memory its scores say little.
   */
  search(query: string, limit: number, kinds?: readonly MemoryKind[]): Found[] {
    const stems = this.#rarest(query);
    if (stems.length === 0 || limit <= 0 || kinds?.length === 0) return [];
    const any = (words: readonly string[]) => `(${words.map((word) => `"${word}"`).join(' OR ')})`;
    let postings = 0;
    const telling = stems.filter(({ items }, at) => {
      postings += items;
      return at === 0 || postings <= MOST_POSTINGS;
    });
    const named = any(telling.map(({ stem }) => stem));
    const match = `{title path text body} : ${named}${kinds ? ` AND kind : ${any(kinds)}` : ''}`;
    const idf = new Map(stems.map(({ stem, items }) => [stem, this.#idf(items)]));
    return this.#connection
      .all<{ id: number }>(
        `SELECT rowid AS id FROM words WHERE words MATCH ? AND rank MATCH '${RANK}' ORDER BY rank LIMIT ?`,
        match,
        Math.max(LEAST_SCORED, limit),
      )
      .flatMap(({ id }) => {
        const row = this.#connection.get<WordedText & { text: Packed; body: Packed | null }>(TEXT, id);
        if (!row) return [];
        const body = row.body === null ? '' : unpack(row.body);
        return { id, score: scoreOf({ ...row, text: unpack(row.text) }, body, idf) };
      })
      .sort((a, b) => b.score - a.score || b.id - a.id)
      .slice(0, limit);
  }

  /** The words of a question that there are, the rarest first, and how many items have each. */
  #rarest(query: string): { stem: string; items: number }[] {
    return [...new Set(stemsOf(query))]
      .slice(0, 4 * MOST_STEMS)
      .map((stem) => ({ stem, items: this.#having(stem) }))
      .filter(({ items }) => items > 0)
      .sort((a, b) => a.items - b.items)
      .slice(0, MOST_STEMS);
  }

  /** How many items have a word in the column where most have it: `symbol` and `folder` are words, too, and not only kinds. */
  #having(stem: string): number {
    const known = this.#common.get(stem);
    if (known && this.#changes - known.changes < known.items * STALE_SHARE) return known.items;
    const items = this.#connection.number(HAVING, stem);
    if (items >= COMMON) this.#common.set(stem, { items, changes: this.#changes });
    return items;
  }

  #idf(items: number): number {
    return Math.log(1 + (Math.max(this.#items, items) - items + 0.5) / (items + 0.5));
  }
}

/** BM25F: what a word has in all fields is added before it saturates. @param stems idf of each. */
function scoreOf({ title, path, text }: WordedText, body: string, stems: ReadonlyMap<string, number>): number {
  const found = new Map<string, number>();
  let length = 0;
  [title, path ?? '', text].forEach((column, at) => {
    for (const stem of stemsOf(column)) {
      length++;
      if (stems.has(stem)) found.set(stem, (found.get(stem) ?? 0) + WEIGHTS[at]!);
    }
  });
  const norm = 1 - B + (B * length) / USUAL_STEMS;
  for (const [stem, times] of found) found.set(stem, times / norm);
  const stemsOfBody = body === '' ? [] : body.split(' ');
  const share = BODY_WEIGHT / (1 - B + (B * stemsOfBody.length) / USUAL_BODY);
  for (const stem of stemsOfBody) if (stems.has(stem)) found.set(stem, (found.get(stem) ?? 0) + share);
  let score = 0;
  for (const [stem, times] of found) score += (stems.get(stem)! * times * (K1 + 1)) / (times + K1);
  return score;
}

function columnsOf({ title, path, text }: WordedText, body: string, kind: MemoryKind): string[] {
  return [...[title, path ?? '', text].map((column) => stemsOf(column).join(' ')), body, kind];
}
