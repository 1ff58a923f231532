/**
 * Whether a list follows its end while it grows. It does until the person moves upward by any way, and does again when they
 * come back to the end. What is above is never moved: the browser keeps its place by itself.
 */
export class Follow {
  following = true;
  readonly #box: HTMLElement;
  readonly #changed: () => void;
  #top = 0;

  /** @param box what scrolls. @param content what grows in it. @param changed following began or ended, or the place changed. */
  constructor(box: HTMLElement, content: HTMLElement, changed: () => void) {
    this.#box = box;
    this.#changed = changed;
    // The wheel is heard before the page has moved: no piece of an answer comes between.
    box.addEventListener('wheel', (event) => event.deltaY < 0 && this.#leave(), { passive: true });
    box.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.stay()).observe(content);
    new ResizeObserver(() => this.stay()).observe(box);
  }

  /** After something was drawn: still at the end, where that is followed. */
  stay(): void {
    if (!this.following) return;
    const end = this.#box.scrollHeight - this.#box.clientHeight;
    if (Math.abs(this.#box.scrollTop - end) > 1) this.#box.scrollTop = end;
    this.#top = this.#box.scrollTop;
  }

  toEnd(): void {
    this.following = true;
    this.stay();
    this.#changed();
  }

  /** Puts the list where it was; it does not follow then. */
  restore(top: number): void {
    this.following = false;
    this.#box.scrollTop = top;
    this.#top = this.#box.scrollTop;
    this.#changed();
  }

  #leave(): void {
    if (!this.following || this.#box.scrollHeight <= this.#box.clientHeight) return;
    this.following = false;
    this.#changed();
  }

  #scrolled(): void {
    const top = this.#box.scrollTop;
    const end = this.#box.scrollHeight - this.#box.clientHeight;
    if (top < this.#top - 1 && top < end - 1) this.#leave();
    else if (!this.following && top > this.#top && end - top < 4) this.following = true;
    this.#top = top;
    this.#changed();
  }
}
