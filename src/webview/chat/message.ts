/** One message: of the person, an answer, or a note of Quire's own. */
import { html, nothing, type TemplateResult } from 'lit';
import { clean } from '../../chat/markdown/clean.ts';
import type { NoteAction, ShownAttachment, ShownMessage } from '../../chat/view/protocol.ts';
import { host } from './host.ts';
import { button, icon } from './icons.ts';
import { MarkdownView } from './markdown.ts';
import { Part } from './part.ts';
import type { Aspect } from './state.ts';
import { count, duration, usageDetails, usageWords } from './words.ts';

/** Of what a person wrote or a model thought; more is shown when asked for. */
const SHOWN = 10_000;

export class QuireMessage extends Part {
  static override properties = { messageId: { attribute: false } };
  declare messageId: string;
  protected get aspects(): Aspect[] {
    return [`message:${this.messageId}`];
  }

  #markdown: MarkdownView | undefined;
  #all = false;

  override render(): unknown {
    const message = host.state.message(this.messageId);
    if (!message) return nothing;
    const role = message.role;
    return html`<article class="message ${role} ${message.state}" tabindex="-1" aria-label=${label(message)}>
      ${role === 'user' ? this.#question(message) : this.#answer(message)}
    </article>`;
  }

  #question(message: ShownMessage): TemplateResult {
    const text = this.#all ? message.text : message.text.slice(0, SHOWN);
    const left = message.text.length - text.length;
    return html`
      <div class="bubble">
        <div class="plain">${clean(text)}</div>
        ${left > 0 ? html`<button type="button" class="more" @click=${this.#showAll}>Show all (${count(left)} more characters)</button>` : nothing}
        ${message.attachments?.length ? html`<div class="chips">${message.attachments.map((it) => sentChip(it))}</div>` : nothing}
      </div>
      <div class="footer">
        ${pager(message)}
        <span class="tools">
          ${button({ icon: 'edit', label: 'Edit', press: () => host.post({ type: 'edit', id: message.id }) })}
          ${button({ icon: 'copy', label: 'Copy', press: () => host.post({ type: 'copy', id: message.id }) })}
        </span>
      </div>`;
  }

  #answer(message: ShownMessage): TemplateResult {
    const running = message.state === 'running';
    this.#markdown ??= new MarkdownView(message.id);
    this.#markdown.update(message.text, message.blocks, running);
    const ended = message.role === 'assistant' && !running;
    return html`
      ${message.role === 'note' ? html`<span class="sign">${icon('info')}</span>` : nothing}
      <div class="content">
        ${reasoning(message)}
        ${this.#markdown.element}
        ${message.state === 'stopped' ? html`<p class="stopped">Stopped.</p>` : nothing}
        ${
          message.error
            ? html`<div class="error">${icon('error')}<div><p>${message.error.message}</p>${actions(message.error.actions, message.id)}</div></div>`
            : nothing
        }
        ${message.actions?.length ? actions(message.actions, message.id) : nothing}
      </div>
      ${
        ended
          ? html`<div class="footer">
            ${pager(message)}
            ${memories(message)}
            ${message.usage ? html`<span class="usage" title=${usageDetails(message.usage)}>${usageWords(message.usage)}</span>` : nothing}
            <span class="tools">
              ${button({ icon: 'copy', label: 'Copy answer', press: () => host.post({ type: 'copy', id: message.id }) })}
              ${button({ icon: 'refresh', label: 'Regenerate', press: () => host.post({ type: 'regenerate', id: message.id }) })}
            </span>
          </div>`
          : nothing
      }`;
  }

  readonly #showAll = () => {
    this.#all = true;
    this.requestUpdate();
  };
}

function label(message: ShownMessage): string {
  if (message.role === 'user') return `You: ${message.text.slice(0, 80)}`;
  if (message.role === 'note') return 'Note';
  const state = message.state === 'running' ? ', being written' : message.state === 'whole' ? '' : `, ${message.state}`;
  return `Answer${state}`;
}

function reasoning(message: ShownMessage): TemplateResult | typeof nothing {
  const thought = message.reasoning;
  if (!thought || thought.text.trim() === '') return nothing;
  const summary = thought.open ? 'Thinking…' : thought.ms > 0 ? `Thought for ${duration(thought.ms)}` : 'Thought';
  return html`<details class="reasoning"><summary>${icon('chevron-right')}${summary}</summary><div class="plain">${clean(thought.text.slice(0, 10 * SHOWN))}</div></details>`;
}

const actions = (list: readonly NoteAction[], message: string) =>
  html`<div class="actions">${list.map(
    ({ id, label }) =>
      html`<button type="button" class="secondary" @click=${() => host.post({ type: 'action', id, message })}>${label}</button>`,
  )}</div>`;

function pager(message: ShownMessage): TemplateResult | typeof nothing {
  const { branch, id } = message;
  if (!branch || branch.count < 2) return nothing;
  const { index, count: of } = branch;
  const to = (next: number) => () => host.post({ type: 'page', id, index: next });
  return html`<span class="pager" role="group" aria-label="Version ${index + 1} of ${of}">
    ${button({ icon: 'chevron-left', label: 'Previous version', press: to(index - 1), disabled: index === 0 })}
    <span>${index + 1}/${of}</span>
    ${button({ icon: 'chevron-right', label: 'Next version', press: to(index + 1), disabled: index === of - 1 })}
  </span>`;
}

function memories({ id, memories: told }: ShownMessage): TemplateResult | typeof nothing {
  if (!told) return nothing;
  const used = told.used === 1 ? 'used 1 memory' : `used ${told.used} memories`;
  const without = told.without.map((title) => `“${title}”`).join(', ');
  return html`${
    told.used > 0
      ? button({ icon: 'library', label: used, words: true, press: () => host.post({ type: 'memories', id }) })
      : nothing
  }${without === '' ? nothing : html`<span class="usage">without ${without}</span>`}`;
}

export const KIND_ICONS = {
  file: 'file',
  folder: 'folder',
  selection: 'list-selection',
  symbol: 'symbol-method',
  open: 'file',
  problems: 'warning',
  diff: 'diff',
  terminal: 'terminal',
  codebase: 'search',
  memory: 'library',
} as const;

const facts = (it: ShownAttachment) =>
  [
    it.label,
    it.tokens === null ? 'tokens are being counted' : `${count(it.tokens)} tokens`,
    it.alreadyRead ? 'already read: it costs nothing' : '',
    it.cut ?? '',
  ]
    .filter(Boolean)
    .join('\n');

/** Paths differ at their ends; the whole one is in the title. */
const nameOf = (label: string): string => (label.length > 28 ? label.slice(label.lastIndexOf('/') + 1) : label);

function sentChip(it: ShownAttachment): TemplateResult {
  const inner = html`${icon(KIND_ICONS[it.kind])}<span class="label">${nameOf(it.label)}</span>${it.cut ? html`<span class="cut">${it.cut}</span>` : nothing}`;
  return it.href
    ? html`<a role="link" tabindex="0" class="chip" data-open=${it.href} title=${facts(it)}>${inner}</a>`
    : html`<span class="chip" title=${facts(it)}>${inner}</span>`;
}

/** An attachment of the draft: what it costs, whether it has been read, and a button that takes it off. */
export function draftChip(it: ShownAttachment): TemplateResult {
  const name = html`${icon(KIND_ICONS[it.kind])}<span class="label">${nameOf(it.label)}</span>`;
  return html`<li class="chip ${it.cut ? 'is-cut' : ''}" title=${facts(it)}>
    ${it.href ? html`<a role="link" tabindex="0" class="chip-link" data-open=${it.href}>${name}</a>` : name}
    <span class="tokens">${it.tokens === null ? '…' : count(it.tokens)}</span>
    ${it.alreadyRead ? html`<span class="read">${icon('check')}already read</span>` : nothing}
    ${it.cut ? html`<span class="cut">${it.cut}</span>` : nothing}
    ${button({ icon: 'close', label: `Remove ${it.label}`, press: () => host.post({ type: 'detach', id: it.id }) })}
  </li>`;
}
