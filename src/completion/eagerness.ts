/** How sure a suggestion has to be before it is shown, stated in what a person sees of it. */
import type { Prudence } from './sure.ts';

export type Eagerness = 'eager' | 'balanced' | 'quiet';
export const EAGERNESS: readonly Eagerness[] = ['eager', 'balanced', 'quiet'];

/** Wrong texts that are shown in a hundred keys, at the most. */
export const WRONG_PER_HUNDRED: Record<Eagerness, number> = { eager: 6, balanced: 2.4, quiet: 1 };

/** What keeps to that on lines of the tuning packages (test/eval/typing); from there it is learned, see `threshold.ts`. */
const PRUDENCE: Record<Eagerness, Prudence> = {
  eager: { least: 0.35, cost: 7 },
  balanced: { least: 0.61, cost: 27 },
  quiet: { least: 0.65, cost: 34 },
};

/** @param shift of the logarithmic odds: above 0 less is shown. */
export function prudenceOf(eagerness: Eagerness, shift = 0): Prudence {
  const { least, cost } = PRUDENCE[eagerness];
  const odds = (least / (1 - least)) * Math.exp(shift);
  return { least: odds / (1 + odds), cost: cost * Math.exp(shift) };
}
