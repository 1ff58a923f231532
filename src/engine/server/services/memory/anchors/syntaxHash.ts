/**
 * Hashes of what code says, without its layout: equal for what a formatter makes of a text, for other comments, and
 * wherever a symbol stands. 32 hexadecimal digits: the {@link VERSION} of the hash, which kind it is ({@link TREE} or
 * {@link TEXT}), then 120 bits of SHA-256. Hashes of another version or kind are never equal.
 *
 * A symbol's hash covers everything in it: a class's changes with each of its members, so a sentence about one member is to
 * be anchored to that. The symbol's own name is not in it, nor are its calls of itself: what is renamed and is otherwise as
 * it was has the hash that it had.
 */
import { createHash } from 'node:crypto';
import { END, type SyntaxToken } from '../../../../../syntax/tokens.ts';

/** To be raised with every change of what hashes are made of, the grammars included: golden hashes are in the test. */
export const VERSION = '1';
const TREE = '0';
const TEXT = '1';
/** Hexadecimal digits of SHA-256 that are kept. */
const DIGITS = 30;
/** What stands for a symbol's own name: no text of a token holds it. */
const ITSELF = '\0';

/** @param name of the symbol whose tokens they are, as it is declared; undefined for a file. */
export function treeHash(tokens: readonly SyntaxToken[], name?: string): string {
  const own = name?.split('.').at(-1);
  let isDeclared = false;
  let serial = '';
  tokens.forEach((token, at) => {
    if (token === END) serial += '\u0002';
    else if (token.text === undefined) serial += `\u0001${token.type}`;
    else {
      // The first that is spelled so is the declaration, but for signs and words of the language.
      const isOwn =
        own !== undefined &&
        token.text === own &&
        token.type !== own &&
        (!isDeclared || /^(?:\w+_)?identifier$|^constant$|^name$/.test(token.type)) &&
        (!isDeclared || token.type !== 'property_identifier' || isOfSelf(tokens, at));
      isDeclared ||= isOwn;
      serial += `\u0003${token.type}\u0004${isOwn ? ITSELF : `${token.text.length}:${token.text}`}`;
    }
  });
  return VERSION + TREE + digest(serial);
}

/**
 * Of text that has no grammar, or that its grammar finds faulty: blank lines, white space at the end of lines and how far
 * lines are indented do not count, but which line is deeper than another does.
 */
export function textHash(text: string): string {
  const depths: number[] = [];
  const lines: string[] = [];
  for (const line of text.split(/\r\n?|\n/)) {
    const words = line.trim();
    if (words === '') continue;
    const depth = line.replace(/\t/g, '    ').search(/\S/);
    while (depths.length > 1 && depths.at(-1)! > depth) depths.pop();
    if (depth > (depths.at(-1) ?? -1)) depths.push(depth);
    lines.push(`${depths.length}:${words}`);
  }
  return VERSION + TEXT + digest(lines.join('\n'));
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, DIGITS);

/** `this.name`: a method that calls itself. */
function isOfSelf(tokens: readonly SyntaxToken[], at: number): boolean {
  return tokens[at - 1]?.text === '.' && /^(?:this|self|cls)$/.test(tokens[at - 2]?.text ?? '');
}
