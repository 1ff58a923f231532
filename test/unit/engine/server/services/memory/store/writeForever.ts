/** Writes items into the memory named on the command line until it is killed, and says which are committed. */
import { writeSync } from 'node:fs';
import { MemoryStore } from '../../../../../../../src/engine/server/services/memory/store/memoryStore.ts';
import { newItem } from './items.ts';

const [file, run] = process.argv.slice(2) as [string, string];
const store = new MemoryStore(file);
for (let i = 0; ; i++) {
  const ids = store.inTransaction(() => {
    const both = [0, 1].map((half) =>
      store.put(newItem(`${run}/${i}/${half}`, { text: `text of ${run}/${i}/${half}` })),
    );
    store.setVectors('e', [{ id: both[0]!.id, vector: new Float32Array([i, 1]) }]);
    return both.map(({ id }) => id);
  }, `Indexed ${i}`);
  if (i % 5 === 4) {
    // What is known of the one before, changed and cleaned up too.
    store.change(ids[0]!, { pinned: true });
    store.step(2, Date.now() + 40 * 86_400_000);
  }
  writeSync(1, `${run}/${i}\n`);
}
