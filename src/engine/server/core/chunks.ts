/** Where a long text may be cut before it is tokenized. */

/** libllama's tokenizer takes time that grows with the square of the text: a megabyte took 12 s whole, 0.3 s in pieces. */
const LONGEST = 4_096;

/**
 * Cuts a long text into pieces that are tokenized one by one. A cut is put after a line break and before a line that
 * begins with a word, or else before the space in front of a word: no vocabulary has a token that spans either, so a text
 * has the same tokens wherever it is cut. Failing that, after any line break; failing that, anywhere. Pieces depend on
 * what is before them only, so a text that grows keeps its beginning's tokens.
 * @param whole true never cuts but after a line break: markers of a chat template must stay in one piece.
 * @param longest UTF-16 units of a piece; all but the last have at least half of it.
 */
export function chunksOf(text: string, whole: boolean, longest = LONGEST): string[] {
  const chunks: string[] = [];
  let start = 0;
  while (text.length - start > longest) {
    const end = cutAfter(text, start, whole, longest);
    chunks.push(text.slice(start, end));
    start = end;
  }
  if (start < text.length) chunks.push(text.slice(start));
  return chunks;
}

function cutAfter(text: string, start: number, whole: boolean, longest: number): number {
  const latest = start + longest;
  let lineBreak = -1;
  let word = -1;
  for (let at = latest; at > start + longest / 2; at--) {
    if (word < 0 && text[at] === ' ' && /\S/.test(text[at - 1]!) && isLetter(text[at + 1])) word = at;
    if (text[at - 1] !== '\n') continue;
    if (/\S/.test(text[at]!)) return at;
    if (lineBreak < 0 && text[at] !== '\r' && text[at] !== '\n') lineBreak = at;
  }
  if (word >= 0 && !whole) return word;
  if (lineBreak >= 0) return lineBreak;
  if (whole) {
    const next = text.indexOf('\n', latest);
    return next < 0 ? text.length : next + 1;
  }
  const splitsPair = /[\uDC00-\uDFFF]/.test(text[latest]!) || text.startsWith('\r\n', latest - 1);
  return splitsPair ? latest - 1 : latest;
}

const isLetter = (character: string | undefined): boolean => character !== undefined && /[A-Za-z]/.test(character);
