/** The simulated model's tokens: the 256 bytes, one that ends an answer, and the special ones. */
import type { SpecialToken } from '../../../protocol/index.ts';
import type { Tokenizer } from '../backend.ts';

const END = 256;
const SPECIAL: SpecialToken[] = ['bos', 'fimPrefix', 'fimSuffix', 'fimMiddle', 'fimRepo', 'fimSeparator'];

export const simulatedTokenizer: Tokenizer = {
  encode: (text) => Int32Array.from(Buffer.from(text, 'utf8')),
  encodeTemplate: (text) => Int32Array.from(Buffer.from(text, 'utf8')),
  bytes: (token) => (token < END ? Uint8Array.of(token) : new Uint8Array()),
  isEnd: (token) => token === END,
  special: (name) => END + 1 + SPECIAL.indexOf(name),
};
