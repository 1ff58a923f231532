/** A memory stream over a small store, with a clock of its own and search by words. */
import type { CheckedAnchor, MemoryAnchor } from '../../../../../../../src/engine/protocol/index.ts';
import { MemoryStream } from '../../../../../../../src/engine/server/services/memory/stream/memoryStream.ts';
import type { Recall, StreamParts } from '../../../../../../../src/engine/server/services/memory/stream/parts.ts';
import { checked } from '../../../../../../../src/engine/server/services/memory/stream/truths.ts';
import { coverage, tellingStems } from '../../../../../../../src/engine/server/services/memory/stream/wording.ts';
import { SmallStore } from './smallStore.ts';

export const DAY = 24 * 60 * 60_000;

export class Rig {
  at = Date.UTC(2026, 0, 5);
  /** Symbols and paths whose code has changed. */
  readonly changed = new Set<string>();
  readonly store = new SmallStore(() => this.at);
  readonly checker = {
    check: async (anchors: readonly MemoryAnchor[]): Promise<CheckedAnchor[]> =>
      anchors.map((anchor) => ({
        ...anchor,
        state: this.changed.has(anchor.symbol ?? anchor.path) ? 'changed' : 'holds',
        lines: [1, 2],
      })),
  };
  readonly stream: MemoryStream;

  constructor(parts: Partial<StreamParts> = {}) {
    this.stream = new MemoryStream({
      store: this.store,
      recall: this.recall,
      anchors: this.checker,
      now: () => this.at,
      ...parts,
    });
  }

  /** Half of what is asked has to be there. */
  readonly recall: Recall = async ({ query, top, kinds }) => {
    const asked = tellingStems(query);
    let stale = 0;
    const hits = [];
    for (const { id, score } of this.store.byWords(query, top, kinds)) {
      const item = this.store.get(id)!;
      if (coverage(asked, `${item.title} ${item.text}`) < 0.5) continue;
      const sentences = await checked(item, this.checker);
      if (sentences.length > 0 && sentences.every((sentence) => !sentence.isTrue)) {
        stale++;
        continue;
      }
      const words = score / (score + 4);
      hits.push({
        item,
        sentences,
        score: { total: words, words, vector: 0, recency: 0, ranking: 0 },
        why: [...asked],
      });
    }
    return { hits, stale };
  };

  /** A turn of a conversation, told a minute after the one before. */
  async turn(conversation: string, question: string, answer: string, recalled: number[] = [], attached?: string[]) {
    this.at += 60_000;
    return this.stream.recordTurn({
      conversation,
      message: `m${this.at}`,
      question,
      answer,
      recalled,
      ...(attached && { attached }),
    });
  }

  chat(query: string, more: Partial<Parameters<MemoryStream['activate']>[0]> = {}) {
    return this.stream.activate({ query, tokens: 2_000, for: 'chat', ...more });
  }
}
