/** Hashes of short rows of tokens, for chains through equal ones. */

/** FNV-1a over whole tokens from `from` up to `to`, its high bits folded in: 20 bits. */
export function tokenHash(tokens: ArrayLike<number>, from: number, to: number): number {
  let value = 0x811c9dc5;
  for (let i = from; i < to; i++) value = Math.imul(value ^ tokens[i]!, 0x01000193);
  value ^= value >>> 15;
  return Math.imul(value, 0x2c1b3c6d) >>> 12;
}
