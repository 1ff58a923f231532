/** What was indexed by other rules than today's is indexed again. */
import type { Store } from '../items.ts';

/** Counts the ways of indexing: which files, what is said of them, and the stems that they are found by. */
const VERSION = '3';
const NAME = 'indexing:version';
/** The hash of no text. */
const OUTDATED = '-';

/** Marks all files of another version as changed; their items stay until they are read again. */
export function outdateAll(store: Store): void {
  const version = store.value(NAME);
  if (version === VERSION) return;
  store.inTransaction(() => {
    if (version !== undefined)
      for (const file of store.files()) store.putFile({ ...file, mtimeMs: 0, contentHash: OUTDATED });
    store.setValue(NAME, VERSION);
  });
}
