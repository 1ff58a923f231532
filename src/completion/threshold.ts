/**
 * How much surer than usual a suggestion has to be for this person: learned from what became of those that were shown, so
 * that as many are wrong as the setting says (adaptive conformal inference: Gibbs and Candes, NeurIPS 2021). Numbers only.
 */
import { type Eagerness, prudenceOf, WRONG_PER_HUNDRED } from './eagerness.ts';
import type { Prudence } from './sure.ts';

/** What has been learned for one setting; kept on this machine. */
export interface Learned {
  /** Of the logarithmic odds: above 0 less is shown. */
  shift: number;
  keys: number;
  right: number;
  wrong: number;
}

/** How far one wrong text moves the threshold. */
const STEP = 0.08;
const MOST = { up: 1.5, down: -1 };

export const NOTHING_LEARNED: Readonly<Learned> = { shift: 0, keys: 0, right: 0, wrong: 0 };

export class Threshold {
  readonly #learned: Map<Eagerness, Learned>;

  /** @param known what was learned before. */
  constructor(known: Partial<Record<Eagerness, Learned>> = {}) {
    this.#learned = new Map(
      Object.entries(known).flatMap(([eagerness, learned]) =>
        isLearned(learned) ? [[eagerness as Eagerness, { ...learned, shift: clamped(learned.shift) }]] : [],
      ),
    );
  }

  prudence(eagerness: Eagerness): Prudence {
    return prudenceOf(eagerness, this.of(eagerness).shift);
  }

  of(eagerness: Eagerness): Readonly<Learned> {
    return this.#learned.get(eagerness) ?? NOTHING_LEARNED;
  }

  /** A key was typed. */
  key(eagerness: Eagerness): void {
    this.#move(eagerness, 'keys', (-STEP * WRONG_PER_HUNDRED[eagerness]) / 100);
  }

  /** A text that was shown was taken, or typed to its end. */
  right(eagerness: Eagerness): void {
    this.#move(eagerness, 'right', 0);
  }

  /** Something else was typed than what was shown. */
  wrong(eagerness: Eagerness): void {
    this.#move(eagerness, 'wrong', STEP);
  }

  reset(): void {
    this.#learned.clear();
  }

  /** What is to be kept. */
  toJSON(): Partial<Record<Eagerness, Learned>> {
    return Object.fromEntries(this.#learned);
  }

  #move(eagerness: Eagerness, count: 'keys' | 'right' | 'wrong', by: number): void {
    const learned = { ...this.of(eagerness) };
    learned[count]++;
    learned.shift = clamped(learned.shift + by);
    this.#learned.set(eagerness, learned);
  }
}

const clamped = (shift: number): number => Math.min(MOST.up, Math.max(MOST.down, shift));

/** What was kept may be of another version, or broken. */
function isLearned(value: unknown): value is Learned {
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(NOTHING_LEARNED).every((key) => Number.isFinite((value as Record<string, unknown>)[key]));
}
