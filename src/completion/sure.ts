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
  /** That it is right; where nothing is shown, that the beginning is that comes nearest to it. */
  right: number;
  /** How likely that has to be right to be shown. */
  needed: number;
}

/** What closes a line that is shown but for it is shown too, where it is so sure once the rest is right: a line without its `;` looks cut. */
const CLOSES = 0.9;
const CLOSING = /^[)\]};,]+(?=\n|$)/;

/**
 * @param text of the answer. @param certainty of it.
 */
export function asFarAsSure(text: string, certainty: readonly CertainEnd[], { least, cost }: Prudence): Sure {
  let best = { end: 0, gain: Number.NEGATIVE_INFINITY, right: certainty.at(-1)?.[1] ?? 0, needed: least, shows: false };
  let token = 0;
  for (const end of endingsOf(text)) {
    while (token < certainty.length && certainty[token]![0] < end) token++;
    const found = certainty[token];
    if (found === undefined) break;
    const [, right] = found;
    // The key that takes a text saves nothing.
    const saved = end - 1;
    const gain = right * saved - (1 - right) * cost;
    const needed = Math.max(least, cost / (cost + Math.max(1, saved)));
    const shows = right >= needed && saved > 0;
    if (shows === best.shows ? gain > best.gain : shows) best = { end, gain, right, needed, shows };
  }
  const { end, right, needed, shows } = best;
  if (!shows) return { text: '', right, needed };
  const closed = end + (CLOSING.exec(text.slice(end))?.[0].length ?? 0);
  const whole = certainty.find(([at]) => at >= closed)?.[1] ?? 0;
  if (whole < needed || whole < CLOSES * right) return { text: text.slice(0, end), right, needed };
  return { text: text.slice(0, closed), right: whole, needed };
}
