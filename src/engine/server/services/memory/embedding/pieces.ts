/** What of a text a static table knows: the stems of its words, in their order. */
import { partsOf, stem, wordsOf } from '../../search/words.ts';

/** What stands further behind says little of what a text is about, and takes time. */
const MOST_PIECES = 256;
/** UTF-16 units in which that many stems are found nearly always. */
const MOST_TEXT = 8_192;

/** Stems of {@link plainWordsOf}. */
export function piecesOf(text: string, most = MOST_PIECES): string[] {
  return plainWordsOf(text, most).map(stem);
}

/** The parts of all identifiers and words of a text in lower case, of two letters or more; numbers are none. */
export function plainWordsOf(text: string, most = MOST_PIECES): string[] {
  const words: string[] = [];
  for (const word of wordsOf(text.slice(0, MOST_TEXT))) {
    for (const part of partsOf(word)) {
      if (part.length < 2 || /^\p{N}/u.test(part)) continue;
      words.push(part);
      if (words.length === most) return words;
    }
  }
  return words;
}
