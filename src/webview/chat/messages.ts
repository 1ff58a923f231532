/** The list of messages, and the place in it. */
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { Follow } from './follow.ts';
import { host } from './host.ts';
import { button } from './icons.ts';
import { Part } from './part.ts';
import type { Aspect } from './state.ts';

export class QuireMessages extends Part {
  protected readonly aspects = ['messages', 'model', 'focus'] as const;
  #follow: Follow | undefined;
  #away = false;
  #conversation = '';
  /** The last one that was seen to come. */
  #last: string | undefined;
  #keeping: number | undefined;

  protected override changed(changed: ReadonlySet<Aspect>): void {
    this.requestUpdate();
    if (changed.has('focus') && host.state.focus === 'lastMessage') {
      this.updateComplete.then(() => this.#focusable().at(-1)?.focus());
    }
  }

  override render(): unknown {
    const messages = host.state.messages;
    return html`
      <div class="scroll" role="region" aria-label="Messages" tabindex="0" @keydown=${this.#key}>
        <div class="list">
          ${messages.length === 0 ? html`<quire-welcome></quire-welcome>` : nothing}
          ${repeat(
            messages,
            ({ id }) => id,
            ({ id }) => html`<quire-message .messageId=${id}></quire-message>`,
          )}
        </div>
      </div>
      ${this.#away ? button({ icon: 'arrow-down', label: 'To the end', press: () => this.#follow?.toEnd(), class: 'to-end' }) : nothing}`;
  }

  protected override updated(): void {
    const box = this.querySelector<HTMLElement>('.scroll');
    const list = this.querySelector<HTMLElement>('.list');
    if (!box || !list) return;
    this.#follow ??= new Follow(box, list, () => this.#moved());
    const conversation = host.state.snapshot?.conversation.id ?? '';
    if (conversation !== this.#conversation && host.state.snapshot) {
      this.#conversation = conversation;
      this.#last = undefined;
      const { conversation: kept, scroll } = host.kept;
      if (kept === conversation && scroll !== null) this.#follow.restore(scroll);
      else this.#follow.toEnd();
    }
    this.#follow.stay();
    this.#toBeginning(this.#follow, box);
  }

  /** What comes at once and is longer than the page, as search results are, is read from its question on. */
  #toBeginning(follow: Follow, box: HTMLElement): void {
    const last = host.state.messages.at(-1);
    // Where an answer came to nothing, a note takes its place, and its id.
    const now = last ? `${last.role} ${last.id}` : '';
    const isNew = this.#last !== undefined && now !== this.#last;
    this.#last = now;
    if (!isNew || last?.role !== 'note' || !follow.following) return;
    // Its own part has drawn it by then.
    requestAnimationFrame(() => {
      const [question, note] = [this.#focusable().at(-2), this.#focusable().at(-1)];
      if (!question || !note || note.offsetHeight < box.clientHeight) return;
      follow.restore(box.scrollTop + question.getBoundingClientRect().top - box.getBoundingClientRect().top);
    });
  }

  /** What is sent is seen. */
  toEnd(): void {
    this.#follow?.toEnd();
  }

  #moved(): void {
    const follow = this.#follow;
    const box = this.querySelector('.scroll');
    if (!follow || !box) return;
    const away = !follow.following && box.scrollHeight - box.clientHeight - box.scrollTop > 4;
    if (away !== this.#away) {
      this.#away = away;
      this.requestUpdate();
    }
    clearTimeout(this.#keeping);
    this.#keeping = window.setTimeout(
      () => host.keep({ conversation: this.#conversation, scroll: follow.following ? null : box.scrollTop }),
      200,
    );
  }

  #focusable(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('article')];
  }

  /** From the list or a message, arrows go from message to message. */
  readonly #key = (event: KeyboardEvent) => {
    const on = event.target as HTMLElement;
    const all = this.#focusable();
    if (all.length === 0 || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === 'Escape' && on.tagName === 'ARTICLE') document.querySelector('textarea')?.focus();
    if (on.tagName !== 'ARTICLE') return;
    const at = all.indexOf(on);
    const next = event.key === 'ArrowUp' ? all[at - 1] : event.key === 'ArrowDown' ? all[at + 1] : undefined;
    if (!next) return;
    event.preventDefault();
    if (event.key === 'ArrowUp' && this.#follow) this.#follow.following = false;
    next.focus();
  };
}
