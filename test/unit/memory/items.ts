/** Memories for tests. */
import type { CheckedSentence, MemoryItem, MemoryStatus } from '../../../src/engine/protocol/index.ts';
import { itemWith } from '../../helpers/memoryItems.ts';

export const NOW = Date.UTC(2026, 10, 27, 12);

export const item = (id: number, fields: Partial<MemoryItem> = {}): MemoryItem =>
  itemWith({
    id,
    kind: 'fact',
    source: 'person',
    made: 'person',
    key: `fact:${id}`,
    title: `Title ${id}`,
    text: `Text ${id}.`,
    tokens: 5,
    summaryTokens: 5,
    created: NOW - 86_400_000,
    changed: NOW - 86_400_000,
    ...fields,
  });

export const sentence = (
  text: string,
  states: CheckedSentence['anchors'][number]['state'][] = [],
): CheckedSentence => ({
  text,
  anchors: states.map((state, at) => ({
    path: 'src/a.ts',
    symbol: at === 0 ? 'A.m' : null,
    hash: 'ab',
    state,
    lines: state === 'gone' ? null : [10, at === 0 ? 20 : 10],
  })),
  isTrue: states.every((state) => state === 'holds' || state === 'moved'),
});

export const status = (fields: Partial<MemoryStatus> = {}): MemoryStatus => ({
  on: true,
  items: {},
  superseded: 0,
  pinned: 0,
  bytes: 0,
  budgetBytes: 1e9,
  embedder: null,
  unembedded: 0,
  indexing: {
    state: 'idle',
    done: 0,
    total: 0,
    busyMs: 0,
    budgetMs: 600_000,
    modelTokens: 0,
    modelTokenBudget: 50_000,
    waits: null,
  },
  trouble: null,
  ...fields,
});
