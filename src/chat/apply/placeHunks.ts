/** Places hunks, whose lines say what is there, what goes and what comes. */
import { type Found, findLines, HINT_TOLERANCE, type Match } from './aligner.ts';
import type { Hunk } from './hunks.ts';
import { indentationFit, leadingSpace } from './indentation.ts';
import { isBlank, type LineRange, type Splice } from './lines.ts';
import { lineWords, type Placed, placed, placesWords, type Refusal, rangeOf, refused } from './placement.ts';
import { isStrong } from './rewrite.ts';
import { squeeze } from './similarity.ts';

export interface HunkOptions {
  /** Lines from 1 that the block is about, as the caller knows: of several places the one there is meant. */
  near?: LineRange;
  /** The hunks are in the order of the file. */
  ordered: boolean;
}

/** @param file its lines without their ends. */
export function placeHunks(hunks: readonly Hunk[], file: readonly string[], options: HunkOptions): Placed | Refusal {
  const matches: (Match | Match[])[] = [];
  for (const hunk of hunks) {
    const old = hunk.lines.filter(({ op }) => op !== '+').map(({ text }) => text);
    const found = findOld(hunk, old, file, hunks.length);
    if ('words' in found) return found;
    matches.push(found.length === 1 ? found[0]! : found);
  }
  const chosen: Match[] = [];
  for (const [index, match] of matches.entries()) {
    const one = Array.isArray(match) ? choose(match, index, matches, hunks, options) : match;
    if (one === undefined) {
      const ranges = (match as Match[]).map(rangeOf);
      return refused(
        `The text to change is in the file more than once, in ${placesWords(ranges)}: select the one that is meant, or ask for more lines around it.`,
        ranges,
      );
    }
    chosen.push(one);
  }
  const splices: Splice[] = [];
  const doubts: string[] = [];
  for (const [index, hunk] of hunks.entries()) {
    const result = splicesOf(hunk, chosen[index]!, file, options.ordered);
    if (result.kind === 'refused') return result;
    splices.push(...result.splices);
    doubts.push(...result.doubts);
  }
  splices.sort((a, b) => a.from - b.from || a.to - b.to);
  const clash = splices.find((splice, index) => index > 0 && splice.from < splices[index - 1]!.to);
  if (clash !== undefined) {
    return refused('Two parts of the block change the same lines: ask for one of them at a time.', [rangeOf(clash)]);
  }
  return placed(splices, doubts);
}

function findOld(hunk: Hunk, old: readonly string[], file: readonly string[], count: number): Match[] | Refusal {
  const part = count > 1 ? 'A part of the block' : 'The block';
  if (old.every(isBlank)) {
    if (file.every(isBlank)) return [{ from: 0, to: file.length, pairs: old.map(() => -1), how: 'exact' }];
    return refused(`${part} does not say which lines it stands between: put the cursor there and insert it.`);
  }
  const found = findLines(old, file);
  if (found.kind === 'one') {
    // A copy that is not exact may be told apart by its edges only: what is to be changed must not stand elsewhere as well.
    if (found.match.how !== 'alike') return [found.match];
    const [start, end] = coreOf(hunk);
    const core = old.slice(start, end);
    const others = core.some(isStrong) ? placesOf(findLines(core, file)) : [];
    if (others.every(({ from }) => from >= found.match.from && from < found.match.to)) return [found.match];
    const all = others.map((other) => ({ ...other, pairs: old.map((_, row) => other.pairs[row - start] ?? -1) }));
    return all.length > 1 ? all : [found.match, ...all];
  }
  if (found.kind === 'many') return found.matches;
  const wanted = hunk.lines.filter(({ op }) => op !== '-').map(({ text }) => text);
  const there = findLines(wanted, file);
  if (there.kind === 'one' && there.match.how !== 'alike') {
    return refused(`${part} is in the file already, in ${lineWords(rangeOf(there.match))}.`, [rangeOf(there.match)]);
  }
  const near = found.near && rangeOf(found.near);
  return refused(
    `${part} changes text that is not in the file${near ? `; most like it ${near[0] === near[1] ? 'is' : 'are'} ${lineWords(near)}` : ''}. The file may have changed since: ask again.`,
    near ? [near] : [],
  );
}

const placesOf = (found: Found): Match[] =>
  found.kind === 'none' ? [] : found.kind === 'one' ? [found.match] : found.matches;

