/** What the engine is at: reading with its share and time, writing, waiting, and how long it stood aside for typing. */
import { html, nothing } from 'lit';
import { host } from './host.ts';
import { icon } from './icons.ts';
import { Part } from './part.ts';
import { pausedWords, turnWords } from './words.ts';

export class QuireTurn extends Part {
  protected readonly aspects = ['turn'] as const;

  override render(): unknown {
    const turn = host.state.snapshot?.turn;
    if (!turn || turn.kind === 'idle') return nothing;
    const share = turn.kind === 'reading' && turn.total > 0 ? Math.min(1, turn.done / turn.total) : null;
    const paused = pausedWords(turn);
    return html`<div class="turn">
      ${icon('loading', 'spin')}<span>${turnWords(turn)}</span>${paused ? html`<span class="dim">${paused}</span>` : nothing}
      ${share === null ? nothing : html`<progress max="1" .value=${share} aria-label="Read of the prompt"></progress>`}
    </div>`;
  }
}

/** Says to screen readers when an answer begins and how it ended: the only part of the page that is live. */
export class QuireStatus extends Part {
  protected readonly aspects = ['turn', 'messages', 'draft'] as const;
  #busy = false;
  #words = '';

  override render(): unknown {
    const busy = host.state.busy;
    if (busy !== this.#busy) {
      this.#busy = busy;
      this.#words = busy ? 'Answer started.' : ended();
    }
    return html`<div class="unseen" role="status" aria-live="polite">${this.#words}</div>`;
  }
}

function ended(): string {
  const last = host.state.messages.findLast(({ role }) => role === 'assistant');
  if (last?.state === 'failed') return `Answer failed. ${last.error?.message ?? ''}`;
  if (last?.state === 'stopped') return 'Answer stopped.';
  return 'Answer finished.';
}
