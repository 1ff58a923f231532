/** What a memory does while nobody waits for it: reading what searches need, vectors of what has none, old sessions, tidying its file. */
import { step as embedStep } from './embedding/reembed.ts';
import { Pace } from './indexing/pace.ts';
import type { Embedder, Store } from './items.ts';

export interface UpkeepOptions {
  store: Pick<Store, 'withoutVector' | 'get' | 'setVectors'> & {
    step(ms: number): boolean;
    warm(ms: number): boolean;
  };
  /** What vectors are made with now; undefined: they wait. */
  embedder: () => Embedder | undefined;
  /** Others compute, who come first. */
  isBusy: () => boolean;
  /** It begins to work, or rests. */
  working: (on: boolean) => void;
  /** Once in a while, such as sessions that are over. */
  atIntervals: () => void;
  failed: (error: unknown) => void;
}

/** Texts at a time: a transaction each, and one request to a model. */
const AT_ONCE = 32;
const STEP_MS = 4;
const EVERY_MS = 60_000;

export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #pace: Pace;
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  /** Something came while it worked, which it may have looked at before. */
  #again = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#pace = new Pace({ busy: options.isBusy });
    this.#timer = setInterval(() => {
      options.atIntervals();
      this.wake();
    }, EVERY_MS).unref();
  }

  /** There may be something to do. */
  wake(): void {
    if (this.#stop.signal.aborted) return;
    this.#again = true;
    if (this.#running) return;
    this.#options.working(true);
    this.#running = this.#run()
      .catch((error: unknown) => {
        // What failed is tried again when there is something new, or in a while.
        if (!this.#stop.signal.aborted) this.#options.failed(error);
      })
      .finally(() => {
        this.#running = undefined;
        this.#options.working(false);
      });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { store, embedder } = this.#options;
    const { signal } = this.#stop;
    this.#pace.begin();
    while (this.#again) {
      this.#again = false;
      for (;;) {
        await this.#pace.next(signal);
        if (store.warm(STEP_MS)) continue;
        const maker = embedder();
        if (maker && (await embedStep(store, maker, { signal, atOnce: AT_ONCE })) > 0) continue;
        if (!store.step(STEP_MS)) break;
      }
    }
  }
}
