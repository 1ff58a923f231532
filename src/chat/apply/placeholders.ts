/** Lines by which a model says "the rest as it was". They never land in a file. */
import { leadingSpace } from './indentation.ts';
import { isBlank } from './lines.ts';

const DOTS = /^(?:\.{3,}|…)/;
const NOUN =
  '(?:code|file|functions?|class(?:es)?|methods?|implementations?|functionality|logic|contents?|imports?|body|props|properties|fields?|tests?|statements?|lines|cases?|members|components?|routes?|endpoints?|handlers?|hooks|constructor|styles?|rules|html|jsx|markup|template|script|query|sections?|variables|constants|dependencies|services|config(?:uration)?)';
const LEAD = '^(?:all |and |(?:continue|continues|followed) (?:with|by) |insert |include )*(?:the |your |any )?';
/** Begins what is left out. */
const REST = new RegExp(
  `${LEAD}(?:rest|remainder|remaining|existing|previous|original|other)\\b.*\\b(?:${NOUN}|unchanged|same|here|remains?|stays?|as (?:before|is|it was))\\b`,
  'i',
);
/** Nothing but what is left out, whatever it is: `existing JSX`. */
const SHORT = new RegExp(`${LEAD}(?:rest of|existing|additional existing)(?:\\s+[\\w.'\`-]+){1,3}$`, 'i');
const SAME =
  /^(?:unchanged|unmodified|omitted|snip$|no changes?(?: here| needed)?$|(?:the )?same (?:code\b|as (?:before|above|original))|as before$)|\bfor brevity\b|\b(?:code|file|functions?|methods?|class|rest|everything|imports?|implementation|logic)\b.*\b(?:unchanged|unmodified|omitted|truncated|the same|as before)\b|^(?:keep|leave)\b.*\b(?:rest|existing|as[ -]is|unchanged|same|others?)\b|\byour (?:existing |own )?(?:code|implementation|logic)\b.*\bhere\b/i;
/** `// comment`, `# comment`, `/* comment *\/`, `<!-- comment -->`, `{/* comment *\/}`, `-- comment`, `; comment`, `% comment`, those of templates. */
const COMMENT =
  /^\s*(?:\/\/+!?|#+(?=[\s.…])|--+|;+|%+|\/\*+|<!--|\{\s*\/\*+|\{\{!(?:--)?|\{#|<%#|@\*|"""|'''|REM\b|\(\*)\s*(.*?)\s*(?:\*+\/\s*\}?|-->|(?:--)?\}\}|#\}|%>|\*@|"""|'''|\*\))?\s*$/;
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
  // `[existing, ...fields]` is code.
  return words !== undefined && /^[\p{L}\d\s'’-]+$/u.test(words) && (REST.test(words) || SAME.test(words));
}

function saysRest(comment: string): boolean {
  const text = comment.replace(/^[^\p{L}\p{N}.…]+|[^\p{L}\p{N}.…]+$/gu, '');
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
  return REST.test(text) || SAME.test(text) || (SHORT.test(text) && !PROSE.test(text));
}

/** Says that something stays, and no more than that. */
const PLAIN =
  /\.{3}|…|\b(?:unchanged|unmodified|omitted|truncated|brevity|snip|same|as[ -]is|as before|as it was|here|stays?|remains?|intact)\b/i;
const ENDS = new RegExp(`\\b(?:rest|${NOUN})\\W*$`, 'i');
const PROSE =
  /\b(?:is|are|was|were|be|for|when|while|if|so|because|since|to|with|without|by|uses?|used|can|may|must|should|will|needs?|goes|go|gets?|have|has|had|that|which|into|from|alone|at|on|per)\b/i;

/** A placeholder that may as well be a sentence about the code: `// keep the rest of the line for later`. */
export function isProse(line: string): boolean {
  return isPlaceholder(line) && !PLAIN.test(line) && (PROSE.test(line) || !ENDS.test(line));
}

/** A line of code in which something stands for what is left out: `f() { ... }`, `a(); // rest unchanged`. */
export function hasPlaceholder(line: string): boolean {
  const body = BODY.exec(line);
  if (body !== null && (body[1] === undefined || saysRest(body[1]))) return true;
  const tail = TAIL.exec(line)?.[1];
  return tail !== undefined && (DOTS.test(tail) || SAME.test(tail) || (REST.test(tail) && /\.{3}|…/.test(tail)));
}

/** A line of the file without a note behind it that says so: `return a; // unchanged`. */
export function withoutNote(line: string, known: Known): string {
  const note = /\s+(?:\/\/|#|--|\/\*)\s*[^/#*]*?(?:\*\/)?\s*$/.exec(line);
  if (note === null || known(line, undefined) || !isPlaceholder(note[0])) return line;
  const code = line.slice(0, note.index);
  return known(code, undefined) ? code : line;
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
    // What is left out in Python is followed by a line that does nothing.
    const isFiller = openEnd && line.trim() === 'pass' && leadingSpace(line) === leadingSpace(above ?? '');
    if ((isPlaceholder(line) && !known(line, above)) || isFiller) {
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

/** Pieces open at both ends, without first and last ones that hold only brackets: these say nothing of a place. */
export function openedUp({ pieces }: Pieces): Pieces {
  const isFrame = (piece: readonly string[]): boolean => piece.every((line) => !/[\p{L}\p{N}]/u.test(line));
  const from = pieces.length > 1 && isFrame(pieces[0]!) ? 1 : 0;
  const to = pieces.length > from + 1 && isFrame(pieces.at(-1)!) ? -1 : pieces.length;
  return { pieces: pieces.slice(from, to), openStart: true, openEnd: true };
}
