/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** The browser's side of a memory's page: draws what the extension says, and tells it what the person does. */
import './memory.css';
import '../page.css';
import '../icons.css';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { DetailsAsked, DetailsMessage } from '../../memory/view/protocol.ts';
import { memoryPage } from './memory.ts';
import { usePage } from './use.ts';

declare function acquireVsCodeApi(): { postMessage(message: DetailsAsked): void };

const api = acquireVsCodeApi();
const post = (asked: DetailsAsked): void => api.postMessage(asked);

class QuireMemory extends LitElement {
  #message: DetailsMessage | undefined;

  /** Into the page itself: one style sheet is enough. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  show(message: DetailsMessage): void {
    const before = this.#message;
    this.#message = message;
    if (idOf(before) !== idOf(message)) scrollTo(0, 0);
    this.requestUpdate();
  }

  override render(): TemplateResult | typeof nothing {
    const message = this.#message;
    switch (message?.type) {
      case 'memory':
        return memoryPage(message.memory, post);
      case 'use':
        return usePage(message.use, post);
      case 'none':
        return html`<main><p class="dim" role="status">${message.words}</p></main>`;
      default:
        return nothing;
    }
  }
}
const idOf = (message: DetailsMessage | undefined): unknown =>
  message?.type === 'memory' ? message.memory.id : message?.type;

customElements.define('quire-memory', QuireMemory);

window.addEventListener('message', ({ data }: MessageEvent<DetailsMessage>) =>
  document.querySelector<QuireMemory>('quire-memory')?.show(data),
);
post({ type: 'ready' });
