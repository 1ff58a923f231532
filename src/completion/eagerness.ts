/** How sure a suggestion has to be before it is shown. */

/** `eager` shows nearly everything, `quiet` only what is very likely right. */
export type Eagerness = 'eager' | 'balanced' | 'quiet';
export const EAGERNESS: readonly Eagerness[] = ['eager', 'balanced', 'quiet'];

/**
 * Least confidence for each, as a probability that the first line is right. On packages that neither model nor weights had
 * seen, of what `balanced` shows two thirds are right, of what `quiet` shows nine tenths (README, Benchmarks).
 */
const LEAST: Record<Eagerness, number> = { eager: 0.02, balanced: 0.15, quiet: 0.4 };

export const leastConfidence = (eagerness: Eagerness): number => LEAST[eagerness];
