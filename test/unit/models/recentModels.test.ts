import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type KeyValueStore, RecentModels } from '../../../src/models/recentModels.ts';

describe('RecentModels', () => {
  it('keeps the last five, the newest first, each once', async () => {
    const values = new Map<string, unknown>();
    const store: KeyValueStore = {
      get: <T>(key: string, fallback: T) => (values.has(key) ? (values.get(key) as T) : fallback),
      update: async (key, value) => void values.set(key, value),
    };
    const recent = new RecentModels(store);
    assert.deepEqual(recent.list(), []);
    for (const path of ['a', 'b', 'c', 'd', 'e', 'f', 'c']) await recent.add(path);
    assert.deepEqual(recent.list(), ['c', 'f', 'e', 'd', 'b']);
    await recent.remove('f');
    assert.deepEqual(new RecentModels(store).list(), ['c', 'e', 'd', 'b']);
  });
});
