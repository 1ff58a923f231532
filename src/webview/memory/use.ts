/** What was used for an answer or a suggestion: each memory as it stood in the prompt, and why. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ShownUse } from '../../memory/view/protocol.ts';
import { button, icon, link, type Post, scoreTable } from './parts.ts';

export function usePage(use: ShownUse, post: Post): TemplateResult {
  const { used, asked } = use;
  const count =
    used.length === 1 ? '1 memory was used' : `${used.length === 0 ? 'No' : used.length} memories were used`;
  return html`<main>
    <header>
      <p class="kind">${icon('library')}<span>${use.what}</span></p>
      <h1>${count}</h1>
      ${asked === '' ? nothing : html`<p class="asked">${asked}</p>`}
    </header>
    ${use.decision === '' ? nothing : html`<p class="notice info" role="note">${icon('info')}<span>${use.decision}</span></p>`}
    ${used.map((one) => usedArticle(one, use.again, post))}
  </main>`;
}

function usedArticle(one: ShownUse['used'][number], again: boolean, post: Post): TemplateResult {
  const { id, title, isThere, score } = one;
  const heading = `used-${id}`;
  return html`<article class="used" aria-labelledby=${heading}>
    <h2 id=${heading}>${icon(one.icon)}<span>${
      isThere ? link(title, () => post({ type: 'open', id }), 'Open this memory') : title
    }</span></h2>
    <p class="dim">${[one.kind, `${one.tokens} tokens`, ...one.marks, ...(isThere ? [] : ['forgotten since'])].join(' · ')}</p>
    <blockquote class="text">${one.text}</blockquote>
    ${score ? html`<details><summary>Why it was chosen</summary>${scoreTable(score)}</details>` : nothing}
    ${
      again
        ? html`<div class="actions">${button('discard', 'Answer again without it', () => post({ type: 'without', id }))}</div>`
        : nothing
    }
  </article>`;
}
