/**
 * Places in real files where a completion is asked for, and what stood there. Three kinds, as people meet them: inside a
 * line, where an argument of a call begins, and behind the indentation of a line that is not written yet.
 */
import type { Random } from '../traces/random.ts';

export type PlaceKind = 'restOfLine' | 'argument' | 'wholeLine';

export interface SourceFile {
  /** Relative to the package, with '/'. */
  path: string;
  content: string;
}

export interface Place {
  kind: PlaceKind;
  path: string;
  prefix: string;
  suffix: string;
  /** What was taken out: the rest of the line, without space at its end. */
  truth: string;
  /** Of an argument: the argument alone. */
  argument?: string;
}

/** Shorter lines say nothing about a completion. */
const SHORTEST_LINE = 8;
const SHORTEST_ANSWER = 2;
const COMMENT = /^(?:\/\/|\/?\*|#!)/;
/** Behind these a person would plausibly stop, or be shown something: separators, word borders, humps. */
const BORDERS = /(?<=[.(=:,[{<!&|?])|(?<= )|(?<=[a-z])(?=[A-Z])|(?<=\w)(?=\W)|(?<=\W)(?=\w)/g;
/** Share of cuts at such a border; the others are anywhere, also inside words. */
const AT_BORDER = 0.7;
const CALL = /\w\(|, /g;

/** A place of a kind in a file; undefined where chance found none. */
export function placeIn(file: SourceFile, kind: PlaceKind, random: Random): Place | undefined {
  const starts = lineStarts(file.content);
  if (starts.length < 2) return undefined;
  for (let tries = 0; tries < 40; tries++) {
    const place = placeAt(file, starts[random.integer(1, starts.length - 1)]!, kind, random);
    if (place !== undefined) return place;
  }
  return undefined;
}

/** A place of a kind in the line that begins at `start`; undefined where it has none that says something. */
export function placeAt(
  { content, path }: SourceFile,
  start: number,
  kind: PlaceKind,
  random: Random,
): Place | undefined {
  const line = lineAt(content, start).trimEnd();
  const code = line.trimStart();
  const indent = line.length - code.length;
  if (indent === 0 || code.length < SHORTEST_LINE || COMMENT.test(code)) return undefined;
  const cut = cutIn(line, indent, kind, random);
  if (cut === undefined) return undefined;
  const truth = line.slice(cut.at);
  if (truth.trim().length < SHORTEST_ANSWER) return undefined;
  return {
    kind,
    path,
    prefix: content.slice(0, start + cut.at),
    suffix: content.slice(start + line.length),
    truth,
    ...(cut.argument === undefined ? {} : { argument: cut.argument }),
  };
}

function cutIn(
  line: string,
  indent: number,
  kind: PlaceKind,
  random: Random,
): { at: number; argument?: string } | undefined {
  if (kind === 'wholeLine') return { at: indent };
  if (kind === 'restOfLine') {
    const borders = [...line.matchAll(BORDERS)]
      .map(({ index }) => index)
      .filter((at) => at > indent && at < line.length);
    if (borders.length > 0 && random.chance(AT_BORDER)) return { at: random.choice(borders) };
    return line.length - indent > 2 ? { at: random.integer(indent + 1, line.length - 1) } : undefined;
  }
  const calls = [...line.matchAll(CALL)].map((match) => match.index + match[0].length);
  const places = calls.flatMap((at) => {
    const argument = argumentAt(line, at);
    return argument === undefined ? [] : [{ at, argument }];
  });
  return places.length === 0 ? undefined : random.choice(places);
}

/** The argument that begins at `at`, if it ends in the same line at a comma or parenthesis of its own call. */
export function argumentAt(line: string, at: number): string | undefined {
  if (openParentheses(line.slice(0, at)) < 1) return undefined;
  let depth = 0;
  let quote = '';
  for (let i = at; i < line.length; i++) {
    const c = line[i]!;
    if (quote !== '') {
      if (c === '\\') i++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'" || c === '`') quote = c;
    else if ('([{'.includes(c)) depth++;
    else if (depth === 0 && (c === ')' || c === ',')) {
      const argument = line.slice(at, i);
      return argument.trim() === '' ? undefined : argument;
    } else if (')]}'.includes(c)) depth--;
    if (depth < 0) return undefined;
  }
  return undefined;
}

function openParentheses(text: string): number {
  const stack: string[] = [];
  for (const c of text) {
    if ('([{'.includes(c)) stack.push(c);
    else if (')]}'.includes(c)) stack.pop();
  }
  return stack.at(-1) === '(' ? stack.length : 0;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.slice(start) : text.slice(start, end);
}

/** True when the first line of an answer is what stood there; for an argument, when it begins with it. */
export function isRight({ truth, argument }: Pick<Place, 'truth' | 'argument'>, text: string): boolean {
  const line = firstLine(text);
  if (argument === undefined) return line === truth.trimEnd();
  return line.startsWith(argument) && /^\s*(?:[,)]|$)/.test(line.slice(argument.length));
}

/** True when an answer begins with the first word of the argument (a name, a number, the sign that opens it). */
export function isBegun({ argument = '' }: Pick<Place, 'argument'>, text: string): boolean {
  const word = FIRST_WORD.exec(argument)?.[0];
  return word !== undefined && FIRST_WORD.exec(text)?.[0] === word;
}

const FIRST_WORD = /^\s*(?:[\w$]+|[^\w\s])/;

export function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return (end < 0 ? text : text.slice(0, end)).trimEnd();
}
