/** What both pages are made of. Names of icons are held against icons.css by a test. */
import { html, nothing, type TemplateResult } from 'lit';
import type { AnchorState } from '../../engine/protocol/index.ts';
import type { DetailsAsked, ShownScore } from '../../memory/view/protocol.ts';

export type Post = (asked: DetailsAsked) => void;

export const icon = (name: string): TemplateResult =>
  html`<span class="codicon codicon-${name}" aria-hidden="true"></span>`;

/** A button as the editor's own, with its words. */
export const button = (name: string, words: string, press: () => void, look = 'secondary'): TemplateResult =>
  html`<button type="button" class=${look} @click=${press}>${icon(name)}<span>${words}</span></button>`;

/** Leads to a memory or a place: a button to the keys and to screen readers, a link to the eye. */
export const link = (words: string | TemplateResult, press: () => void, title?: string): TemplateResult =>
  html`<button type="button" class="link" title=${title ?? nothing} @click=${press}>${words}</button>`;

export const STATE_ICONS: Record<AnchorState, string> = {
  holds: 'pass',
  moved: 'arrow-swap',
  changed: 'warning',
  gone: 'error',
  unread: 'eye-closed',
};

/** A score with its parts, each a bar and a number; what is below 0 is said so. */
export function scoreTable(score: ShownScore): TemplateResult {
  const most = Math.max(0.01, ...score.parts.map(({ value }) => Math.abs(value)));
  return html`<table class="score">
    <caption class="unseen">Its score and the parts of it</caption>
    <tbody>
      ${score.parts.map(
        ({ name, value }) => html`<tr>
          <th scope="row">${name}</th>
          <td class="bar"><meter min="0" max="1" .value=${Math.abs(value) / most} class=${value < 0 ? 'less' : ''}
            aria-label="${name}: ${value.toFixed(2)}"></meter></td>
          <td class="number">${value.toFixed(2)}</td>
        </tr>`,
      )}
      <tr class="sum"><th scope="row">Score</th><td></td><td class="number">${score.total.toFixed(2)}</td></tr>
    </tbody>
  </table>
  ${score.why.length > 0 ? html`<ul class="why">${score.why.map((words) => html`<li>${words}</li>`)}</ul>` : nothing}`;
}
