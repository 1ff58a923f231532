/**
 * How much of an answer is shown: as far as it is sure. What is shown and right saves its length, but for the key that takes
 * it; what is wrong costs the reading. The length is chosen that is expected to save most (as in Bayesian decision theory;
 * Horvitz, "Principles of mixed-initiative user interfaces", CHI 1999).
 */
import type { CertainEnd } from '../engine/protocol/index.ts';
import { endingsOf } from './endings.ts';

/** When something may be shown. */
export interface Prudence {
  /** Least probability that what is shown is right, in [0, 1]. */
  least: number;
  /** What a wrong text costs, in characters. */
  cost: number;
}

export interface Sure {
  /** The beginning of the answer that is shown; empty: nothing. */
  text: string;
  /** That it is right; of nothing shown, that of the surest beginning, or of as much of the first word as there is. */
  right: number;
}

/**
 * @param text of the answer. @param certainty of it.
 */
export function asFarAsSure(text: string, certainty: readonly CertainEnd[], { least, cost }: Prudence): Sure {
  let best = { end: 0, gain: 0, right: 0 };
  let surest: number | undefined;
  let token = 0;
  for (const end of endingsOf(text)) {
    while (token < certainty.length && certainty[token]![0] < end) token++;
    const found = certainty[token];
    if (found === undefined) break;
    const [, probability] = found;
    surest = Math.max(surest ?? 0, probability);
    const gain = probability * (end - 1) - (1 - probability) * cost;
    if (probability >= least && gain > best.gain) best = { end, gain, right: probability };
  }
  if (best.end === 0) return { text: '', right: surest ?? certainty.at(-1)?.[1] ?? 0 };
  return { text: text.slice(0, best.end), right: best.right };
}
