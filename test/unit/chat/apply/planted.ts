/** Makes edits of a file with faults planted in how they are told; the same from the same seed. */
import { createPatch } from 'diff';
import type { CodeBlock } from '../../../../src/chat/apply/plan.ts';
import type { CodeSymbol } from '../../../../src/syntax/outline.ts';

export interface SourceText {
  path: string;
  /** With LF. */
  text: string;
  symbols: readonly CodeSymbol[];
}

export const WAYS = ['diff', 'searchReplace', 'file', 'symbol', 'region', 'placeholders'] as const;
export type PlantedWay = (typeof WAYS)[number];

/**
 * `space`: changed within lines; `indented`: the block is as deep as it likes; `stale`: the file has changed since in a line
 * that the block shows; `renumbered`: headers lie; `missing`: a line of context is left out; `duplicate`: what is to be
 * changed stands twice.
 */
export type Fault =
  | 'none'
  | 'space'
  | 'indented'
  | 'tabs'
  | 'stale'
  | 'crlf'
  | 'mixed'
  | 'noFinalEnd'
  | 'renumbered'
  | 'missing'
  | 'blank'
  | 'duplicate';

const FAULTS: Record<PlantedWay, readonly Fault[]> = {
  diff: [
    'none',
    'space',
    'stale',
    'crlf',
    'mixed',
    'noFinalEnd',
    'renumbered',
    'missing',
    'blank',
    'duplicate',
    'indented',
  ],
  searchReplace: [
    'none',
    'space',
    'indented',
    'tabs',
    'stale',
    'crlf',
    'mixed',
    'noFinalEnd',
    'missing',
    'blank',
    'duplicate',
  ],
  file: ['none', 'space', 'crlf', 'mixed', 'noFinalEnd'],
  symbol: ['none', 'indented', 'tabs', 'crlf', 'mixed', 'space', 'duplicate'],
  region: ['none', 'indented', 'tabs', 'crlf', 'mixed', 'space', 'duplicate'],
  placeholders: ['none', 'indented', 'crlf', 'mixed', 'space'],
};

export interface PlantedCase {
  way: PlantedWay;
  fault: Fault;
  path: string;
  /** Of the file, and what it should become. */
  text: string;
  expected: string;
  block: CodeBlock;
}

type Random = (below: number) => number;

/** Park and Miller's generator. */
function randomOf(seed: number): Random {
  let state = (seed * 7919 + 17) % 2147483647;
  const next = (): number => {
    state = (state * 48271) % 2147483647;
    return state;
  };
  for (let index = 0; index < 8; index++) next();
  return (below) => next() % below;
}

interface Work {
  /** Lines of the file before and after, and of the part that the block tells: [from, to) in each. */
  before: string[];
  after: string[];
  from: number;
  to: number;
  newTo: number;
  random: Random;
  path: string;
}

export function makeCase<Source extends SourceText>(
  seed: number,
  sources: readonly Source[],
): PlantedCase & { source: Source } {
  const random = randomOf(seed);
  const source = sources[random(sources.length)]!;
  const way = WAYS[seed % WAYS.length]!;
  const fault = FAULTS[way][random(FAULTS[way].length)]!;
  const work = edit(source, random);
  let code = tell(way, work, fault);
  if (fault === 'indented') code = way === 'diff' ? code : dedent(code);
  if (fault === 'tabs') code = withTabs(code);
  let before = work.before;
  let after = work.after;
  if (fault === 'stale') [before, after] = staled(work);
  if (fault === 'duplicate') {
    // Right below, so that it is in the same class; what was around the first is around neither.
    const mark = source.path.endsWith('.py') ? '#' : '//';
    const copy = ['', `${mark} a copy`, ...work.before.slice(work.from, work.to), `${mark} up to here`, ''];
    before = before.toSpliced(work.to, 0, ...copy);
    after = after.toSpliced(work.newTo, 0, ...copy);
  }
  const [text, expected] = ended(before, after, fault, random);
  const language = way === 'diff' ? 'diff' : '';
  return { way, fault, source, path: source.path, text, expected, block: { code, language, info: language } };
}

