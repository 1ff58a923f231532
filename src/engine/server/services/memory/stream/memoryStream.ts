/**
 * The memory stream of one place (SCM, arXiv 2304.13343): what is written when, and what of it a prompt is given. It owns
 * nothing but what was typed in sessions that are not over; all else is in the store.
 */
import type { ActivateParams, ActivateResult, MemoryItem, RecordTurnParams } from '../../../../protocol/index.ts';
import { activate } from './activation.ts';
import { type AddedFact, acceptProposal, addFact, type NewFact } from './facts.ts';
import type { StreamParts } from './parts.ts';
import { proposeRules } from './rules.ts';
import { Sessions } from './sessions.ts';
import { recordTurn } from './turns.ts';

export interface Recorded {
  /** null: the turn is not kept, or only a rule in it. */
  item: MemoryItem | null;
  /** In words for people. */
  why: string;
  /** Rules that were inferred, for a person to accept. */
  proposals: MemoryItem[];
}

export class MemoryStream {
  readonly #parts: StreamParts;
  readonly #sessions: Sessions;

  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#sessions = new Sessions(parts.store, parts.now ?? Date.now);
  }

  /** Keeps a turn of the chat, or says why not, and proposes rules that were stated or repeated in it. */
  async recordTurn(params: Omit<RecordTurnParams, 'place'>): Promise<Recorded> {
    const { item, why, statements } = await recordTurn(this.#parts, params);
    return { item, why, proposals: item ? proposeRules(this.#parts.store, item, statements) : [] };
  }

  /** @throws Error in words where the text is empty, too long, or holds a secret. */
  addFact(fact: NewFact): AddedFact {
    return addFact(this.#parts.store, fact);
  }

  /** @returns undefined where there is no such proposal. */
  accept(id: number): AddedFact | undefined {
    return acceptProposal(this.#parts.store, id);
  }

  /** Ghost text was accepted there. */
  recordTyping({ path, symbol }: { path: string; symbol: string | null }): void {
    this.#sessions.accepted(path, symbol);
  }

  /** To be called now and then: writes the sessions that are over, after half an hour without anything accepted. */
  closeIdleSessions(): MemoryItem[] {
    return this.#sessions.close();
  }

  /** Before the place is closed: writes every session. */
  close(): MemoryItem[] {
    return this.#sessions.close(0);
  }

  /** Everything is erased, or memory is switched off: nothing of what was collected is written. */
  forget(): void {
    this.#sessions.forget();
  }

  /** The best first; see `asPrompt` for the text of a prompt. */
  activate(params: Omit<ActivateParams, 'place'>): Promise<ActivateResult> {
    return activate(this.#parts, params);
  }
}
