/** All saved pages of a workspace as few large pieces, which cross between threads for next to nothing. */
import { keyOf, type PageRecord } from './pageRecord.ts';

/** Parents come before children. */
export interface PackedRecords {
  keys: string[];
  /** Which of the pages is the one before; -1: none, it is a beginning. */
  parents: Int32Array<ArrayBuffer>;
  /** Where the tokens of each page end in `tokens`. */
  ends: Int32Array<ArrayBuffer>;
  tokens: Int32Array<ArrayBuffer>;
}

/**
 * Packs those records that are called what they spell, behind parents that are.
 * @param records parents before children.
 * @param refuse hears of the keys of the others.
 */
export function packRecords(records: readonly PageRecord[], refuse: (key: string) => void): PackedRecords {
  const places = new Map<string, number>();
  const right = records.filter(({ key, parent, workspace, tokens }) => {
    const known = parent === null || places.has(parent);
    if (known && key === keyOf(workspace, parent, tokens)) places.set(key, places.size);
    else refuse(key);
    return places.has(key);
  });
  let end = 0;
  return {
    keys: right.map(({ key }) => key),
    parents: Int32Array.from(right, ({ parent }) => (parent === null ? -1 : places.get(parent)!)),
    ends: Int32Array.from(right, ({ tokens }) => (end += tokens.length)),
    tokens: Int32Array.from(right.flatMap(({ tokens }) => tokens)),
  };
}

/** The records again, each made when it is asked for. */
export class LoadedPages {
  readonly workspace: string;
  readonly #packed: PackedRecords;

  constructor(workspace: string, packed: PackedRecords) {
    this.workspace = workspace;
    this.#packed = packed;
  }

  get keys(): readonly string[] {
    return this.#packed.keys;
  }

  *records(): Generator<PageRecord> {
    const { keys, parents, ends, tokens } = this.#packed;
    for (const [i, key] of keys.entries()) {
      const parent = parents[i]! < 0 ? null : keys[parents[i]!]!;
      const own = Array.from(tokens.subarray(i === 0 ? 0 : ends[i - 1]!, ends[i]!));
      yield { key, parent, workspace: this.workspace, tokens: own };
    }
  }
}
