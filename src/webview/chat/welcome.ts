/** What is seen before the first question, and where there is no model that could answer. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ModelOffer, ModelShown } from '../../chat/view/protocol.ts';
import { host } from './host.ts';
import { icon } from './icons.ts';
import { Part } from './part.ts';

export class QuireWelcome extends Part {
  protected readonly aspects = ['model', 'commands'] as const;

  override render(): unknown {
    const shown = host.state.snapshot;
    if (!shown) return nothing;
    if (shown.model.kind === 'none') return nothing;
    return html`<div class="welcome">
      <p>Ask about this project. Everything stays on this machine.</p>
      <ul>
        <li><kbd>/</kbd> for commands${shown.commands.length > 0 ? html`, such as ${shown.commands.slice(0, 3).map(({ name }, at) => html`${at > 0 ? ', ' : ''}<code>/${name}</code>`)}` : nothing}</li>
        <li><kbd>@</kbd> to attach files, symbols, problems and more</li>
      </ul>
    </div>`;
  }
}

export class QuireModel extends Part {
  protected readonly aspects = ['model', 'messages'] as const;

  override render(): unknown {
    const model = host.state.snapshot?.model;
    return model?.kind === 'none' ? noModel(model, host.state.messages.length > 0) : nothing;
  }
}

/** @param asked there are questions already: what was found for them needs the room, and the offer stands behind a line. */
function noModel(model: Extract<ModelShown, { kind: 'none' }>, asked: boolean): TemplateResult {
  const { download } = model;
  const why = html`${icon('info')}<span>${model.why} Meanwhile questions are answered by searching this project: what you see then is search results.</span>`;
  if (asked && !download) {
    return html`<details class="no-model" aria-label="No chat model">
      <summary>No model can chat: these are search results</summary>
      <p>${why}</p>
      ${offered(model.choices)}
    </details>`;
  }
  return html`<section class="no-model" aria-label="No chat model">
    <p>${why}</p>
    ${
      download
        ? html`<div class="download">
          <div><span>${download.title}</span><span class="dim">${download.words}</span></div>
          <progress max="1" .value=${download.share} aria-label="Download of ${download.title}"></progress>
          <button type="button" class="secondary" @click=${() => host.post({ type: 'cancelDownload' })}>Cancel</button>
        </div>`
        : offered(model.choices)
    }
  </section>`;
}

/** The one that suits, and the others behind a fold: what is asked meanwhile needs the room. */
function offered(choices: readonly ModelOffer[]): TemplateResult {
  const best = choices.filter((choice) => choice.best);
  const others = choices.filter((choice) => !choice.best);
  if (best.length === 0) return html`<ul class="choices">${others.map(offer)}</ul>`;
  return html`<ul class="choices">${best.map(offer)}</ul>
    <details class="others">
      <summary>Other models, and your own</summary>
      <ul class="choices">${others.map(offer)}</ul>
      <button type="button" class="secondary" @click=${() => host.post({ type: 'chooseModel' })}>A file of yours…</button>
    </details>`;
}

function offer({ id, title, why, facts, best }: ModelOffer): TemplateResult {
  return html`<li class=${best ? 'best' : ''}>
    <div class="choice">
      <div class="title">${title}${best ? html`<span class="badge">suits this machine</span>` : nothing}</div>
      <div>${why}</div>
      <div class="dim">${facts}</div>
    </div>
    <button type="button" class=${best ? 'primary' : 'secondary'} aria-label="Download ${title}"
      @click=${() => host.post({ type: 'download', id })}>Download</button>
  </li>`;
}
