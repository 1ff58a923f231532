/** What was worked on: accepted ghost text, told by names of files and symbols, never by its code. */
import type { MemoryItem } from '../../../../protocol/index.ts';
import type { Store } from '../items.ts';
import { hashOfText } from './wording.ts';

/** Without anything accepted for so long, a session is over. */
const IDLE_MS = 30 * 60_000;
/** Accepted suggestions; fewer are no session. */
const LEAST_ACCEPTED = 3;
const MOST_FILES = 12;
const MOST_SYMBOLS = 8;

interface Session {
  began: number;
  last: number;
  accepted: number;
  /** Symbols by file, those that were last worked on last. */
  files: Map<string, Set<string>>;
}

/** Collects in RAM; a session is one write, at its end. */
export class Sessions {
  readonly #store: Store;
  readonly #now: () => number;
  /** By folder. */
  readonly #open = new Map<string, Session>();

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** @param path in the workspace's folder, with '/'. */
  accepted(path: string, symbol: string | null): void {
    this.close(IDLE_MS);
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    const at = this.#now();
    const session = this.#open.get(folder) ?? { began: at, last: at, accepted: 0, files: new Map() };
    this.#open.set(folder, session);
    const symbols = session.files.get(path) ?? new Set<string>();
    // Put in anew, it is the last one.
    session.files.delete(path);
    session.files.set(path, symbols);
    if (symbol !== null) {
      symbols.delete(symbol);
      symbols.add(symbol);
    }
    session.accepted++;
    session.last = at;
  }

  /** Writes sessions in which nothing was accepted for so long; 0: all. @returns what was written. */
  close(idleMs: number = IDLE_MS): MemoryItem[] {
    const at = this.#now();
    return [...this.#open].flatMap(([folder, session]) => {
      if (at - session.last < idleMs) return [];
      this.#open.delete(folder);
      return session.accepted < LEAST_ACCEPTED ? [] : [this.#write(folder, session)];
    });
  }

  /** What was collected and not written is forgotten. */
  forget(): void {
    this.#open.clear();
  }

  #write(folder: string, { accepted, files, last }: Session): MemoryItem {
    const told = [...files].slice(-MOST_FILES).map(([path, symbols]) => {
      const names = [...symbols].slice(-MOST_SYMBOLS);
      return names.length === 0 ? path : `${names.join(', ')} in ${path}`;
    });
    const where = folder === '' ? 'the project' : folder;
    const text = `Worked on ${told.join('; ')}. ${accepted} suggestions were accepted.`;
    const title = `Worked in ${where}`;
    return this.#store.inTransaction(
      () =>
        this.#store.put({
          kind: 'session',
          source: 'typing',
          made: 'extracted',
          // The same work on another day is that item, with its newest date.
          key: `session:${folder}#${hashOfText([...told].sort().join('\n'))}`,
          title,
          path: folder === '' ? null : folder,
          text,
          sentences: [{ text, anchors: [] }],
          created: last,
        }),
      `Remembered what was worked on in ${where}`,
    );
  }
}