/** Changes some lines of a function. */
function edit({ text, symbols, path }: SourceText, random: Random): Work {
  const before = text.replace(/\n$/, '').split('\n');
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length - 1;
  const functions = symbols
    .filter(({ kind, ownLines, bodyStart, end }) => kind === 'function' && ownLines && bodyStart < end)
    .map((symbol) => ({ from: lineAt(symbol.start), to: lineAt(symbol.end - 1) + 1 }))
    .filter(({ from, to }) => to - from >= 6 && to - from <= 60);
  const { from, to } = functions[random(functions.length)]!;
  const changeable = Array.from({ length: to - from - 2 }, (_, index) => from + 1 + index).filter(
    (line) =>
      /^\s+[\w$].{6,}$/.test(before[line]!) && !/^\s*(?:\}|else|case|default|except|elif|\*)/.test(before[line]!),
  );
  const after = [...before];
  const chosen = [...new Set(Array.from({ length: 1 + random(3) }, () => changeable[random(changeable.length)]!))].sort(
    (a, b) => b - a,
  );
  let newTo = to;
  for (const line of chosen) {
    const kind = random(4);
    const space = /^\s*/.exec(before[line]!)![0];
    const added = `${space}noted${line}(${line})${/\.(?:py|go)$/.test(path) ? '' : ';'}`;
    const isSimple = /^\s*[\w$.]+.*[;)]$/.test(before[line]!) && !/[{([,]$/.test(before[line]!);
    if (kind === 0 && isSimple && !/^\s*(?:return|if|for|while)\b/.test(before[line]!)) {
      after.splice(line, 1);
      newTo--;
    } else if (kind === 1 && isSimple && /[;)]$/.test(before[line - 1] ?? '')) {
      after.splice(line, 0, added);
      newTo++;
    } else {
      after[line] = before[line]!.replace(/(\w+)(?!.*\w{2})/, `$1Changed${line}`);
      if (after[line] === before[line]) after[line] = `${before[line]} `.replace(/\w+/, `changed${line}`).trimEnd();
    }
  }
  if (after.join('\n') === before.join('\n')) after[chosen[0]!] = before[chosen[0]!]!.replace(/\w+/, '$&Changed');
  return { before, after, from, to, newTo, random, path };
}

function tell(way: PlantedWay, work: Work, fault: Fault): string {
  const { before, after, from, newTo, random } = work;
  const spaced = (line: string): string =>
    fault === 'space' && random(3) === 0 && before.includes(line) ? `${line}  ` : line;
  const body = after.slice(from, newTo);
  if (way === 'diff') return toldAsDiff(work, fault);
  if (way === 'searchReplace') return toldAsSearch(work, fault);
  if (way === 'file') return after.map(spaced).join('\n');
  if (way === 'symbol') return body.map(spaced).join('\n');
  if (way === 'region') {
    // Lines of the body with what is around the change, as they stand.
    const first = firstChange(before, after);
    const last = lastChange(before, after);
    const start = Math.max(from, first - 4);
    const end = Math.min(newTo, after.length - last + 4);
    return after.slice(start, end).map(spaced).join('\n');
  }
  return toldWithGaps(work, spaced);
}

const firstChange = (before: readonly string[], after: readonly string[]): number => {
  const at = after.findIndex((line, index) => line !== before[index]);
  return at < 0 ? after.length : at;
};
const lastChange = (before: readonly string[], after: readonly string[]): number => {
  let same = 0;
  while (same < after.length && before.at(-1 - same) === after.at(-1 - same)) same++;
  return same;
};

function toldAsDiff({ before, after, random, path }: Work, fault: Fault): string {
  const patch = createPatch(path, `${before.join('\n')}\n`, `${after.join('\n')}\n`, '', '', { context: 3 });
  let lines = patch
    .split('\n')
    .slice(2)
    .filter((line, index, all) => line !== '' || index < all.length - 1);
  if (fault === 'renumbered') {
    const wrong = (): number => 1 + random(400);
    lines = lines.map((line) => (line.startsWith('@@') ? `@@ -${wrong()},${wrong()} +${wrong()},${wrong()} @@` : line));
  }
  if (fault === 'indented') lines = lines.map((line) => (line.startsWith(' ') ? line.slice(1) : line));
  if (fault === 'space') lines = lines.map((line) => (line.startsWith(' ') ? line.replace(/ = /, '  =  ') : line));
  if (fault === 'blank') lines = lines.filter((line) => line !== ' ');
  if (fault === 'missing') {
    const at = lines.findIndex(
      (line, index) => line.startsWith(' ') && lines[index + 1]?.startsWith(' ') && lines[index - 1]?.startsWith(' '),
    );
    if (at >= 0) lines.splice(at, 1);
  }
  return lines.join('\n');
}

