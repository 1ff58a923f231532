/** The sentences of one item as they are made, with what is left out of it counted. */
import type { MemoryAnchor, MemorySentence } from '../../../../protocol/index.ts';
import { hasNamesOf, type NamedCode } from '../anchors/names.ts';
import { type Suspicion, suspicionOf } from './suspicion.ts';

/** Sentences that were left out, and why; `absent`: they name what the code does not have. */
export type LeftOut = Record<Suspicion | 'absent', number>;

export class Sentences {
  readonly all: MemorySentence[] = [];
  readonly #code: NamedCode;
  readonly #leftOut: LeftOut;

  /** @param code what is said is about. @param leftOut what is left out is added to it. */
  constructor(code: NamedCode, leftOut: LeftOut) {
    this.#code = code;
    this.#leftOut = leftOut;
  }

  /** @returns false where it was left out. @param anchors without one, it is not said: nothing could show that it is true. */
  add(text: string, ...anchors: readonly (MemoryAnchor | undefined)[]): boolean {
    const suspicion = suspicionOf(text);
    if (suspicion !== undefined) {
      this.#leftOut[suspicion]++;
      return false;
    }
    if (!hasNamesOf(this.#code, text)) {
      this.#leftOut.absent++;
      return false;
    }
    const known = anchors.filter((anchor) => anchor !== undefined);
    if (known.length === 0 || this.all.some((other) => other.text === text)) return false;
    this.all.push({ text, anchors: known });
    return true;
  }

  /** Instructions, and what came behind them. */
  planted(count: number): void {
    this.#leftOut.instruction += count;
  }

  /** Comments of HTML and other things that nobody sees. */
  hid(count: number): void {
    this.#leftOut.hidden += count;
  }
}