/** The old lines that a hunk changes, with one around them: [start, end). */
function coreOf({ lines }: Hunk): [number, number] {
  let count = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const { op } of lines) {
    if (op !== ' ') first = Math.min(first, count);
    if (op !== '+') count++;
    if (op !== ' ') last = count;
  }
  return [Math.max(0, first - 1), last + 1];
}

/** Of several places the one that something speaks for. */
function choose(
  places: readonly Match[],
  index: number,
  all: readonly (Match | Match[])[],
  hunks: readonly Hunk[],
  { near, ordered }: HunkOptions,
): Match | undefined {
  let left = [...places];
  if (ordered) {
    const before = all.slice(0, index).findLast((match) => !Array.isArray(match)) as Match | undefined;
    const after = all.slice(index + 1).find((match) => !Array.isArray(match)) as Match | undefined;
    left = left.filter(({ from, to }) => from >= (before?.to ?? 0) && to <= (after?.from ?? Number.POSITIVE_INFINITY));
    if (left.length === 1) return left[0];
  }
  if (near !== undefined) {
    const inside = left.filter(({ from, to }) => from < near[1] && to >= near[0]);
    if (inside.length === 1) return inside[0];
    if (inside.length > 1) return undefined;
    const [first, second] = left
      .map((match) => ({
        match,
        away: Math.min(Math.abs(match.from - near[0] + 1), Math.abs(match.from - near[1] + 1)),
      }))
      .sort((a, b) => a.away - b.away);
    if (first !== undefined && first.away <= HINT_TOLERANCE && first.away !== second?.away) return first.match;
    return undefined;
  }
  // A header's number is believed only where it names one of the places to the line, as far off as other hunks are.
  const line = hunks[index]!.line;
  if (line === undefined) return undefined;
  const shifts = new Set(
    all.flatMap((match, other) => {
      const named = hunks[other]!.line;
      return Array.isArray(match) || named === undefined ? [] : [match.from - named];
    }),
  );
  const shift = shifts.size === 0 ? 0 : shifts.size === 1 ? [...shifts][0]! : undefined;
  return shift === undefined ? undefined : left.find(({ from }) => from === line + shift);
}

function splicesOf(hunk: Hunk, match: Match, file: readonly string[], isDiff: boolean): Placed | Refusal {
  const old: { op: ' ' | '-'; text: string; pair: number }[] = [];
  /** For each old line and the end: what is added before it. */
  const added: string[][] = [[]];
  for (const { op, text } of hunk.lines) {
    if (op === '+') added.at(-1)!.push(text);
    else {
      old.push({ op, text, pair: match.pairs[old.length]! });
      added.push([]);
    }
  }
  if (file.every(isBlank)) return placed([{ from: 0, to: file.length, lines: added.flat() }]);
  const pairs = old.filter(({ pair }) => pair >= 0);
  const gone = pairs.filter(({ op, text }) => op === '-' && !isBlank(text));
  const fit = indentationFit(
    (isDiff && gone.length > 0 ? gone : pairs).map(({ text, pair }) => {
      // A diff's context often loses the space that marks it; its other lines do not.
      const line = file[pair]!;
      return [isDiff && ` ${text}` === line ? line : text, line] as const;
    }),
    hunk.lines.map(({ text }) => text),
    file,
  );
  const splices: Splice[] = [];
  const doubts: string[] = [];
  for (let at = 0; at <= old.length; ) {
    let end = at;
    const lines = [...added[at]!];
    while (end < old.length && old[end]!.op === '-') lines.push(...added[++end]!);
    if (end > at || lines.length > 0) {
      const splice = changeOf(old, at, end, lines, fit, file);
      if (splice.kind === 'refused') return splice;
      splices.push(...splice.splices);
      doubts.push(...splice.doubts);
    }
    at = end + 1;
  }
  return placed(splices, doubts);
}

