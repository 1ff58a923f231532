/** Work that is only worth doing for the newest who asks: one at a time, and of those that wait all but the last are told so. */

export class Newest {
  #running = false;
  #waiting: ((turn: boolean) => void) | undefined;

  /** @returns what `work` does; undefined where a newer one came before its turn did. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#running) {
      this.#waiting?.(false);
      const turn = await new Promise<boolean>((resolve) => {
        this.#waiting = resolve;
      });
      if (!turn) return undefined;
    }
    this.#running = true;
    try {
      return await work();
    } finally {
      const next = this.#waiting;
      this.#waiting = undefined;
      this.#running = next !== undefined;
      next?.(true);
    }
  }
}
