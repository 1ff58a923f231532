/** Joins the bytes of tokens to text: whole characters only, and nothing of or behind a stop text. */

export class Answer {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #stops: string[];
  readonly #longestStop: number;
  #text = '';
  /** Length of the text that may be shown: what is behind it could still be the beginning of a stop. */
  #safe = 0;
  #taken = 0;
  #stopped = false;
  #skip: number;

  /** @param skipBytes leading bytes that are no part of the text: they were there before. */
  constructor(stops: readonly string[], skipBytes = 0) {
    this.#skip = skipBytes;
    this.#stops = stops.filter((stop) => stop.length > 0);
    this.#longestStop = Math.max(0, ...this.#stops.map((stop) => stop.length));
  }

  /** Adds one token's bytes. Returns true when a stop text is complete; the text then ends before it. */
  push(bytes: Uint8Array): boolean {
    const skipped = Math.min(this.#skip, bytes.length);
    this.#skip -= skipped;
    return this.#append(this.#decoder.decode(bytes.subarray(skipped), { stream: true }));
  }

  /** No more tokens: an incomplete character becomes U+FFFD, held-back text is released. */
  end(): void {
    if (this.#stopped) return;
    this.#append(this.#decoder.decode());
    this.#safe = this.#text.length;
  }

  /** Text that may be shown and was not yet taken. */
  take(): string {
    const delta = this.#text.slice(this.#taken, this.#safe);
    this.#taken = this.#safe;
    return delta;
  }

  /** All text up to the stop, held-back characters included once {@link end} was called. */
  get text(): string {
    return this.#text.slice(0, this.#safe);
  }

  #append(delta: string): boolean {
    if (delta === '' || this.#stopped) return this.#stopped;
    const searchFrom = Math.max(0, this.#text.length - this.#longestStop + 1);
    this.#text += delta;
    let end = -1;
    for (const stop of this.#stops) {
      const at = this.#text.indexOf(stop, searchFrom);
      if (at >= 0 && (end < 0 || at < end)) end = at;
    }
    if (end >= 0) {
      this.#text = this.#text.slice(0, end);
      this.#safe = end;
      this.#stopped = true;
      return true;
    }
    this.#safe = this.#text.length - this.#heldBack();
    return false;
  }

  /** Length of the longest suffix of the text that is the beginning of a stop. */
  #heldBack(): number {
    const { length } = this.#text;
    for (let held = Math.min(this.#longestStop - 1, length); held > 0; held--) {
      const tail = this.#text.slice(length - held);
      if (this.#stops.some((stop) => stop.startsWith(tail))) return held;
    }
    return 0;
  }
}