function toldAsSearch({ before, after, from, random, path }: Work, fault: Fault): string {
  const first = Math.max(from, firstChange(before, after) - 3);
  const last = Math.max(0, lastChange(before, after) - 2);
  let search = before.slice(first, before.length - last);
  let replace = after.slice(first, after.length - last);
  if (fault === 'blank')
    [search, replace] = [search, replace].map((lines) => lines.filter((line) => line.trim() !== '')) as [
      string[],
      string[],
    ];
  if (fault === 'space') {
    const kept = new Set(search.filter((line) => replace.includes(line)));
    const spaced = (line: string): string => (kept.has(line) ? line.replace(/ = /, '  = ') : line);
    [search, replace] = [search.map(spaced), replace.map(spaced)];
  }
  if (
    fault === 'missing' &&
    search.length > 4 &&
    search[1] === replace[1] &&
    search[0] === replace[0] &&
    search[2] === replace[2]
  ) {
    search = [search[0]!, ...search.slice(2)];
    replace = [replace[0]!, ...replace.slice(2)];
  }
  const name = random(2) === 0 ? [path] : [];
  return [...name, '<<<<<<< SEARCH', ...search, '=======', ...replace, '>>>>>>> REPLACE'].join('\n');
}

/** The function with what is far from its changes left out. */
function toldWithGaps({ before, after, from, newTo, path, random }: Work, spaced: (line: string) => string): string {
  const comment = path.endsWith('.py') ? '#' : '//';
  const texts = ['... existing code ...', '...', 'rest unchanged', '... keep the rest', '(rest of the function)'];
  const start = firstChange(before, after);
  const end = after.length - lastChange(before, after);
  const lines: string[] = [];
  let isOut = false;
  for (let line = from; line < newTo; line++) {
    const keeps = line === from || line === newTo - 1 || (line >= start - 2 && line < end + 2);
    if (keeps) lines.push(spaced(after[line]!));
    else if (!isOut) lines.push(`${/^\s*/.exec(after[line]!)![0]}${comment} ${texts[random(texts.length)]}`);
    isOut = !keeps;
  }
  return lines.join('\n');
}

function dedent(code: string): string {
  const lines = code.split('\n');
  const isMark = (line: string): boolean => /^(?:<{5,}|={5,}|>{5,})/.test(line) || line.trim() === '';
  const depth = Math.min(...lines.filter((line) => !isMark(line)).map((line) => /^[ \t]*/.exec(line)![0].length));
  return lines.map((line) => (isMark(line) ? line : line.slice(depth))).join('\n');
}

/** Spaces as tabs, where all are whole steps of two or four. */
function withTabs(code: string): string {
  const spaces = code
    .split('\n')
    .map((line) => /^ */.exec(line)![0].length)
    .filter((count) => count > 0);
  const width = spaces.every((count) => count % 4 === 0) ? 4 : 2;
  if (spaces.some((count) => count % width !== 0)) return code;
  return code.replace(/^ +/gm, (space) => '\t'.repeat(space.length / width));
}

/** A line next to the change is another by now, in the file and in what it should become. */
function staled({ before, after, from }: Work): [string[], string[]] {
  const line = firstChange(before, after) - 1;
  const text = before[line]!;
  if (line <= from || text.length < 20) return [before, after];
  const now = text.replace(/\w(?=\W*$)/, '$&s');
  return [before.with(line, now), after.with(line, now)];
}

/** Both texts with line ends; a line that stays has the same in both, a new one that of the line that it replaces or follows. */
function ended(before: readonly string[], after: readonly string[], fault: Fault, random: Random): [string, string] {
  if (fault !== 'crlf' && fault !== 'mixed') {
    const end = fault === 'noFinalEnd' ? '' : '\n';
    return [before.join('\n') + end, after.join('\n') + end];
  }
  const endings = before.map(() => (fault === 'crlf' || random(2) === 0 ? '\r\n' : '\n'));
  const text = before.map((line, index) => line + endings[index]).join('');
  // Changes are of single lines, told apart by what follows them.
  const expected: string[] = [];
  let old = 0;
  for (let line = 0; line < after.length; line++) {
    const isNew = !before.slice(old).includes(after[line]!) || before[old] !== after[line];
    if (!isNew) {
      expected.push(after[line]! + endings[old++]);
    } else if (before[old] === after[line + 1]) {
      expected.push(after[line]! + endings[Math.max(0, old - 1)]);
    } else if (before.slice(old + 1, old + 4).includes(after[line]!)) {
      old = before.indexOf(after[line]!, old + 1);
      expected.push(after[line]! + endings[old++]);
    } else {
      expected.push(after[line]! + endings[old++]);
    }
  }
  return [text, expected.join('')];
}
