/** What an item is found by in FTS5: identifiers are split before they are put in, and a question in the same way. */
import { partsOf, stem, wordsOf } from '../../search/words.ts';

/** Of the rules in this file and in `search/words.ts`: an index made by others is made anew. */
export const WORDS_VERSION = '2';

/** Runs without spaces between words: they are looked up by pairs of letters. */
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]{3,}$/u;

/**
 * The stems of all words of a text in lower case, those of an identifier's parts with the whole behind them:
 * `readSource files` is `read sourc readsourc file`.
 */
export function stemsOf(text: string): string[] {
  return wordsOf(text).flatMap((word) => {
    let stems = remembered.get(word);
    if (!stems) {
      stems = stemsOfWord(word);
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(word, stems);
    }
    return stems;
  });
}

/** Few words are half of all there is in texts. */
const MOST_REMEMBERED = 20_000;
const remembered = new Map<string, readonly string[]>();

function stemsOfWord(word: string): readonly string[] {
  const parts = partsOf(word);
  const stems = parts.flatMap((part) => (UNSPACED.test(part) ? pairsOf(part) : [stem(part)]));
  return parts.length > 1 && parts.length < 8 ? [...stems, parts.map(stem).join('')] : stems;
}

function pairsOf(run: string): string[] {
  const letters = [...run];
  return letters.slice(1).map((letter, at) => letters[at]! + letter);
}
