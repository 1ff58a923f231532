/** Says why nothing is shown at the cursor once it has come to rest: not at every key. No `vscode`. */
import { type Explanation, explain, type IndexProgress, type Silence, waitsForIndex } from './silence.ts';

/** The cursor and the answers have to stay as they are for so long. Milliseconds. */
export const SETTLE_MS = 400;
/** While files are being read, how far that is changes by itself. Milliseconds. */
export const PROGRESS_MS = 1_000;

export interface SilenceSource {
  /** Why nothing is shown at the cursor now; null: something is, or nothing was asked there yet. */
  silence(): Promise<Silence | null>;
  /** How far the project is read; undefined where it is not. */
  index(): Promise<IndexProgress | undefined>;
  /** Called with what to show, each time that it becomes another; undefined: nothing is to be said. */
  tell(explanation: Explanation | undefined): void;
}

/** Calls back after a while, in milliseconds. @returns what calls that off. */
export type After = (ms: number, callback: () => void) => () => void;

const timeout: After = (ms, callback) => {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
};

export class SilenceWatch {
  readonly #source: SilenceSource;
  readonly #after: After;
  #callOff = () => {};
  /** Counts changes: what was asked before the latest one is not told any more. */
  #turn = 0;
  #told: Explanation | undefined;

  constructor(source: SilenceSource, after: After = timeout) {
    this.#source = source;
    this.#after = after;
  }

  /** The cursor moved, an answer came, a setting was changed: the reason may be another now. */
  changed(): void {
    this.#lookIn(SETTLE_MS);
  }

  dispose(): void {
    this.#turn += 1;
    this.#callOff();
  }

  #lookIn(ms: number): void {
    this.#callOff();
    const turn = ++this.#turn;
    this.#callOff = this.#after(ms, () => void this.#look(turn));
  }

  async #look(turn: number): Promise<void> {
    const silence = await this.#source.silence();
    const index = silence !== null && waitsForIndex(silence) ? await this.#source.index() : undefined;
    if (turn !== this.#turn) return;
    const explanation = silence === null ? undefined : explain(silence, index);
    if (JSON.stringify(explanation) !== JSON.stringify(this.#told)) {
      this.#told = explanation;
      this.#source.tell(explanation);
    }
    if (index !== undefined && index.pending > 0) this.#lookIn(PROGRESS_MS);
  }
}
