/** What names in a chat stand for in the code as it is now, by what is remembered of its symbols. */
import type { MemoryAnchor } from '../../../protocol/index.ts';
import type { CodeNow } from './anchors/codeFiles.ts';
import type { Store } from './items.ts';
import type { Anchorer } from './stream/parts.ts';

/** Items that are looked at for one name. */
const CANDIDATES = 16;

export class NameAnchors implements Anchorer {
  readonly #store: Pick<Store, 'byWords' | 'get'>;
  readonly #look: () => ((file: string) => Promise<CodeNow>) | undefined;

  /** @param look a look at the files as they are now; undefined where they are not read. */
  constructor(store: Pick<Store, 'byWords' | 'get'>, look: () => ((file: string) => Promise<CodeNow>) | undefined) {
    this.#store = store;
    this.#look = look;
  }

  /**
   * Anchors of the symbols that are named. A name that several have is none of them; a path is none either, as a file changes
   * with every line of it, and what was said hardly ever does.
   */
  async anchorsOf(names: readonly string[]): Promise<MemoryAnchor[]> {
    const look = this.#look();
    if (!look) return [];
    const anchors = await Promise.all(names.map((name) => this.#anchorOf(name, look)));
    return anchors.filter((anchor) => anchor !== undefined);
  }

  async #anchorOf(name: string, look: (file: string) => Promise<CodeNow>): Promise<MemoryAnchor | undefined> {
    const called = this.#store
      .byWords(name, CANDIDATES, ['symbol'])
      .map(({ id }) => symbolOf(this.#store.get(id)?.key ?? ''))
      .filter(({ symbol }) => symbol === name || symbol.endsWith(`.${name}`));
    const [only, ...others] = called;
    if (only === undefined || others.length > 0) return undefined;
    const now = await look(only.path);
    return typeof now === 'string' ? undefined : now.anchor(only.symbol);
  }
}

/** Of `symbol:src/a.ts#A.m`. */
function symbolOf(key: string): { path: string; symbol: string } {
  const [, path = '', symbol = ''] = /^symbol:(.*)#([^#]*)$/.exec(key) ?? [];
  return { path, symbol };
}
