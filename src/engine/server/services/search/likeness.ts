/** Whether two texts are the same but for little: copies, licences, what a program wrote for each of many things. */

/** Share of the lines of both that they have in common (Jaccard). */
const ALIKE = 0.8;

/** @param a @param b the lines of two texts, as {@link linesOf} gives them. */
export function areAlike(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  let common = 0;
  for (const line of a) if (b.has(line)) common++;
  return common >= ALIKE * (a.size + b.size - common);
}

/** The different lines of a text with LF, without the blanks around them; blank ones are none. */
export function linesOf(text: string): Set<string> {
  return new Set(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  );
}
