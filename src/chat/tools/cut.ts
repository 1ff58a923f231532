/** Long texts made short enough for a small window, by whole lines, and said so. */

export interface CutText {
  text: string;
  /** Lines that were left out. */
  leftOut: number;
}

/** A token has hardly ever more characters: of what is beyond, nothing is counted. */
const MOST_CHARACTERS = 16;

/**
 * Keeps the first lines, as many as fit.
 * @param most tokens that the text may have, what is said of the cut included; a single line that is longer goes as well.
 * @param count exact tokens of a text.
 */
export async function cutToTokens(
  text: string,
  most: number,
  count: (text: string) => Promise<number>,
): Promise<CutText> {
  const limit = MOST_CHARACTERS * most;
  if (text.length <= limit && (await count(text)) <= most) return { text, leftOut: 0 };
  const lines = text.split('\n');
  const kept = (lineCount: number): string =>
    [...lines.slice(0, lineCount), `[${lines.length - lineCount} more lines were left out: they do not fit.]`].join(
      '\n',
    );
  let least = 0;
  let tooMany = Math.min(lines.length, text.slice(0, limit).split('\n').length);
  while (tooMany - least > 1) {
    const middle = (least + tooMany) >> 1;
    if ((await count(kept(middle))) <= most) least = middle;
    else tooMany = middle;
  }
  return { text: kept(least), leftOut: lines.length - least };
}
