/** A part of the panel: drawn into the page itself, so that one style sheet, and names across parts, are enough. */
import { LitElement } from 'lit';
import { host } from './host.ts';
import type { Aspect } from './state.ts';

export abstract class Part extends LitElement {
  /** What it draws; a snapshot draws everything anew. */
  protected abstract readonly aspects: readonly Aspect[];
  #stop: (() => void) | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = host.listen((changed) => {
      if (changed.has('snapshot') || this.aspects.some((aspect) => changed.has(aspect))) this.changed(changed);
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected changed(_changed: ReadonlySet<Aspect>): void {
    this.requestUpdate();
  }
}
