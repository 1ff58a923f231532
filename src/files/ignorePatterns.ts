/** The patterns of one `.gitignore`, read as git reads them (gitignore(5), `dir.c`). */
import { wildmatch } from './wildmatch.ts';

interface Pattern {
  text: string;
  negative: boolean;
  foldersOnly: boolean;
  /** Without a '/' it is matched against the last name of a path only. */
  nameOnly: boolean;
  /** Its beginning, in which nothing stands for anything else, is compared by itself, and `text` is the rest. */
  literal: string;
}

export class IgnorePatterns {
  /** Where the paths that it is asked for begin: its folder, with '/' at the end. */
  readonly base: string;
  readonly #ignoreCase: boolean;
  readonly #patterns: Pattern[];

  /** @param base absolute, with '/' at its end: patterns are relative to it. */
  constructor(base: string, text: string, ignoreCase: boolean) {
    this.base = base;
    this.#ignoreCase = ignoreCase;
    this.#patterns = (ignoreCase ? foldedPattern(text) : text)
      .replace(/^\uFEFF/, '')
      .split('\n')
      .map((line) => patternOf(bytesOf(line.replace(/\r$/, ''))))
      .filter((pattern) => pattern !== undefined)
      .reverse();
  }

  /**
   * What the last pattern that fits says; undefined where none does. Of the folders above it says nothing.
   * @param path absolute, below {@link base}, with no '/' at its end.
   */
  ignores(path: string, isFolder: boolean): boolean | undefined {
    const inside = bytesOf(path.slice(this.base.length));
    const below = this.#ignoreCase ? folded(inside) : inside;
    const name = below.slice(below.lastIndexOf('/') + 1);
    for (const { text, negative, foldersOnly, nameOnly, literal } of this.#patterns) {
      if (foldersOnly && !isFolder) continue;
      const asked = nameOnly ? name : below;
      const fits =
        text === '' ? asked === literal : asked.startsWith(literal) && wildmatch(text, asked.slice(literal.length));
      if (fits) return !negative;
    }
    return undefined;
  }
}

/** A letter for each byte of UTF-8, as git counts them: `?` is half an `é`. */
function bytesOf(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is not one byte.
  return /[^\x00-\x7f]/.test(text) ? Buffer.from(text).toString('latin1') : text;
}

/** Git knows the two cases of ASCII only. */
function folded(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function foldedPattern(text: string): string {
  return folded(text).replaceAll('[:upper:]', '[:alpha:]');
}

function patternOf(line: string): Pattern | undefined {
  if (line.startsWith('#')) return undefined;
  let text = withoutEnd(line);
  const negative = text.startsWith('!');
  if (negative) text = text.slice(1);
  const foldersOnly = text.endsWith('/');
  if (foldersOnly) text = text.slice(0, -1);
  if (text === '') return undefined;
  const nameOnly = !text.includes('/');
  if (text.startsWith('/')) text = text.slice(1);
  // As git does, which shows: `a**` is a pattern of names alone, but after the `a` there are two stars that match folders.
  const literal = nameOnly && /[*?[\\]/.test(text) ? '' : /^[^*?[\\]*/.exec(text)![0];
  return { text: text.slice(literal.length), negative, foldersOnly, nameOnly, literal };
}

/** Spaces at the end do not count but where a backslash says so. */
function withoutEnd(line: string): string {
  const spaces = / +$/.exec(line);
  if (spaces === null) return line;
  const kept = line.slice(0, spaces.index);
  const backslashes = /\\*$/.exec(kept)![0].length;
  return backslashes % 2 === 1 ? `${kept} ` : kept;
}
