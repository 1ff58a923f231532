/** A vocabulary of words that do not fit each other, as real ones: some begin like others, two end a line, one ends all. */
import type { Tokenizer } from '../../../../../../../src/engine/server/core/backend.ts';

const WORDS = [
  '',
  '\n',
  '\r\n',
  '\n\n',
  ';\n',
  ' ',
  'b',
  'be',
  'beta',
  'better',
  'a',
  'alpha',
  ' =',
  ' = ',
  '(',
  'ß',
  'end',
];

export const WORD_VOCABULARY = WORDS.length;
export const tokenOf = (word: string): number => WORDS.indexOf(word);
export const wordTokenizer: Tokenizer = {
  encode: (text) => {
    const tokens: number[] = [];
    for (let at = 0; at < text.length; ) {
      const fits = WORDS.filter((word) => word !== '' && word !== 'end' && text.startsWith(word, at));
      const longest = fits.sort((a, b) => b.length - a.length)[0];
      if (longest === undefined) throw new RangeError(`There is no word for ${text.slice(at)}`);
      tokens.push(tokenOf(longest));
      at += longest.length;
    }
    return Int32Array.from(tokens);
  },
  encodeTemplate: (text) => wordTokenizer.encode(text),
  bytes: (token) => (wordTokenizer.isEnd(token) ? new Uint8Array() : Buffer.from(WORDS[token]!)),
  isEnd: (token) => WORDS[token] === 'end',
  special: () => undefined,
};