/** Old lines [at, end) go, and `lines` come in their place. */
function changeOf(
  old: readonly { text: string; pair: number }[],
  at: number,
  end: number,
  lines: readonly string[],
  fit: (line: string) => string,
  file: readonly string[],
): Placed | Refusal {
  const gone = old.slice(at, end).filter(({ text }) => !isBlank(text));
  const lost = gone.find(({ pair }) => pair < 0);
  const pairs = old.slice(at, end).flatMap(({ pair }) => (pair < 0 ? [] : [pair]));
  const before = lastPair(old, at);
  const after = old.slice(end).find(({ pair }) => pair >= 0)?.pair ?? file.length;
  const place: LineRange = [Math.max(1, before + 1), Math.min(file.length, after + 1)];
  if (lost !== undefined) {
    return refused(`A line that the block changes is not in the file any more, near ${lineWords(place)}: ask again.`, [
      place,
    ]);
  }
  if (pairs.length === 0) {
    if (lines.length === 0) return placed([]);
    const here = insertionPoint(old, at, end, before, after, file);
    if (here === undefined) {
      return refused(`The file has lines between those that the block adds to, in ${lineWords(place)}: ask again.`, [
        place,
      ]);
    }
    return placed([{ from: here, to: here, lines: lines.map(fit) }]);
  }
  const from = Math.min(...pairs);
  const to = Math.max(...pairs) + 1;
  for (let line = from; line < to; line++) {
    if (!pairs.includes(line) && !isBlank(file[line]!)) {
      const range = rangeOf({ from, to });
      return refused(
        `Among the lines that the block replaces are some that it does not know, in ${lineWords(range)}: ask again.`,
        [range],
      );
    }
  }
  return replaced(old.slice(at, end), lines, fit, file, { from, to });
}

const lastPair = (old: readonly { pair: number }[], at: number): number =>
  old.slice(0, at).findLast(({ pair }) => pair >= 0)?.pair ?? -1;

/** Where lines go that only stand between others. */
function insertionPoint(
  old: readonly { text: string; pair: number }[],
  at: number,
  end: number,
  before: number,
  after: number,
  file: readonly string[],
): number | undefined {
  const isHere = (line: { pair: number } | undefined): boolean => line !== undefined && line.pair >= 0;
  if (before < 0) return after;
  if (after >= file.length && !isHere(old[end])) return before + 1;
  if (file.slice(before + 1, after).every(isBlank))
    return isHere(old[at - 1]) || !isHere(old[end]) ? before + 1 : after;
  if (isHere(old[at - 1]) && !isHere(old[end])) return before + 1;
  return isHere(old[end]) && !isHere(old[at - 1]) ? after : undefined;
}

/** Lines of the file that differ from what the block takes them to be are not lost without a word. */
function replaced(
  old: readonly { text: string; pair: number }[],
  lines: readonly string[],
  fit: (line: string) => string,
  file: readonly string[],
  { from, to }: { from: number; to: number },
): Placed {
  const wanted = lines.map(fit);
  const differing = old.flatMap(({ text, pair }, index) =>
    pair >= 0 && text.trim() !== file[pair]!.trim() ? [{ text, pair, index }] : [],
  );
  const open = differing.filter(({ text, pair, index }) => {
    const merged =
      old.length === lines.length ? mergeLine(text.trim(), file[pair]!.trim(), lines[index]!.trim()) : undefined;
    if (merged !== undefined) wanted[index] = leadingSpace(wanted[index]!) + merged;
    return merged === undefined && squeeze(text) !== squeeze(file[pair]!);
  });
  const doubts = open.map(
    ({ pair }) => `Line ${pair + 1} is not quite what the block takes it to be; it would be replaced all the same.`,
  );
  return placed([{ from, to, lines: wanted }], doubts);
}

/** Both changes of a line, where they are in different parts of it; undefined where they are not. */
export function mergeLine(base: string, ours: string, theirs: string): string | undefined {
  const a = changeIn(base, ours);
  const b = changeIn(base, theirs);
  if (a.start === b.start || (a.start < b.end && b.start < a.end)) return undefined;
  const [first, second] = a.start < b.start ? [a, b] : [b, a];
  return (
    base.slice(0, first.start) + first.text + base.slice(first.end, second.start) + second.text + base.slice(second.end)
  );
}

/** The words of a line that differ: from the first to the last. */
function changeIn(before: string, after: string): { start: number; end: number; text: string } {
  const old = before.match(/\w+|\s+|[^\w\s]/gu) ?? [];
  const now = after.match(/\w+|\s+|[^\w\s]/gu) ?? [];
  const most = Math.min(old.length, now.length);
  let head = 0;
  while (head < most && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const length = (words: readonly string[]): number => words.reduce((sum, word) => sum + word.length, 0);
  return {
    start: length(old.slice(0, head)),
    end: before.length - length(old.slice(old.length - tail)),
    text: now.slice(head, now.length - tail).join(''),
  };
}
