/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** The browser's side of the chat panel: draws what the extension says, and tells it what the person does. */
import './styles/index.css';
import '../page.css';
import '../icons.css';
import { html, nothing } from 'lit';
import { QuireComposer } from './composer.ts';
import { takeDrops } from './drop.ts';
import { host } from './host.ts';
import { QuireMessage } from './message.ts';
import { QuireMessages } from './messages.ts';
import { QuireMeter } from './meter.ts';
import { Part } from './part.ts';
import { QuireStatus, QuireTurn } from './turn.ts';
import { QuireModel, QuireWelcome } from './welcome.ts';

class QuireChat extends Part {
  protected readonly aspects = ['conversation'] as const;

  override render(): unknown {
    const title = host.state.snapshot?.conversation.title;
    return html`
      <header>
        <h2 title=${title || nothing}>${title || 'New conversation'}</h2>
      </header>
      <quire-messages></quire-messages>
      <footer>
        <quire-model></quire-model>
        <quire-turn></quire-turn>
        <quire-composer @quire-sent=${() => this.querySelector<QuireMessages>('quire-messages')?.toEnd()}></quire-composer>
        <quire-meter></quire-meter>
      </footer>
      <quire-status></quire-status>`;
  }
}

for (const [name, element] of Object.entries({
  'quire-message': QuireMessage,
  'quire-messages': QuireMessages,
  'quire-welcome': QuireWelcome,
  'quire-model': QuireModel,
  'quire-turn': QuireTurn,
  'quire-status': QuireStatus,
  'quire-meter': QuireMeter,
  'quire-composer': QuireComposer,
  'quire-chat': QuireChat,
})) {
  customElements.define(name, element);
}

/** Links have no address that a browser would follow: the extension is told, and asks or opens. */
function open(event: Event): void {
  const link = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-open]') : null;
  if (!link?.dataset.open) return;
  event.preventDefault();
  host.post({ type: 'open', href: link.dataset.open });
}
document.addEventListener('click', open);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') open(event);
});
takeDrops();

host.start();
