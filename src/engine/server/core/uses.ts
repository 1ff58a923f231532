/** Who uses which model at this moment, and work on a model that needs a moment when nobody does. */

interface Waiting {
  begin: () => void;
}

export class Uses {
  readonly #counts = new Map<string, number>();
  /** What is done to a model that nobody may use meanwhile. Never rejects. */
  readonly #works = new Map<string, Promise<unknown>>();
  readonly #waiting = new Map<string, Set<Waiting>>();

  /** Runs `use` at once, or behind the work that is done to the model of this id. */
  during<T>(id: string, use: () => Promise<T>): Promise<T> {
    const work = this.#works.get(id);
    return work ? work.then(() => this.during(id, use)) : this.#counted(id, use);
  }

  has(id: string): boolean {
    return this.#counts.has(id);
  }

  /**
   * Runs `work` in the first moment in which nobody uses the model; who comes meanwhile waits for its end.
   * @returns false: somebody used it for `patienceMs`, and nothing was done.
   */
  async between(id: string, work: () => Promise<void>, patienceMs: number): Promise<boolean> {
    const begun = Promise.withResolvers<boolean>();
    const begin = () => {
      const done = work();
      this.#works.set(
        id,
        done
          .catch(() => undefined)
          .then(() => {
            this.#works.delete(id);
            this.#free(id);
          }),
      );
      done.then(() => begun.resolve(true), begun.reject);
    };
    if (!this.has(id) && !this.#works.has(id)) {
      begin();
      return begun.promise;
    }
    const mine: Waiting = { begin };
    const all = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, all.add(mine));
    const tired = setTimeout(() => all.delete(mine) && begun.resolve(false), patienceMs);
    try {
      return await begun.promise;
    } finally {
      clearTimeout(tired);
    }
  }

  async #counted<T>(id: string, use: () => Promise<T>): Promise<T> {
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
    try {
      return await use();
    } finally {
      const left = this.#counts.get(id)! - 1;
      if (left > 0) this.#counts.set(id, left);
      else {
        this.#counts.delete(id);
        this.#free(id);
      }
    }
  }

  #free(id: string): void {
    const all = this.#waiting.get(id);
    const [next] = all ?? [];
    if (!all || !next || this.has(id) || this.#works.has(id)) return;
    all.delete(next);
    next.begin();
  }
}
