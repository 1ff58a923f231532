/** Puts a suggestion into the file's own indentation and line endings. */
import { isCloser } from './brackets.ts';
import type { Draft } from './closers.ts';
import { linesAround } from './filters/rows.ts';
import { atCursor, greatestDivisor } from './firstColumn.ts';
import type { Surroundings } from './prompt.ts';
import type { Indentation } from './request.ts';
import {
  columns,
  isBlank,
  isFence,
  isWord,
  type LineEnding,
  leadingSpace,
  lineAfter,
  lineBefore,
  withLineEnding,
} from './text.ts';

export interface FileShape {
  indentation: Indentation;
  ending: LineEnding;
  /** Columns of the line that opened the block at the cursor; absent where none did. */
  floor?: number;
  /** The lines below the first count from the first column. */
  moved?: boolean;
}

/** The draft as it goes into the file: no space at its end, no indentation twice, tabs or spaces as the file has them. */
export function fitToFile(
  draft: Draft,
  near: Surroundings,
  { indentation: usual, ending, floor, moved = false }: FileShape,
): Draft {
  let text = draft.text;
  const before = lineBefore(near.prefix);
  const indentation = asIn(before, usual);
  const rest = lineAfter(near.suffix);
  if (before === '') {
    // A blank line is there already.
    if (isBlank(rest)) text = text.replace(/^(?:[ \t]*\n)+/, '');
  } else if (isBlank(before)) {
    // The editor has indented this line already.
    const { length } = /^(?:[ \t]*\n)*/.exec(text)![0];
    text = text.slice(length);
    const space = leadingSpace(text);
    // It may have gone only a part of the way.
    const whole = columns(before + space, indentation.width);
    const wanted = floor === undefined ? aboveOf(near, indentation.width) : floor + indentation.width;
    const halfway = length === 0 && whole === wanted && columns(before, indentation.width) % indentation.width !== 0;
    text = halfway ? text : text.slice(space.length);
  } else if (/\s$/.test(before)) {
    text = text.replace(/^[ \t]+/, '');
  }
  const endsOnOwn = draft.over === 0 && /\S[\s\S]*\n[ \t]*$/.test(text);
  // The tail goes on where the text ends only if something stays between them.
  if (draft.over === 0) text = text.trimEnd() + spaceBefore(rest, text, before);
  else if (rest.startsWith(' ')) text = text.replace(/[ \t]+$/, '');
  text = whole(text);
  if (floor === undefined && before === '' && isBlank(rest)) text = atDepth(text, near, indentation);
  const begins = floor !== undefined || OPENS.test(before.trimEnd());
  // Where a tab is more than a level, both stand in a line.
  const isMixed = /^\t+ {2,}$/.test(leadingSpace(before));
  if (moved) text = atCursor(text, before, indentation);
  else if (!isMixed) text = reindent(text, indentation, columns(before, indentation.width), begins);
  if (floor !== undefined && !moved) text = inBlock(text, floor, before, indentation);
  text = onOwnLine(text, rest, before, floor ?? columns(before, indentation.width), indentation, endsOnOwn);
  return {
    text: withLineEnding(text, ending),
    over: draft.over,
    tail: withLineEnding(reindent(draft.tail, indentation, columns(before, indentation.width)), ending),
  };
}

/** In a file that has both, the cursor's line tells which. */
function asIn(line: string, { tabs, width }: Indentation): Indentation {
  const space = leadingSpace(line);
  return { tabs: /^\t+$/.test(space) || (tabs && !/^ {2,}$/.test(space)), width };
}

/** One space of the text's end, where what follows on the line wants it: a word, or a brace whose other side has one. */
function spaceBefore(rest: string, text: string, before: string): string {
  if (!/[ \t]$/.test(text)) return '';
  const inBraces = rest.startsWith('}') && (text.startsWith(' ') || before[openBrace(before) + 1] === ' ');
  return inBraces || APART.test(rest) ? ' ' : '';
}

