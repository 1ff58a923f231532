/** Where a message is written: its text is the view's own while one types, and told to the extension shortly after. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ChatSnapshot } from '../../chat/view/protocol.ts';
import { editingLine, modelButton, placeholder, queueList, refusalLine } from './composerParts.ts';
import { host } from './host.ts';
import { button, icon } from './icons.ts';
import { type Choice, choices, type Trigger, triggerAt } from './mentions.ts';
import { draftChip, KIND_ICONS } from './message.ts';
import { Part } from './part.ts';
import type { Aspect } from './state.ts';

/** After the last key, in ms. */
const TELL_AFTER = 150;

export class QuireComposer extends Part {
  protected readonly aspects = [
    'draft',
    'queue',
    'turn',
    'model',
    'commands',
    'mentions',
    'suggestions',
    'setDraft',
    'focus',
  ] as const;
  #text = '';
  #telling: number | undefined;
  #conversation: string | undefined;
  #trigger: Trigger | null = null;
  #chosen = 0;
  /** Of the last question for suggestions. */
  #request = 0;
  /** The menu was closed with Escape for what begins here. */
  #dismissed = -1;

  override connectedCallback(): void {
    super.connectedCallback();
    // Hidden or closed: what was typed last is told now.
    document.addEventListener('visibilitychange', () => this.#tell());
    window.addEventListener('pagehide', () => this.#tell());
  }

  protected override changed(changed: ReadonlySet<Aspect>): void {
    const shown = host.state.snapshot;
    if (changed.has('snapshot') && shown) this.#takeSnapshot(shown);
    if (changed.has('setDraft')) this.#setText(host.state.draftToTake);
    this.requestUpdate();
    const focus = changed.has('focus') && host.state.focus === 'draft';
    if (focus || changed.has('setDraft')) this.updateComplete.then(() => this.#box?.focus());
  }

  /** A page drawn anew has what was kept, where that is newer; one that lives keeps what is being typed. */
  #takeSnapshot({ conversation, draft }: ChatSnapshot): void {
    const kept = host.kept;
    let text = draft.text;
    if (this.#conversation === undefined) {
      const newer =
        kept.conversation === conversation.id && kept.draft.length > text.length && kept.draft.startsWith(text);
      if (newer) text = kept.draft;
    } else if (this.#conversation === conversation.id && this.#telling !== undefined) {
      text = this.#text;
    }
    this.#conversation = conversation.id;
    this.#setText(text);
    if (text !== draft.text) this.#changedText();
  }

  get #box(): HTMLTextAreaElement | null {
    return this.querySelector('textarea');
  }

  #setText(text: string): void {
    this.#text = text;
    this.#trigger = null;
    const box = this.#box;
    if (box && box.value !== text) box.value = text;
    host.keep({ conversation: this.#conversation ?? '', draft: text });
  }

  override render(): unknown {
    const shown = host.state.snapshot;
    if (!shown) return nothing;
    const { draft } = shown;
    const busy = host.state.busy;
    const menu = this.#choices();
    return html`
      ${queueList(shown)}${editingLine(shown)}${refusalLine(shown)}
      <div class="composer">
        ${menu.length > 0 ? this.#menu(menu) : nothing}
        ${
          draft.attachments.length + draft.offers.length > 0
            ? html`<ul class="chips" aria-label="Attachments">${draft.attachments.map(draftChip)}${draft.offers.map(
                (offer) => html`<li><button type="button" class="chip offer" title="Attach ${offer.label}"
                  @click=${() => host.post({ type: 'takeOffer', id: offer.id })}>${icon('add')}<span class="label">${offer.label}</span></button></li>`,
              )}</ul>`
            : nothing
        }
        <textarea rows="1" aria-label="Message" role="combobox" aria-autocomplete="list" aria-haspopup="listbox"
          aria-expanded=${menu.length > 0} aria-controls="draft-menu"
          aria-activedescendant=${menu.length > 0 ? `choice-${this.#chosen}` : nothing}
          placeholder=${placeholder(shown)} spellcheck="false"
          @input=${this.#input} @keydown=${this.#key} @click=${this.#moved} @blur=${this.#blur}></textarea>
        <div class="row">
          ${modelButton(shown)}
          <span class="tools">
            ${button({ icon: 'add', label: 'Attach…', press: () => this.#insert('@') })}
            ${busy ? button({ icon: 'debug-stop', label: 'Stop (Escape)', press: () => host.post({ type: 'stop' }), class: 'stop' }) : nothing}
            ${button({
              icon: 'send',
              label: busy ? 'Send after this answer (Enter); instead of it: Ctrl+Enter' : 'Send (Enter)',
              press: () => this.#send('queue'),
              class: 'send',
            })}
          </span>
        </div>
      </div>`;
  }

  protected override updated(): void {
    const box = this.#box;
    if (box && box.value !== this.#text) box.value = this.#text;
  }

  #menu(list: readonly Choice[]): TemplateResult {
    return html`<ul class="menu" id="draft-menu" role="listbox" aria-label=${this.#trigger?.kind === 'command' ? 'Commands' : 'Attach'}>
      ${list.map(
        (it, at) => html`<li role="option" id="choice-${at}" aria-selected=${at === this.#chosen}
          @mousedown=${(event: Event) => {
            event.preventDefault();
            this.#pick(it);
          }}
        >${it.icon === 'command' ? nothing : icon(KIND_ICONS[it.icon])}<span class="label">${it.label}</span><span class="dim">${it.detail}</span>${it.alreadyRead ? html`<span class="read">${icon('check')}already read</span>` : nothing}</li>`,
      )}
    </ul>`;
  }

  #choices(): Choice[] {
    const shown = host.state.snapshot;
    if (!this.#trigger || !shown) return [];
    const { request, items } = host.state.suggestions;
    const list = choices(this.#trigger, shown, request === this.#request ? items : []);
    this.#chosen = Math.max(0, Math.min(this.#chosen, list.length - 1));
    return list;
  }

  readonly #input = () => {
    this.#text = this.#box?.value ?? '';
    this.#changedText();
    this.#look();
  };

  #changedText(): void {
    clearTimeout(this.#telling);
    this.#telling = window.setTimeout(() => this.#tell(), TELL_AFTER);
  }

  #tell(): void {
    if (this.#telling === undefined) return;
    clearTimeout(this.#telling);
    this.#telling = undefined;
    host.keep({ conversation: this.#conversation ?? '', draft: this.#text });
    host.post({ type: 'draft', text: this.#text });
  }

  readonly #moved = () => this.#look();
  readonly #blur = () => {
    if (!this.#trigger) return;
    this.#trigger = null;
    this.requestUpdate();
  };

  /** Opens, changes or closes the menu for what stands before the cursor. */
  #look(): void {
    const box = this.#box;
    const shown = host.state.snapshot;
    if (!box || !shown) return;
    const old = this.#trigger;
    const found =
      box.selectionStart === box.selectionEnd ? triggerAt(this.#text, box.selectionStart, shown.mentions) : null;
    if (found?.from !== this.#dismissed) this.#dismissed = -1;
    this.#trigger = found && found.from !== this.#dismissed ? found : null;
    const now = this.#trigger;
    // Keys that name nothing draw nothing.
    if (!old && !now) return;
    if (old?.query !== now?.query || old?.kind !== now?.kind) this.#chosen = 0;
    if (now?.kind === 'mention' && (old?.kind !== 'mention' || old.query !== now.query || old.of !== now.of)) {
      host.post({ type: 'mention', request: ++this.#request, kind: now.of?.name ?? null, query: now.query });
    }
    this.requestUpdate();
  }

  #pick(choice: Choice): void {
    const box = this.#box;
    const trigger = this.#trigger;
    if (!box || !trigger) return;
    const text = choice.pick.kind === 'insert' ? choice.pick.text : '';
    if (choice.pick.kind === 'attach') host.post({ type: 'attach', kind: choice.pick.of, value: choice.pick.value });
    box.setRangeText(text, trigger.from, box.selectionStart, 'end');
    this.#text = box.value;
    this.#trigger = null;
    this.#changedText();
    box.focus();
    this.#look();
    this.requestUpdate();
  }

  #insert(text: string): void {
    const box = this.#box;
    if (!box) return;
    const at = box.selectionStart;
    const space = at > 0 && !/\s/.test(box.value[at - 1] ?? '') ? ' ' : '';
    box.setRangeText(space + text, at, box.selectionEnd, 'end');
    box.focus();
    this.#input();
  }

  readonly #key = (event: KeyboardEvent) => {
    // A key that only ends the composition of a character is none of ours.
    if (event.isComposing || event.keyCode === 229) return;
    if (this.#menuKey(event)) {
      event.preventDefault();
      return;
    }
    const shown = host.state.snapshot;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.#send(event.ctrlKey || event.metaKey ? 'steer' : 'queue');
    } else if (event.key === 'Escape') {
      if (shown?.draft.editing) host.post({ type: 'edit', id: null });
      else if (host.state.busy) host.post({ type: 'stop' });
    } else if (event.key === 'ArrowUp' && this.#text === '') {
      const last = host.state.messages.findLast(({ role }) => role === 'user');
      if (last) host.post({ type: 'edit', id: last.id });
    } else if (event.key.startsWith('Arrow') || event.key === 'Home' || event.key === 'End') {
      requestAnimationFrame(this.#moved);
    }
  };

  /** @returns whether the menu took the key. */
  #menuKey(event: KeyboardEvent): boolean {
    const list = this.#choices();
    if (list.length === 0) return false;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      this.#chosen = (this.#chosen + step + list.length) % list.length;
      this.requestUpdate();
      this.updateComplete.then(() =>
        this.querySelector(`#choice-${this.#chosen}`)?.scrollIntoView({ block: 'nearest' }),
      );
      return true;
    }
    if ((event.key === 'Enter' && !event.shiftKey) || event.key === 'Tab') {
      const choice = list[this.#chosen];
      if (choice) this.#pick(choice);
      return true;
    }
    if (event.key === 'Escape') {
      this.#dismissed = this.#trigger?.from ?? -1;
      this.#trigger = null;
      this.requestUpdate();
      return true;
    }
    return false;
  }

  #send(how: 'queue' | 'steer'): void {
    const text = this.#text;
    if (text.trim() === '') return;
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.#setText('');
    host.post({ type: 'send', text, how });
    this.dispatchEvent(new Event('quire-sent', { bubbles: true }));
    this.requestUpdate();
  }
}
