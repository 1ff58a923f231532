/** What indexing may take on one day, and what it took: kept in the store, so that a restart does not begin anew. */
import type { Store } from '../items.ts';

export interface BudgetLimits {
  /** Of work, rests left out. */
  ms: number;
  /** Tokens that a model may read and write for summaries. */
  modelTokens: number;
}

export const BUDGET: BudgetLimits = { ms: 10 * 60_000, modelTokens: 200_000 };

const NAME = 'indexing:day';
/** Of work, between two writes. */
const SAVED_MS = 1_000;

interface Day {
  day: string;
  ms: number;
  modelTokens: number;
}

export class Budget {
  /** May be changed at any time. */
  limits: BudgetLimits;
  readonly #store: Pick<Store, 'value' | 'setValue'>;
  readonly #now: () => number;
  #day: Day;
  #unsaved = 0;

  constructor(store: Pick<Store, 'value' | 'setValue'>, now: () => number, limits: BudgetLimits = BUDGET) {
    this.limits = limits;
    this.#store = store;
    this.#now = now;
    this.#day = parsed(store.value(NAME)) ?? { day: '', ms: 0, modelTokens: 0 };
  }

  get today(): Readonly<Day> {
    const day = dayOf(this.#now());
    if (this.#day.day !== day) this.#day = { day, ms: 0, modelTokens: 0 };
    return this.#day;
  }

  get isSpent(): boolean {
    return this.today.ms >= this.limits.ms;
  }

  get modelTokensLeft(): number {
    return Math.max(0, this.limits.modelTokens - this.today.modelTokens);
  }

  /** Adds to what today took; in the store it is some time later, or with {@link save}. */
  spend(ms: number, modelTokens = 0): void {
    const { today } = this;
    this.#day = { day: today.day, ms: today.ms + ms, modelTokens: today.modelTokens + modelTokens };
    this.#unsaved += ms;
    if (this.#unsaved >= SAVED_MS || modelTokens > 0) this.save();
  }

  save(): void {
    if (this.#unsaved === 0) return;
    this.#unsaved = 0;
    this.#store.setValue(NAME, JSON.stringify(this.#day));
  }
}

function parsed(written: string | undefined): Day | undefined {
  try {
    const { day, ms, modelTokens } = JSON.parse(written ?? '') as Partial<Day>;
    return typeof day === 'string' && Number.isFinite(ms) && Number.isFinite(modelTokens)
      ? { day, ms: ms!, modelTokens: modelTokens! }
      : undefined;
  } catch {
    return undefined;
  }
}

/** By the clock of this machine. */
function dayOf(time: number): string {
  const date = new Date(time);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}
