/** How sure a suggestion has to be before it is shown. */

/** `eager` shows nearly everything, `quiet` only what is very likely right. */
export type Eagerness = 'eager' | 'balanced' | 'quiet';
export const EAGERNESS: readonly Eagerness[] = ['eager', 'balanced', 'quiet'];

/** Least confidence for each, as a probability that the first line is right; what comes of it is in the README. */
const LEAST: Record<Eagerness, number> = { eager: 0.05, balanced: 0.35, quiet: 0.5 };

export const leastConfidence = (eagerness: Eagerness): number => LEAST[eagerness];
