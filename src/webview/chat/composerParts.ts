/** What stands around the draft, drawn from what the extension says alone. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ChatSnapshot } from '../../chat/view/protocol.ts';
import { host } from './host.ts';
import { button, icon } from './icons.ts';

/** What waits to be sent. */
export function queueList({ queue }: ChatSnapshot): TemplateResult | typeof nothing {
  if (queue.length === 0) return nothing;
  return html`<ul class="queue" aria-label="Waiting to be sent">${queue.map(
    (it) => html`<li>${icon('history')}<span>${it.text}</span>
      ${button({ icon: 'close', label: 'Remove from the queue', press: () => host.post({ type: 'unqueue', id: it.id }) })}</li>`,
  )}</ul>`;
}

export function editingLine({ draft }: ChatSnapshot): TemplateResult | typeof nothing {
  if (!draft.editing) return nothing;
  return html`<div class="editing">${icon('edit')}<span>Editing a message: sending makes a second version of it.</span>
    ${button({ icon: 'close', label: 'Stop editing', press: () => host.post({ type: 'edit', id: null }) })}</div>`;
}

/** Why the draft was not sent. */
export function refusalLine({ draft }: ChatSnapshot): TemplateResult | typeof nothing {
  if (!draft.refusal) return nothing;
  return html`<p class="refusal" role="alert">${icon('warning')}<span>${draft.refusal}</span></p>`;
}

export function placeholder({ model, messages }: ChatSnapshot): string {
  if (model.kind === 'none') return 'Search this project';
  return messages.length > 0 ? 'Ask further' : 'Ask about this project';
}

/** The model that answers; pressed, another one can be chosen. */
export function modelButton({ model }: ChatSnapshot): TemplateResult {
  const name =
    model.kind === 'none'
      ? 'Choose a model'
      : model.kind === 'opening'
        ? `Opening ${model.name ?? 'the model'}…`
        : model.name;
  const facts =
    model.kind === 'ready'
      ? `${model.name}, ${model.device}, ${model.contextTokens.toLocaleString('en-US')} tokens`
      : name;
  return html`<button type="button" class="model" title=${facts} @click=${() => host.post({ type: 'chooseModel' })}>
    <span class="label">${name}</span>${icon('chevron-down')}</button>`;
}
