/**
 * The parts of a store over one open file, and what is counted of them.
 *
 *     ItemTable     rows, and the copy in RAM of what was used last
 *     WordIndex     FTS5       VectorTable   vectors, and their scan in RAM
 *     FileTable     what was indexed
 *     Journal       how it was before
 *     CleanUp       what is done while nobody waits: forgetting for good, eviction, compression, giving back space
 */
import type { MemoryKind, MemoryStatus } from '../../../../protocol/index.ts';
import { CleanUp } from './cleanUp.ts';
import type { Connection } from './connection.ts';
import { FileTable } from './fileTable.ts';
import { ItemTable } from './itemTable.ts';
import { Journal } from './journal.ts';
import { openMemoryFile } from './openFile.ts';
import { VectorTable } from './vectorTable.ts';
import { WordIndex } from './wordIndex.ts';
import { WORDS_VERSION } from './words.ts';

export interface MemoryStoreOptions {
  /** What the file may take; items are let go of beyond it. */
  budgetBytes?: number;
  /** Of items that are kept in RAM. */
  hotBytes?: number;
}

export type StoreStatus = Pick<
  MemoryStatus,
  'items' | 'superseded' | 'pinned' | 'bytes' | 'budgetBytes' | 'embedder' | 'unembedded' | 'trouble'
>;

/** Rows without a vector of the embedder of number `?1`. */
export const UNEMBEDDED =
  'FROM items WHERE superseded_by IS NULL AND (embedder IS NULL OR embedder < ?1 OR embedder > ?1)';

export class StoreParts {
  readonly connection: Connection;
  readonly words: WordIndex;
  readonly vectors: VectorTable;
  readonly items: ItemTable;
  readonly files: FileTable;
  readonly journal: Journal;
  readonly cleanUp: CleanUp;
  readonly #trouble: string | null;

  /** @throws RefusedFile, in words, when it is in use, of a newer version, or of another program; it is as it was then. */
  constructor(file: string, { budgetBytes, hotBytes }: Required<MemoryStoreOptions>) {
    const { connection, trouble } = openMemoryFile(file);
    this.connection = connection;
    this.#trouble = trouble;
    this.words = new WordIndex(connection);
    this.vectors = new VectorTable(connection);
    this.items = new ItemTable(connection, this.words, this.vectors, hotBytes);
    this.files = new FileTable(connection);
    this.journal = new Journal(connection, this.items);
    const { items, journal, words } = this;
    this.cleanUp = new CleanUp({ file, connection, items, journal, words, budgetBytes });
    if (this.files.value('.words') !== WORDS_VERSION) this.#wordsAnew();
  }

  /** What is in RAM may not be what is in the file. */
  forget(): void {
    this.items.forget();
    this.vectors.forget();
    this.words.forget();
  }

  /** Items in RAM, with vectors. */
  get ramBytes(): number {
    return this.vectors.ramBytes + this.items.ramBytes;
  }

  status(budgetBytes: number): StoreStatus {
    const counts = this.connection.all<{ kind: MemoryKind; count: number }>(
      'SELECT kind, count(*) AS count FROM items GROUP BY kind',
    );
    const embedder = this.vectors.current;
    return {
      items: Object.fromEntries(counts.map(({ kind, count }) => [kind, count])),
      superseded: this.connection.number('SELECT count(*) FROM items WHERE superseded_by IS NOT NULL'),
      pinned: this.connection.number('SELECT count(*) FROM items WHERE pinned = 1'),
      bytes: this.cleanUp.bytes,
      budgetBytes,
      embedder,
      unembedded: this.connection.number(
        `SELECT count(*) ${UNEMBEDDED}`,
        embedder === null ? 0 : this.vectors.numberOf(embedder),
      ),
      trouble: this.#trouble,
    };
  }

  /** The index was made by other rules, or is not there yet. */
  #wordsAnew(): void {
    this.connection.transaction(() => {
      this.words.removeAll();
      const ids = this.connection.all<{ id: number }>('SELECT id FROM items WHERE superseded_by IS NULL');
      for (const { id } of ids) this.words.add({ ...this.items.get(id)!, body: this.items.body(id) });
      this.files.setValue('.words', WORDS_VERSION);
    });
  }
}
