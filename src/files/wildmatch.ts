/** Git's own matching of a name against a pattern (`wildmatch.c`), so that the same files match. */

/** No match; none however much of the text is skipped; none unless a `**` before skips a folder. */
const MISS = 1;
const NEVER = 2;
const UP_TO_DOUBLE_STAR = 3;
const HIT = 0;

const CLASSES: Record<string, RegExp> = {
  alnum: /[a-z0-9]/i,
  alpha: /[a-z]/i,
  blank: /[ \t]/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what the class holds.
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t\n\r]/,
  upper: /[A-Z]/,
  xdigit: /[0-9a-f]/i,
};

/**
 * @param text a path with '/'. `*`, `?` and classes match no '/'; `**` between slashes or ends matches folders.
 * @returns true when all of the text matches. A pattern that is not well formed matches nothing.
 */
export function wildmatch(pattern: string, text: string): boolean {
  return match(pattern, 0, text, 0) === HIT;
}

/** From `from` in the pattern and `at` in the text on. */
function match(pattern: string, from: number, text: string, at: number): number {
  let p = from;
  for (; p < pattern.length; p++, at++) {
    const letter = text[at];
    if (letter === undefined && pattern[p] !== '*') return NEVER;
    switch (pattern[p]) {
      case '?':
        if (letter === '/') return MISS;
        break;
      case '[': {
        const end = matchClass(pattern, p, letter!);
        if (end < 0) return end === MALFORMED ? NEVER : MISS;
        p = end;
        break;
      }
      case '*': {
        const begin = p;
        while (pattern[p + 1] === '*') p++;
        const next = p + 1;
        const follows = pattern[next];
        let folders = false;
        if (p > begin) {
          const opens = begin === from || pattern[begin - 1] === '/';
          const closes = follows === undefined || follows === '/' || pattern.startsWith('\\/', next);
          folders = opens && closes;
          if (folders && follows === '/' && match(pattern, next + 1, text, at) === HIT) return HIT;
        }
        if (follows === undefined) return folders || !text.includes('/', at) ? HIT : UP_TO_DOUBLE_STAR;
        return matchStar(pattern, next, text, at, folders);
      }
      case '\\':
        p++;
        if (pattern[p] !== letter) return MISS;
        break;
      default:
        if (pattern[p] !== letter) return MISS;
    }
  }
  return at === text.length ? HIT : MISS;
}

/** What follows a star, tried at one place after the other. @param folders the star takes in '/' too. */
function matchStar(pattern: string, next: number, text: string, at: number, folders: boolean): number {
  for (; at < text.length; at++) {
    const result = match(pattern, next, text, at);
    if (result !== MISS) {
      if (!folders || result !== UP_TO_DOUBLE_STAR) return result;
    } else if (!folders && text[at] === '/') return UP_TO_DOUBLE_STAR;
  }
  return NEVER;
}

const MALFORMED = -1;
const OUTSIDE = -2;

/** @param begin of its '['. @returns where its ']' is; {@link OUTSIDE} where the letter is not in the class. */
function matchClass(pattern: string, begin: number, letter: string): number {
  let p = begin + 1;
  const negated = pattern[p] === '!' || pattern[p] === '^';
  if (negated) p++;
  let found = false;
  let previous = '';
  for (let first = true; first || pattern[p] !== ']'; first = false, p++) {
    let one = pattern[p];
    if (one === undefined) return MALFORMED;
    const upTo = pattern[p + 1];
    if (one === '-' && previous !== '' && upTo !== undefined && upTo !== ']') {
      p++;
      if (upTo === '\\') p++;
      const last = pattern[p];
      if (last === undefined) return MALFORMED;
      if (letter >= previous && letter <= last) found = true;
      previous = '';
      continue;
    }
    const named = one === '[' && upTo === ':' ? pattern.indexOf(']', p + 2) : -1;
    if (one === '[' && upTo === ':') {
      if (named < 0) return MALFORMED;
      // Without a ':' before the ']' it is a '[' like any other.
      if (named > p + 2 && pattern[named - 1] === ':') {
        const members = CLASSES[pattern.slice(p + 2, named - 1)];
        if (members === undefined) return MALFORMED;
        if (members.test(letter)) found = true;
        previous = '';
        p = named;
        continue;
      }
    }
    if (one === '\\') one = pattern[++p];
    if (one === undefined) return MALFORMED;
    if (letter === one) found = true;
    previous = one;
  }
  return found === negated || letter === '/' ? OUTSIDE : p;
}
