/**
 * Which keys the editor will ask suggestions for. It does so 50 ms after a key, and an answer often takes less: what is asked
 * as soon as the key is known is there when the editor wants it.
 */

/** So many keys the editor may leave unasked: by then it does not ask here, or they come too fast for it. */
const MOST_UNASKED = 3;

export class Foresight {
  /** Of the last text that was typed. */
  #typed: { uri: string; version: number } | undefined;
  /** Until the editor asks for the first time, nothing says that it will. */
  #unasked = MOST_UNASKED;
  #listed = false;

  /**
   * A document was changed to `version`.
   * @param uri of it.
   * @param typed false: that was undone, redone, or happened out of sight.
   */
  changed(uri: string, version: number, typed: boolean): void {
    this.#typed = typed ? { uri, version } : undefined;
  }

  /** The cursor moved in a document. @returns whether the editor will ask there, which it does once for a key. */
  moved(uri: string, version: number): boolean {
    const typed = this.#typed;
    this.#typed = undefined;
    if (typed?.uri !== uri || typed.version !== version || this.#listed) return false;
    this.#unasked = Math.min(MOST_UNASKED, this.#unasked + 1);
    return this.#unasked < MOST_UNASKED;
  }

  /** The editor asked. @param listed with an entry of its list of words chosen: while that is open, keys change what is. */
  asked(listed: boolean): void {
    this.#unasked = 0;
    this.#listed = listed;
  }
}
