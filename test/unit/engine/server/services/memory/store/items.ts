/** Items for tests of the store. */
import type { MemoryAnchor } from '../../../../../../../src/engine/protocol/index.ts';
import type { NewItem } from '../../../../../../../src/engine/server/services/memory/items.ts';

export function newItem(key: string, fields: Partial<NewItem> = {}): NewItem {
  return {
    kind: 'fact',
    source: 'person',
    made: 'person',
    key,
    title: key,
    path: null,
    text: `What ${key} says`,
    sentences: [],
    ...fields,
  };
}

export function anchor(path: string, symbol: string | null = null): MemoryAnchor {
  return { path, symbol, hash: 'ab12' };
}
