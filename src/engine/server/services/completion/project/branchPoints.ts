/**
 * Where an answer could have gone another way: the tokens that were the next best choice, by how likely the whole text up to
 * and with them is (the branches that a beam search would keep, of which only the best path is followed at first).
 */
import type { Branch, Sampler } from '../../../core/backend.ts';

/** What is less likely at its place than this is no way that somebody would go. */
export const LEAST_LIKELY = 0.01;
/** So many are kept until it is asked for them. */
const KEPT = 6;

interface Found extends Branch {
  bytes: Uint8Array;
  score: number;
}

export class BranchPoints {
  #found: Found[] = [];

  /**
   * Another token could stand at a place.
   * @param at how many tokens of the answer are before it. @param bytes of the token.
   * @param score probability of the text with it. @param make gives the sampler that goes on behind it.
   */
  offer(at: number, token: number, bytes: Uint8Array, score: number, make: () => Sampler): void {
    // One of two that may come to the same text is enough.
    const like = this.#found.find((one) => one.at === at && (begins(one.bytes, bytes) || begins(bytes, one.bytes)));
    if (like && like.score >= score) return;
    if (!like && this.#found.length >= KEPT && this.#found.at(-1)!.score >= score) return;
    this.#found = this.#found.filter((one) => one !== like);
    this.#found.push({ at, token, bytes, score, sampler: make() });
    this.#found.sort((a, b) => b.score - a.score);
    this.#found.splice(KEPT);
  }

  /** @returns the likeliest ones, at most so many. */
  best(most: number): Branch[] {
    return this.#found.slice(0, most);
  }
}

/** @returns whether `bytes` begin with `beginning`. */
export function begins(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return beginning.length <= bytes.length && beginning.every((byte, index) => byte === bytes[index]);
}

/**
 * The tokens with the greatest logits, the greatest first.
 * @param among the only ones that count; absent: all. @param admits says which of them may be taken.
 */
export function greatestOf(
  logits: Float32Array,
  among: Int32Array | undefined,
  most: number,
  admits: (token: number) => boolean,
): number[] {
  const found: number[] = [];
  const look = (token: number): void => {
    const logit = logits[token]!;
    if (found.length === most && logit <= logits[found.at(-1)!]!) return;
    if (!admits(token)) return;
    let at = found.length;
    while (at > 0 && logits[found[at - 1]!]! < logit) at--;
    found.splice(at, 0, token);
    if (found.length > most) found.pop();
  };
  if (among) for (const token of among) look(token);
  else for (let token = 0; token < logits.length; token++) look(token);
  return found;
}
