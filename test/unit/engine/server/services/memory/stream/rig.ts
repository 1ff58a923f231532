/** A memory stream over a store and the ranking as they are, with a clock of its own; found by words alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, mock } from 'node:test';
import type { AnchorState, MemoryAnchor } from '../../../../../../../src/engine/protocol/index.ts';
import { search } from '../../../../../../../src/engine/server/services/memory/ranking/search.ts';
import { MemoryStore } from '../../../../../../../src/engine/server/services/memory/store/memoryStore.ts';
import { MemoryStream } from '../../../../../../../src/engine/server/services/memory/stream/memoryStream.ts';
import type { StreamParts } from '../../../../../../../src/engine/server/services/memory/stream/parts.ts';
import { noLikeness } from '../../../../../../helpers/memoryItems.ts';

export const DAY = 24 * 60 * 60_000;
const folder = mkdtempSync(path.join(tmpdir(), 'quire-stream-'));
let stores = 0;

mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 5) });
after(() => rmSync(folder, { recursive: true, force: true }));

export class Rig {
  /** Symbols and paths whose code has changed. */
  readonly changed = new Set<string>();
  readonly store = new MemoryStore(path.join(folder, `${stores++}.db`));
  readonly checker = {
    check: async (anchors: readonly MemoryAnchor[]) =>
      anchors.map((anchor) => {
        const state: AnchorState = this.changed.has(anchor.symbol ?? anchor.path) ? 'changed' : 'holds';
        return { ...anchor, state, lines: null };
      }),
  };
  readonly stream: MemoryStream;
  #messages = 0;

  constructor(parts: Partial<StreamParts> = {}) {
    this.stream = new MemoryStream({
      store: this.store,
      recall: (params) =>
        search(params, { store: this.store, embedder: noLikeness, checker: this.checker, now: Date.now() }),
      anchors: this.checker,
      ...parts,
    });
  }

  later(ms: number): void {
    mock.timers.setTime(Date.now() + ms);
  }

  /** A turn of a conversation, told a minute after the one before. */
  async turn(conversation: string, question: string, answer: string, recalled: number[] = [], attached?: string[]) {
    this.later(60_000);
    return this.stream.recordTurn({
      conversation,
      message: `m${this.#messages++}`,
      question,
      answer,
      recalled,
      ...(attached && { attached }),
    });
  }

  /** What is said of a file or of a symbol in it. */
  code(path: string, text: string, symbol?: string) {
    return this.store.put({
      kind: symbol === undefined ? 'file' : 'symbol',
      source: 'code',
      made: 'extracted',
      key: symbol === undefined ? `file:${path}` : `symbol:${path}#${symbol}`,
      title: symbol ?? path,
      path,
      text,
      sentences: [],
    });
  }

  chat(query: string, more: Partial<Parameters<MemoryStream['activate']>[0]> = {}) {
    return this.stream.activate({ query, tokens: 2_000, for: 'chat', ...more });
  }

  all() {
    return this.store.list({ superseded: true, limit: 10_000 }).items;
  }
}
