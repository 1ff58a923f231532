/** Lines by which a model says "the rest as it was". They never land in a file. */
import { isBlank } from './lines.ts';

const DOTS = /^(?:\.{3,}|…)/;
/** Begins what is left out. */
const REST =
  /^(?:all |and )?(?:the |your |any )?(?:rest|remainder|remaining|existing|previous|original|other)\b.*\b(?:code|unchanged|same|here|file|functions?|class(?:es)?|methods?|implementation|remains?|stays?|as (?:before|is|it was)|logic|content|imports?|body|props|properties|fields?|tests?|statements?|lines|cases?|members)\b/i;
const SAME =
  /^(?:unchanged|unmodified|omitted|no changes?(?: here| needed)?$|same as (?:before|above|original)|as before$)|\b(?:code|file|functions?|methods?|class|rest|everything|imports?|implementation|logic)\b.*\b(?:unchanged|unmodified|omitted|the same|as before)\b|^(?:keep|leave)\b.*\b(?:rest|existing|as[ -]is|unchanged|same|others?)\b|\byour (?:existing |own )?(?:code|implementation|logic)\b.*\bhere\b/i;
/** `// comment`, `# comment`, `/* comment *\/`, `<!-- comment -->`, `{/* comment *\/}`, `-- comment`, `; comment`, `% comment`. */
const COMMENT =
  /^\s*(?:\/\/+!?|#+(?=[\s.…])|--+|;+|%+|\/\*+|<!--|\{\s*\/\*+|"""|'''|REM\b|\(\*)\s*(.*?)\s*(?:\*+\/\s*\}?|-->|"""|'''|\*\))?\s*$/;
/** What stands for a body: `{ ... }`, `{ /* unchanged *\/ }`. */
const BODY = /\{\s*(?:(?:\.{3}|…)|\/\*\s*(.*?)\s*\*\/)\s*\}/;
const TAIL = /\S\s+(?:\/\/|#|--|\/\*)\s*(.*?)\s*(?:\*\/)?\s*$/;

/** A line that stands for others, all of it. A bare `...` is one too; that of Python is told from it by the file. */
export function isPlaceholder(line: string): boolean {
  const text = line.trim();
  if (/^(?:\.{3,}|…)$/.test(text) || /^[[({<]\s*(?:\.{3,}|…)\s*[\])}>]$/.test(text)) return true;
  const comment = COMMENT.exec(line)?.[1];
  if (comment !== undefined) return saysRest(comment);
  // Words without a comment's mark, set off by dots or brackets.
  const bare = /^(?:(?:\.{3,}|…)\s+(.+?)\s*(?:\.{3,}|…)?|[[(<]\s*(?:\.{3,}|…)?\s*(.+?)\s*(?:\.{3,}|…)?\s*[\])>])$/.exec(
    text,
  );
  const words = bare?.[1] ?? bare?.[2];
  return words !== undefined && (REST.test(words) || SAME.test(words));
}

function saysRest(comment: string): boolean {
  const text = comment.replace(/^[([{<\s]+|[)\]}>\s]+$/g, '');
  if (text.length > 160) return false;
  if (DOTS.test(text)) {
    const words = text.replace(/^(?:\.{3,}|…)\s*|\s*(?:\.{3,}|…)$/g, '');
    // `...and so on` goes on a sentence; what is set off by dots on both sides, or names what is left out, does not.
    return (
      words === '' ||
      /(?:\.{3,}|…)$/.test(text) ||
      /^\s/.test(text.replace(DOTS, '')) ||
      REST.test(words) ||
      SAME.test(words)
    );
  }
  return REST.test(text) || SAME.test(text);
}

/** A line of code in which something stands for what is left out: `f() { ... }`, `a(); // rest unchanged`. */
export function hasPlaceholder(line: string): boolean {
  const body = BODY.exec(line);
  if (body !== null && (body[1] === undefined || saysRest(body[1]))) return true;
  const tail = TAIL.exec(line)?.[1];
  return tail !== undefined && (DOTS.test(tail) || SAME.test(tail) || (REST.test(tail) && /\.{3}|…/.test(tail)));
}

export interface Pieces {
  /** Runs of lines between placeholders. */
  pieces: string[][];
  /** The first or the last line is a placeholder. */
  openStart: boolean;
  openEnd: boolean;
}

/** Says of a line, and of the one above it, that they stand in the file like that: then it is no placeholder. */
export type Known = (line: string, above: string | undefined) => boolean;

/** What is known of a file: a comment by itself, dots only below the line that they stand below there. */
export function knownIn(file: readonly string[]): Known {
  const lines = new Set<string>();
  const dots = new Set<string>();
  let last = '';
  for (const line of file) {
    const text = line.trim();
    if (text === '') continue;
    if (/^(?:\.{3,}|…)$/.test(text)) dots.add(last);
    else lines.add(text);
    last = text;
  }
  return (line, above) =>
    lines.has(line.trim()) || (/^\s*(?:\.{3,}|…)\s*$/.test(line) && dots.has(above?.trim() ?? ''));
}

export function cutAtPlaceholders(lines: readonly string[], known: Known): Pieces {
  const pieces: string[][] = [[]];
  let openStart = false;
  let openEnd = false;
  let above: string | undefined;
  for (const line of lines) {
    if (isPlaceholder(line) && !known(line, above)) {
      if (pieces.at(-1)!.every(isBlank)) {
        openStart ||= pieces.length === 1;
        pieces[pieces.length - 1] = [];
      } else pieces.push([]);
      openEnd = true;
    } else {
      pieces.at(-1)!.push(line);
      if (!isBlank(line)) openEnd = false;
    }
    if (!isBlank(line)) above = line;
  }
  if (pieces.at(-1)!.every(isBlank)) pieces.pop();
  return { pieces, openStart, openEnd };
}
