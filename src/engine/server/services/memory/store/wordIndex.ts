/** The words of items in FTS5. What is superseded is not in it. */
import type { MemoryKind } from '../../../../protocol/index.ts';
import type { Found } from '../items.ts';
import type { Connection } from './connection.ts';
import { stemsOf } from './words.ts';

export interface WordedItem {
  id: number;
  title: string;
  path: string | null;
  text: string;
  kind: MemoryKind;
}

/** Of title, path and text: a name says what an item is about, and a text may be long. */
const WEIGHTS = [4, 2, 1] as const;
/** FTS5 chooses by this what is scored. The kind only filters. */
const RANK = `bm25(${WEIGHTS.map((weight) => weight.toFixed(1)).join(', ')}, 0.0)`;
/** BM25's own constants. The length that is neither for nor against an item is fixed: no score moves because others grow. */
const K1 = 1.2;
const B = 0.75;
const USUAL_STEMS = 100;
/** So many are scored for each that is asked for: FTS5 takes words that most items have for worthless. */
const SCORED_PER_RESULT = 2;
/** Words of a question beyond these are left out, the most frequent first: they cost most and say least. */
const MOST_STEMS = 48;
const MOST_POSTINGS = 12_000;

export class WordIndex {
  readonly #connection: Connection;
  readonly #itemOf: (id: number) => WordedItem | undefined;
  #count: number | undefined;

  /** @param itemOf reads an item as it was added. */
  constructor(connection: Connection, itemOf: (id: number) => WordedItem | undefined) {
    this.#connection = connection;
    this.#itemOf = itemOf;
  }

  /** How many there are, counted once. */
  get #items(): number {
    this.#count ??= this.#connection.number('SELECT count(*) FROM words_docsize');
    return this.#count;
  }

  /** What was added may have been taken back. */
  forget(): void {
    this.#count = undefined;
  }

  add({ id, title, path, text, kind }: WordedItem): void {
    this.#connection.run(
      'INSERT INTO words (rowid, title, path, text, kind) VALUES (?, ?, ?, ?, ?)',
      id,
      ...columnsOf(title, path, text, kind),
    );
    if (this.#count !== undefined) this.#count++;
  }

  /** @param item exactly as it was added: the index has no other way to know what to take out. */
  remove({ id, title, path, text, kind }: WordedItem): void {
    this.#connection.run(
      "INSERT INTO words (words, rowid, title, path, text, kind) VALUES ('delete', ?, ?, ?, ?, ?)",
      id,
      ...columnsOf(title, path, text, kind),
    );
    if (this.#count !== undefined) this.#count--;
  }

  removeAll(): void {
    this.#connection.run("INSERT INTO words (words) VALUES ('delete-all')");
  }

  /**
   * @returns items that have any of the words, the best first, by BM25 with Lucene's idf, which is above 0 also where all
   * items have a word: FTS5's own is not, so that in a small memory its scores say little.
   */
  search(query: string, limit: number, kinds?: readonly MemoryKind[]): Found[] {
    const stems = this.#tellingStems(query);
    if (stems.size === 0 || limit <= 0 || kinds?.length === 0) return [];
    const any = (words: Iterable<string>) => `(${[...words].map((word) => `"${word}"`).join(' OR ')})`;
    const match = `{title path text} : ${any(stems.keys())}${kinds ? ` AND kind : ${any(kinds)}` : ''}`;
    return this.#connection
      .all<{ id: number }>(
        `SELECT rowid AS id FROM words WHERE words MATCH ? AND rank MATCH '${RANK}' ORDER BY rank LIMIT ?`,
        match,
        SCORED_PER_RESULT * limit,
      )
      .flatMap(({ id }) => {
        const item = this.#itemOf(id);
        return item ? { id, score: scoreOf(item, stems) } : [];
      })
      .sort((a, b) => b.score - a.score || b.id - a.id)
      .slice(0, limit);
  }

  /** The rarest words that there are, as long as not too many items have them; one at least. @returns the idf of each. */
  #tellingStems(query: string): Map<string, number> {
    const stems = [...new Set(stemsOf(query))].slice(0, 4 * MOST_STEMS);
    const known = stems
      .map((stem) => ({ stem, items: this.#connection.number('SELECT doc FROM vocabulary WHERE term = ?', stem) }))
      .filter(({ items }) => items > 0)
      .sort((a, b) => a.items - b.items)
      .slice(0, MOST_STEMS);
    let postings = 0;
    const telling = known.filter(({ items }) => {
      postings += items;
      return postings <= MOST_POSTINGS;
    });
    const chosen = telling.length > 0 ? telling : known.slice(0, 1);
    const idf = (items: number) => Math.log(1 + (Math.max(this.#items, items) - items + 0.5) / (items + 0.5));
    return new Map(chosen.map(({ stem, items }) => [stem, idf(items)]));
  }
}

/** @param stems idf of each. */
function scoreOf({ title, path, text }: WordedItem, stems: ReadonlyMap<string, number>): number {
  const found = new Map<string, number>();
  let length = 0;
  [title, path ?? '', text].forEach((column, at) => {
    for (const stem of stemsOf(column)) {
      length++;
      if (stems.has(stem)) found.set(stem, (found.get(stem) ?? 0) + WEIGHTS[at]!);
    }
  });
  const saturation = K1 * (1 - B + (B * length) / USUAL_STEMS);
  let score = 0;
  for (const [stem, times] of found) score += (stems.get(stem)! * times * (K1 + 1)) / (times + saturation);
  return score;
}

function columnsOf(title: string, path: string | null, text: string, kind: MemoryKind): string[] {
  return [...[title, path ?? '', text].map((column) => stemsOf(column).join(' ')), kind];
}
