/** Where a text could end as a person would end it: behind a word, a closed group or a line. */
import { isWord } from './text.ts';

const CLOSERS = new Set(')]}>;,');
const QUOTES = new Set('"\'`');
/** A quote behind these begins a string. */
const OPENS_A_STRING = /[\s([{,=:]/;

/** The places, in UTF-16 units, ascending; the end of the text is one unless it is white space. */
export function endingsOf(text: string): number[] {
  const endings: number[] = [];
  for (let at = 1; at <= text.length; at++) if (endsAt(text, at)) endings.push(at);
  return endings;
}

function endsAt(text: string, at: number): boolean {
  const last = characterBefore(text, at);
  const next = at < text.length ? String.fromCodePoint(text.codePointAt(at)!) : '';
  if (last === undefined || /\s/.test(last)) return false;
  if (next === '' || next === '\n') return true;
  if (isWord(last)) return !isWord(next);
  const before = text[at - 2];
  if (QUOTES.has(last)) return !isWord(next) && (before === undefined || !OPENS_A_STRING.test(before));
  return CLOSERS.has(last) && !(last === '>' && (before === '=' || before === '-'));
}

/** The character that ends at `at`; undefined inside a surrogate pair. */
function characterBefore(text: string, at: number): string | undefined {
  const unit = text.charCodeAt(at - 1);
  if (unit >= 0xd800 && unit <= 0xdbff) return undefined;
  return unit >= 0xdc00 && unit <= 0xdfff ? text.slice(at - 2, at) : text[at - 1];
}
