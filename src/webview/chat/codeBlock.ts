/** A fenced block in an answer: its code, what it is of, what can be done with it, and what became of it. */
import { html, nothing, render } from 'lit';
import { clean } from '../../chat/markdown/clean.ts';
import { isShell } from '../../chat/markdown/fence.ts';
import type { FencedBlock } from '../../chat/markdown/split.ts';
import type { BlockState, CodeAction } from '../../chat/view/protocol.ts';
import { host } from './host.ts';
import { button, type Icon, icon } from './icons.ts';
import { sanitized } from './sanitize.ts';

/** More is shown when asked for: a page with a million characters in it stands still. */
const SHOWN = 20_000;
/** Longer code is shown without colours. */
const HIGHLIGHTED = 20_000;

export class CodeBlock {
  readonly element = document.createElement('div');
  readonly #message: string;
  readonly #bar = document.createElement('div');
  readonly #code = document.createElement('code');
  readonly #more = document.createElement('div');
  readonly #text = document.createTextNode('');
  #block: FencedBlock | undefined;
  #state: BlockState | undefined;
  #running = true;
  #highlighted = '';
  #all = false;

  /** @param message id of the message that it is in. */
  constructor(message: string) {
    this.#message = message;
    this.element.className = 'code';
    this.#bar.className = 'bar';
    const pre = document.createElement('pre');
    pre.tabIndex = 0;
    pre.append(this.#code);
    this.#code.append(this.#text);
    this.element.append(this.#bar, pre, this.#more);
  }

  /** @param running the message is still being written. */
  update(block: FencedBlock, state: BlockState | undefined, running: boolean): void {
    const same = block.closed === this.#block?.closed && running === this.#running && state === this.#state;
    if (same && block.code === this.#block?.code && block.language === this.#block.language) return;
    const old = this.#block;
    this.#block = block;
    this.#state = state;
    this.#running = running;
    if (old?.code !== block.code || old.language !== block.language) this.#drawCode(block);
    // Coloured once, when nothing comes any more: while it grows it is only added to.
    if (block.closed || !running) this.#highlight(block);
    if (!same || old?.language !== block.language || old.file !== block.file) this.#drawBar(block);
  }

  #drawCode(block: FencedBlock): void {
    const code = clean(block.code);
    const shown = this.#all || code.length <= SHOWN ? code : code.slice(0, SHOWN);
    const old = this.#text.data;
    if (this.#text.parentNode && shown.startsWith(old)) {
      if (shown.length > old.length) this.#text.appendData(shown.slice(old.length));
    } else {
      this.#text.data = shown;
      this.#code.replaceChildren(this.#text);
    }
    this.#highlighted = '';
    const left = code.length - shown.length;
    render(
      left > 0
        ? html`<button type="button" class="more" @click=${this.#showAll}>Show all (${left.toLocaleString('en-US')} more characters)</button>`
        : nothing,
      this.#more,
    );
  }

  readonly #showAll = () => {
    this.#all = true;
    if (this.#block) this.#drawCode(this.#block);
  };

  #highlight(block: FencedBlock): void {
    const { code, language } = block;
    if (this.#highlighted === code || language === '' || code.length > HIGHLIGHTED) return;
    this.#highlighted = code;
    import('./highlight.lazy.ts').then(({ highlighted }) => {
      if (this.#highlighted !== code) return;
      const coloured = highlighted(clean(code), language);
      if (coloured !== null) this.#code.replaceChildren(sanitized(coloured));
    });
  }

  #drawBar(block: FencedBlock): void {
    const name = block.file ?? block.language;
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', name ? `Code, ${name}` : 'Code');
    const whole = block.closed || !this.#running;
    const state = this.#state;
    const act = (action: CodeAction, name: Icon, label: string) =>
      button({
        icon: name,
        label,
        press: () => host.post({ type: 'code', action, message: this.#message, block: block.index }),
        disabled: action === 'apply' && state?.kind === 'applying',
      });
    render(
      html`
        ${
          block.file
            ? html`<a class="name file" role="link" tabindex="0" data-open=${block.file} title=${block.file}>${block.file}</a>`
            : html`<span class="name">${block.language}</span>`
        }
        ${state ? html`<span class="state ${state.kind}" title=${state.words}>${icon(STATE_ICONS[state.kind])}<span>${state.words}</span></span>` : nothing}
        <span class="tools">
          ${
            whole
              ? html`
                ${state?.kind === 'applied' ? act('undo', 'discard', 'Undo') : nothing}
                ${isShell(block.language) ? act('run', 'terminal', 'Run in Terminal') : act('apply', 'diff', 'Apply')}
                ${act('insert', 'insert', 'Insert at Cursor')}
                ${act('newFile', 'new-file', 'New File')}
                ${act('copy', 'copy', 'Copy')}`
              : nothing
          }
        </span>`,
      this.#bar,
    );
  }
}

const STATE_ICONS: Record<BlockState['kind'], Icon> = {
  applying: 'loading',
  review: 'diff',
  applied: 'check',
  undone: 'discard',
  refused: 'warning',
};
