/** JSON as models write it: several values behind each other, with prose around them, unfinished, in other quotes. */
import { jsonrepair } from 'jsonrepair';

/** An object or list in a text. */
export interface JsonSpan {
  text: string;
  /** Where it begins, and the place behind it. */
  start: number;
  end: number;
  /** `inText`: what it ends in is a string that was never closed, so that part of it may be missing. */
  state: 'whole' | 'open' | 'inText';
}

/**
 * The objects and lists of a text, from `from` on, without what is between them. Brackets in strings do not count; a single
 * quote begins a string only where a value or a name can stand.
 */
export function jsonSpans(text: string, from = 0): JsonSpan[] {
  const spans: JsonSpan[] = [];
  for (let at = from; at < text.length; at++) {
    if (text[at] !== '{' && text[at] !== '[') continue;
    const span = spanAt(text, at);
    spans.push(span);
    at = span.end - 1;
  }
  return spans;
}

/** The value that begins at a bracket. */
export function spanAt(text: string, start: number): JsonSpan {
  let depth = 0;
  let quote = '';
  let before = '';
  for (let at = start; at < text.length; at++) {
    const character = text[at]!;
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (character === '"' || (character === "'" && '{[,:('.includes(before))) quote = character;
    else if ('{[('.includes(character)) depth++;
    else if ('}])'.includes(character) && --depth === 0) {
      return { text: text.slice(start, at + 1), start, end: at + 1, state: 'whole' };
    }
    if (character.trim() !== '') before = character;
  }
  return { text: text.slice(start), start, end: text.length, state: quote === '' ? 'open' : 'inText' };
}

/** What a value says, mended where that can be done without guessing; undefined where it cannot. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    try {
      return JSON.parse(jsonrepair(text));
    } catch {
      return undefined;
    }
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
