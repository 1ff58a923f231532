/** One memory: what it says, sentence by sentence, what each rests on, and what is known of it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ShownAnchor, ShownMemory, ShownSentence } from '../../memory/view/protocol.ts';
import { button, icon, link, type Post, STATE_ICONS, scoreTable } from './parts.ts';

export function memoryPage(memory: ShownMemory, post: Post): TemplateResult {
  const { id, pinned, isProposal, isEditable, path, notice, score, supersededBy, recalled } = memory;
  return html`<main>
    <header>
      <p class="kind">${icon(memory.icon)}<span>${memory.kind}</span>${
        pinned ? html`<span class="mark">${icon('pinned')}Pinned</span>` : nothing
      }</p>
      <h1>${memory.title}</h1>
      ${
        path === null || path === ''
          ? nothing
          : html`<p class="path">${link(path === memory.title ? 'Open the file' : path, () => post({ type: 'file' }), 'Open the file')}</p>`
      }
    </header>
    <div class="actions" role="toolbar" aria-label="Actions">
      ${isProposal ? button('check', 'Accept', () => post({ type: 'accept', id }), 'primary') : nothing}
      ${button(pinned ? 'pinned' : 'pin', pinned ? 'Unpin' : 'Pin', () => post({ type: 'pin', id, pinned: !pinned }))}
      ${isEditable ? button('edit', 'Edit', () => post({ type: 'edit', id })) : nothing}
      ${button('trash', 'Forget', () => post({ type: 'forget', id }))}
    </div>
    ${
      notice
        ? html`<p class="notice ${notice.icon}" role="note">${icon(notice.icon)}<span>${notice.words}${
            supersededBy
              ? html` The newer one: ${link(supersededBy.title, () => post({ type: 'open', id: supersededBy.id }))}.`
              : nothing
          }</span></p>`
        : nothing
    }
    <section aria-labelledby="says">
      <h2 id="says">What it says</h2>
      <ol class="sentences">${memory.sentences.map((sentence, at) => sentenceRow(sentence, at, post))}</ol>
    </section>
    ${score ? html`<section aria-labelledby="chosen"><h2 id="chosen">Why it was chosen</h2>${scoreTable(score)}</section>` : nothing}
    <section aria-labelledby="known">
      <h2 id="known">What is known of it</h2>
      <dl>${memory.facts.map(
        ({ name, value, why }) => html`<div title=${why ?? nothing}><dt>${name}</dt><dd>${value}</dd></div>`,
      )}${
        recalled.length > 0
          ? html`<div><dt>Recalled then</dt><dd>${recalled.map(
              (one, at) => html`${at > 0 ? ', ' : nothing}${link(one.title, () => post({ type: 'open', id: one.id }))}`,
            )}</dd></div>`
          : nothing
      }</dl>
    </section>
  </main>`;
}

const sentenceRow = ({ text, isTrue, anchors }: ShownSentence, at: number, post: Post): TemplateResult =>
  html`<li class=${isTrue ? '' : 'stale'}>
    <p class="text">${text}</p>
    ${
      anchors.length > 0
        ? html`<ul class="anchors" aria-label="Rests on">${anchors.map((anchor, number) =>
            anchorRow(anchor, () => post({ type: 'source', sentence: at, anchor: number })),
          )}</ul>`
        : nothing
    }
  </li>`;

function anchorRow({ label, lines, state, words, why }: ShownAnchor, open: () => void): TemplateResult {
  const place = lines === null ? label : `${label}:${lines}`;
  return html`<li><span class="state ${state}" title=${why}>${icon(STATE_ICONS[state])}<span>${words}</span></span>${
    lines === null ? html`<span class="place">${place}</span>` : link(place, open, 'Open the lines')
  }</li>`;
}
