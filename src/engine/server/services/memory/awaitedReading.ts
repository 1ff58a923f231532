/** Waits for the leave to read a workspace's files: an engine that has just taken the place of another is told a moment later. */

const PATIENCE_MS = 2_000;

export class AwaitedReading {
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();

  /** Resolves when it is told, or after a while. */
  async of(workspace: string): Promise<void> {
    const told = this.#waiting.get(workspace) ?? Promise.withResolvers<void>();
    this.#waiting.set(workspace, told);
    const timer = setTimeout(told.resolve, PATIENCE_MS);
    await told.promise;
    clearTimeout(timer);
    if (this.#waiting.get(workspace) === told) this.#waiting.delete(workspace);
  }

  told(workspace: string): void {
    this.#waiting.get(workspace)?.resolve();
  }
}