/** What a space may stand before: no bracket, long quote or tag that closes, and no separator. */
const APART = /^(?:(?!["']{3})[^\s)\]}>;,.:?<]|<(?!\/)|[>:?]\s)/;

/** Where the brace is that `line` opened last and has not closed; -1: it has. */
function openBrace(line: string): number {
  let closed = 0;
  for (let at = line.length - 1; at >= 0; at--) {
    if (line[at] === '}') closed += 1;
    else if (line[at] === '{' && closed-- === 0) return at;
  }
  return -1;
}

/** A text that was cut within an emoji or a letter of several bytes ends before it. */
const whole = (text: string): string => text.replace(/(?:[\ud800-\udbff]|\u200d|\ufffd)+$/, '');

/** What the rest of the cursor's line closes is on a line of its own behind several, and a fence always. */
function onOwnLine(
  text: string,
  rest: string,
  before: string,
  depth: number,
  indentation: Indentation,
  endsOnOwn: boolean,
): string {
  if (isFence(rest)) return isBlank(before) ? `${text}\n${before}` : text;
  const closes = isCloser(rest.trimStart()[0]) || rest.trimStart().startsWith('</');
  return closes && text.includes('\n') && (text.startsWith('\n') || endsOnOwn)
    ? `${text.trimEnd()}\n${spaceOf(depth, indentation)}`
    : text;
}

/** Ends of a line that has deeper ones below. */
const OPENS = /(?:[{([:]|=>)$/;

/** Columns of the nearest line above that is not blank. */
function aboveOf(near: Surroundings, width: number): number {
  const above = linesAround(near, 1).above[0];
  return above === undefined ? 0 : columns(above, width);
}

/** Words that begin a line which is less deep than the one above; what is set, called or has members is a name. */
const LESS_DEEP =
  /^(?:[)\]}]|<\/|(?:else|elif|elsif|except|finally|rescue|ensure|end|fi|done|esac|case|default|when|in)\b(?!\s*[-+*/|&]?=(?![=>])|[.(]\w)|(?:public|private|protected)\b[^(]*:)/;

/**
 * In the middle of a block a text that begins at the first column goes where the lines around are. Those below tell: a line of
 * the same depth, or what closes the block.
 */
function atDepth(text: string, near: Surroundings, indentation: Indentation): string {
  const { width } = indentation;
  const [first = ''] = text.split('\n', 1);
  const { above, below } = linesAround(near, 1);
  if (above[0] === undefined || below[0] === undefined || LESS_DEEP.test(first.trimStart())) return text;
  const next = columns(below[0], width);
  const end = below[0].trimStart();
  const ends = LESS_DEEP.test(end);
  // A word that ends a block stands below one that begins it; a page's script is as deep as its tag.
  const isEmpty = ends && isWord(end[0]) && next === columns(above[0], width);
  const opens = /[{([]$/.test(above[0].trimEnd()) || isEmpty;
  const depth = columns(above[0], width) + (opens ? width : 0);
  const inside = next === depth || (next < depth && ends);
  const missing = depth - columns(first, width);
  if (!inside || missing <= 0) return text;
  const moved = (line: string): string =>
    isBlank(line) ? '' : spaceOf(columns(line, width) + missing, indentation) + line.trimStart();
  return text.split('\n').map(moved).join('\n');
}

/** The lines of a block as deep as it wants them. */
function inBlock(text: string, floor: number, before: string, indentation: Indentation): string {
  const { width } = indentation;
  if (before === '' && !isBlank(text.split('\n', 1)[0]!) && columns(text, width) <= floor) {
    return spaceOf(floor + width, indentation) + text.trimStart();
  }
  return isBlank(before) ? withStepsOf(text, floor, columns(before, width), indentation) : text;
}

/**
 * A line between the block and the line that opened it tells that the model steps less than the editor did: the block goes to
 * where the editor put it, and steps in it are made as wide as the file's.
 */
function withStepsOf(text: string, floor: number, body: number, indentation: Indentation): string {
  const { width } = indentation;
  const [first = '', ...rest] = text.split('\n');
  // What closes the block may be less deep than its lines and deeper than the line that opened it.
  const inside = rest.filter((line) => !isBlank(line) && !isCloser(line.trimStart()[0]));
  const depths = inside.map((line) => columns(line, width));
  const step = Math.min(...depths.filter((depth) => depth > floor)) - floor;
  const wanted = body - floor;
  if (!(step < wanted)) return text;
  const unit = !indentation.tabs && wanted <= 8 && wanted % step === 0 ? wanted : width;
  const lines = rest.map((line) => {
    const depth = columns(line, width);
    if (depth <= floor || isBlank(line)) return line;
    const deeper = depth - floor - step;
    const steps = deeper % step === 0 ? (deeper / step) * unit : deeper;
    return spaceOf(body + steps, indentation) + line.trimStart();
  });
  return [first, ...lines].join('\n');
}

/**
 * Rewrites the indentation of every line but the first, where it is not what the file uses.
 * @param depth columns of the cursor's line.
 * @param begins it has begun a block.
 */
function reindent(text: string, indentation: Indentation, depth: number, begins = false): string {
  const { tabs, width } = indentation;
  const [first = '', ...rest] = text.split('\n');
  if (rest.length === 0) return text;
  const foreign = rest.filter((line) => leadingSpace(line).includes(tabs ? '  ' : '\t'));
  if (foreign.length === 0) return text;
  // What the first line opens is a level deeper, but for what closes it.
  const opens = OPENS.test(first.trimEnd()) && !rest.some((line) => isCloser(line.trimStart()[0]));
  const deeper = isBlank(first) ? begins : opens;
  const unit = tabs ? stepOf(foreign, depth / width + (deeper ? 1 : 0)) : width;
  const lines = rest.map((line) => {
    const space = leadingSpace(line);
    const column = columns(space, unit);
    return isBlank(line) ? '' : spaceOf((column * width) / unit, indentation) + line.slice(space.length);
  });
  return [first, ...lines].join('\n');
}

/**
 * Spaces that stand for one tab: what divides every line's, and of that what brings the least deep line nearest to
 * `levels`, where the text begins.
 */
function stepOf(lines: readonly string[], levels: number): number {
  const spaces = lines.map((line) => leadingSpace(line).replaceAll('\t', '').length);
  const common = spaces.reduce((a, b) => greatestDivisor(a, b), 0);
  // A line that has tabs already says nothing of how many levels its spaces are.
  if (lines.some((line) => line.startsWith('\t'))) return common;
  const away = (step: number): number => Math.abs(Math.min(...spaces) / step - levels);
  const steps = [common, 8, 4, 2].filter((step) => common % step === 0);
  return steps.reduce((best, step) => (away(step) < away(best) ? step : best));
}

/** Indentation of so many columns. */
function spaceOf(column: number, { tabs, width }: Indentation): string {
  return tabs ? '\t'.repeat(Math.floor(column / width)) + ' '.repeat(column % width) : ' '.repeat(column);
}
