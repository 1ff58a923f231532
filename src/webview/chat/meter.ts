/** What sending the draft would cost, and how full the window is. */
import { html, nothing, svg } from 'lit';
import { host } from './host.ts';
import { icon } from './icons.ts';
import { Part } from './part.ts';
import { count, fullness, meterParts, meterWords } from './words.ts';

export class QuireMeter extends Part {
  protected readonly aspects = ['meter'] as const;

  override render(): unknown {
    const meter = host.state.snapshot?.meter;
    if (!meter) return nothing;
    const parts = meterParts(meter);
    const whole = Math.max(
      1,
      meter.contextTokens,
      parts.reduce((sum, { tokens }) => sum + tokens, 0),
    );
    let at = 0;
    const bars = parts.map(({ name, tokens }) => {
      const x = (100 * at) / whole;
      at += tokens;
      return svg`<rect class=${name} x=${x} width=${(100 * tokens) / whole} y="0" height="1"></rect>`;
    });
    return html`<div class="meter ${fullness(meter)}">
      <button type="button" class="facts" aria-describedby="meter-details">
        <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>
        <span>${meterWords(meter)}</span>
      </button>
      <div class="details" id="meter-details" role="tooltip">
        <table>
          ${parts.map(
            ({ name, words, tokens }) =>
              html`<tr><td><span class="swatch ${name}"></span>${words}</td><td>${count(tokens)}</td></tr>`,
          )}
          <tr class="sum"><td>Window of the model</td><td>${count(meter.contextTokens)}</td></tr>
        </table>
      </div>
      ${meter.leftOut ? html`<p class="left-out">${icon('warning')}<span>${meter.leftOut}</span></p>` : nothing}
    </div>`;
  }
}
