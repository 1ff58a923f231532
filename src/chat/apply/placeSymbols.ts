/** Places a block that has whole functions, classes or methods, by their names. */
import type { CodeSymbol } from '../../syntax/outline.ts';
import { indentationFit, leadingSpace } from './indentation.ts';
import { isBlank, type LineRange, linesOf, type Splice } from './lines.ts';
import { cutAtPlaceholders, isPlaceholder, type Known } from './placeholders.ts';
import { lineWords, type Placed, placed, placesWords, type Refusal, refused } from './placement.ts';
import { isStrong, placePieces } from './rewrite.ts';
import { squeeze } from './similarity.ts';

/** A text with its symbols, by lines. */
interface Outlined {
  lines: readonly string[];
  symbols: readonly Part[];
}

/** A symbol by its lines, from 0: [from, to); `doc` where its comments begin, `head` where its decorators end. */
interface Part extends CodeSymbol {
  from: number;
  to: number;
  doc: number;
  head: number;
}

export type Outliner = (text: string) => CodeSymbol[] | undefined;

/** Methods are no program by themselves in most languages. */
const FRAMES: readonly [string, string][] = [
  ['', ''],
  ['class Quire {\n', '\n}'],
  ['impl Quire {\n', '\n}'],
  ['<?php\n', ''],
  ['<?php class Quire {\n', '\n}'],
];

/**
 * @param code lines of the block; `file` those of the file, `text` its text.
 * @param near lines, from 1, that the block is about.
 * @returns undefined where the block has no symbols.
 */
export function placeSymbols(
  code: readonly string[],
  file: readonly string[],
  text: string,
  outline: Outliner,
  known: Known,
  near: LineRange | undefined,
): Placed | Refusal | undefined {
  const symbols = outline(text);
  const block = outlineBlock(code, outline, known);
  if (symbols === undefined || block === undefined) return undefined;
  const old: Outlined = { lines: file, symbols: partsOf(symbols, text) };
  const top = block.symbols.filter((part) => !block.symbols.some((other) => other !== part && holds(other, part)));
  const wanted = top.filter(({ kind }) => kind !== 'import');
  if (wanted.length === 0) return undefined;
  const loose = looseLines(block, 0, code.length, top, known);
  const there = new Set(file.map(squeeze));
  // Brackets that belong to nothing say that the block was misread.
  const foreign = loose.find((line) => !isStrong(code[line]!) || !there.has(squeeze(code[line]!)));
  if (foreign !== undefined) {
    return refused(
      'The block has code outside of functions and classes that is not in the file: it is not clear where that belongs.',
    );
  }
  const result = placeParts(wanted, block, old, old.symbols, known, near);
  if (result.kind === 'refused') return result;
  const imports = placeImports(
    top.filter(({ kind }) => kind === 'import'),
    block,
    old,
  );
  if (imports.kind === 'refused') return imports;
  const splices = [...imports.splices, ...result.splices].sort((a, b) => a.from - b.from || a.to - b.to);
  return placed(splices, result.doubts);
}

/** Some of the parts of a block, in the place of those with their names among `scope`. */
function placeParts(
  wanted: readonly Part[],
  block: Outlined,
  old: Outlined,
  scope: readonly Part[],
  known: Known,
  near: LineRange | undefined,
): Placed | Refusal {
  const targets: (Part | undefined)[] = [];
  for (const part of wanted) {
    const found = targetOf(part, wanted, scope, near);
    if (Array.isArray(found)) {
      const ranges = found.map(({ from, to }): LineRange => [from + 1, to]);
      return refused(
        `The file has ${found.length} of the name ${part.name}, in ${placesWords(ranges)}: select the one that is meant.`,
        ranges,
      );
    }
    targets.push(found);
  }
  const splices: Splice[] = [];
  const doubts: string[] = [];
  for (const [index, part] of wanted.entries()) {
    const target = targets[index];
    const result =
      target === undefined ? placeNew(index, wanted, targets, block, old) : placeOne(part, block, target, old, known);
    if (result.kind === 'refused') return result;
    splices.push(...result.splices);
    doubts.push(...result.doubts);
  }
  return placed(splices, doubts);
}

/** The one that a part of the block is a version of; several: it is not clear; undefined: it is new. */
function targetOf(
  part: Part,
  wanted: readonly Part[],
  scope: readonly Part[],
  near: LineRange | undefined,
): Part | Part[] | undefined {
  const same = scope.filter(
    (other) => other.name === part.name && other.kind === part.kind && isWithin(part.container, other.container),
  );
  const namesakes = wanted.filter((other) => other.name === part.name && other.kind === part.kind);
  if (same.length <= 1 && namesakes.length === 1) return same[0];
  const alike = same.filter((other) => squeeze(other.signature) === squeeze(part.signature));
  if (alike.length === 1) return alike[0];
  if (namesakes.length === same.length && same.every((other) => isWithin(same[0]!.container, other.container))) {
    return same[namesakes.indexOf(part)];
  }
  if (same.length === 0) return undefined;
  const inside =
    near === undefined ? [] : (alike.length > 0 ? alike : same).filter(({ doc, to }) => doc < near[1] && to >= near[0]);
  return inside.length === 1 && namesakes.length === 1 ? inside[0] : same;
}

/** What is in nothing that the block tells may be in anything. */
const isWithin = (inner: readonly string[], outer: readonly string[]): boolean =>
  inner.every((name, index) => name === outer[outer.length - inner.length + index]);

function placeOne(part: Part, block: Outlined, target: Part, old: Outlined, known: Known): Placed | Refusal {
  const range: LineRange = [target.doc + 1, target.to];
  if (!target.ownLines || !part.ownLines) {
    return refused(`${part.name} shares its lines with other code (${lineWords(range)}): change it by hand.`, [range]);
  }
  const hasDoc = part.doc < part.from;
  // What stands above a symbol stays, unless the block has its own.
  const from = hasDoc ? target.doc : part.head > part.from ? target.from : target.head;
  const lines = block.lines.slice(hasDoc ? part.doc : part.from, part.to);
  const pieces = cutAtPlaceholders(lines, known);
  const whole = pieces.pieces.length === 1 && !pieces.openStart && !pieces.openEnd;
  const isOnlyHead = part.bodyStart >= part.end && target.bodyStart < target.end;
  if (isOnlyHead || (whole && part.faulty)) {
    return refused(`${part.name} is not whole in the block, or not right: the answer may have been cut off.`, [range]);
  }
  if (whole && endsEarly(lines, old.lines.slice(from, target.to))) {
    return {
      ...refused(
        `The block ends before ${part.name} does (${lineWords(range)}), and it is not clear whether the rest goes or stays: ask for the whole of it.`,
        [range],
      ),
      final: true,
    };
  }
  const doubts = leftOut(part, block, target, old, whole);
  if (!whole && MEMBERED.has(part.kind)) {
    const byMembers = placeMembers(part, block, target, old, known);
    if (byMembers?.kind === 'placed') return placed(byMembers.splices, [...byMembers.doubts, ...doubts]);
  }
  const result = placePieces(pieces, old.lines.slice(from, target.to), from);
  return result.kind === 'refused' ? result : placed(result.splices, [...result.doubts, ...doubts]);
}

const MEMBERED: ReadonlySet<string> = new Set(['class', 'impl', 'interface', 'module', 'enum']);

/**
 * Where nothing closes a block, as in Python, one that is cut off looks whole: it ends with a line that is not the last
 * one of the old text.
 */
function endsEarly(lines: readonly string[], old: readonly string[]): boolean {
  const last = squeeze(lines.findLast((line) => !isBlank(line)) ?? '');
  const rest = old.slice(old.findLastIndex((line) => squeeze(line) === last) + 1);
  return isStrong(last) && rest.length < old.length && rest.some(isStrong);
}

/** A class with placeholders between its members: each member on its own. Undefined where it has other lines that are new. */
function placeMembers(
  part: Part,
  block: Outlined,
  target: Part,
  old: Outlined,
  known: Known,
): Placed | Refusal | undefined {
  const inside = block.symbols.filter((other) => other !== part && holds(part, other));
  const members = inside.filter((member) => !inside.some((other) => other !== member && holds(other, member)));
  const scope = old.symbols.filter((other) => other !== target && holds(target, other));
  if (members.length === 0) return undefined;
  const loose = looseLines(block, part.from, part.to, members, known);
  const there = new Set(old.lines.slice(target.from, target.to).map(squeeze));
  if (loose.some((line) => !there.has(squeeze(block.lines[line]!)))) return undefined;
  return placeParts(members, block, old, scope, known, undefined);
}

/** A new part, next to the nearest that the file has. */
function placeNew(
  index: number,
  wanted: readonly Part[],
  targets: readonly (Part | undefined)[],
  block: Outlined,
  old: Outlined,
): Placed | Refusal {
  const part = wanted[index]!;
  const lines = block.lines.slice(part.doc, part.to);
  const above = targets.slice(0, index).findLastIndex((target) => target !== undefined);
  const below = targets.findIndex((target, at) => at > index && target !== undefined);
  const next = above >= 0 ? above : below;
  const neighbour = targets[next];
  if (neighbour === undefined) {
    return refused(
      `The file has no ${part.kind} ${part.name}, and the block does not say where a new one belongs: put the cursor there and insert it.`,
    );
  }
  const pairs = [[block.lines[wanted[next]!.from]!, old.lines[neighbour.from]!]] as const;
  const fit = indentationFit(pairs, block.lines, old.lines);
  const fitted = lines.map(fit);
  const hasGap =
    [next, index].every((at) => isBlank(block.lines[wanted[at]!.doc - 1] ?? '')) || wanted[next]!.kind === 'function';
  const gap = hasGap ? [''] : [];
  const place = above >= 0 ? neighbour.to : neighbour.doc;
  return placed([{ from: place, to: place, lines: above >= 0 ? [...gap, ...fitted] : [...fitted, ...gap] }]);
}

/** What a version leaves out that the old one has, in words. */
function leftOut(part: Part, block: Outlined, target: Part, old: Outlined, whole: boolean): string[] {
  const words: string[] = [];
  if (/^export\b/.test(target.signature) && !/^export\b/.test(part.signature)) {
    words.push(`The block leaves out export of ${part.name}.`);
  }
  if (!whole) return words;
  const members = ({ symbols }: Outlined, within: Part): string[] =>
    symbols.filter((other) => other !== within && holds(within, other)).map(({ name }) => name);
  const has = new Set(members(block, part));
  const missing = [...new Set(members(old, target).filter((name) => !has.has(name)))];
  if (missing.length > 0)
    words.push(`The block leaves out ${missing.slice(0, 5).join(', ')} of ${part.name}, which would be removed.`);
  return words;
}

/** Imports that the file does not have come after its last one; one that names more of a module takes the place of that. */
function placeImports(imports: readonly Part[], block: Outlined, old: Outlined): Placed | Refusal {
  const there = old.symbols.filter(({ kind, container }) => kind === 'import' && container.length === 0);
  const known = new Set(there.map(({ name }) => squeeze(name).replace(/;$/, '')));
  const missing = imports.filter(({ name }) => !known.has(squeeze(name).replace(/;$/, '')));
  const splices: Splice[] = [];
  const added: string[] = [];
  for (const part of missing) {
    const lines = block.lines.slice(part.from, part.to);
    const same = there.filter((other) => moduleOf(other.name) === moduleOf(part.name));
    if (same.length === 0) {
      added.push(...lines);
      continue;
    }
    const [only] = same;
    const names = new Set(part.name.match(/\w+/g));
    if (same.length > 1 || !(only!.name.match(/\w+/g) ?? []).every((name) => names.has(name))) {
      const ranges = same.map(({ from, to }): LineRange => [from + 1, to]);
      return refused(
        'The block imports other things from a module than the file does: it is not clear which of them stay.',
        ranges,
      );
    }
    splices.push({ from: only!.from, to: only!.to, lines });
  }
  const last = there.at(-1);
  if (added.length > 0 && last === undefined) {
    return refused('The block has imports, and the file has none that they could stand next to: insert them by hand.');
  }
  if (last !== undefined && added.length > 0) splices.push({ from: last.to, to: last.to, lines: added });
  return placed(splices);
}

const moduleOf = (text: string): string =>
  /^from\s+\S+/.exec(text)?.[0] ?? /["'<]([^"'>]+)["'>]/.exec(text)?.[1] ?? squeeze(text);

/** Lines of [from, to) that are in none of the parts, and are no placeholders, brackets or the first line. */
function looseLines({ lines }: Outlined, from: number, to: number, parts: readonly Part[], known: Known): number[] {
  const loose: number[] = [];
  for (let line = from; line < to; line++) {
    const text = lines[line]!;
    if (isBlank(text) || parts.some((part) => part.doc <= line && line < part.to)) continue;
    if (!isPlaceholder(text) || known(text, lines[line - 1])) loose.push(line);
  }
  return loose;
}

const holds = (outer: Part, inner: Part): boolean =>
  outer.from <= inner.from && inner.to <= outer.to && outer.bodyStart <= inner.start;

function partsOf(symbols: readonly CodeSymbol[], text: string, skip = 0): Part[] {
  const lines = linesOf(text);
  const texts = lines.map((line) => line.text);
  const lineAt = (offset: number): number => {
    let low = 0;
    let high = lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (lines[middle]!.start <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return symbols.map((symbol) => {
    const from = lineAt(symbol.start);
    return {
      ...symbol,
      from: from - skip,
      to: lineAt(Math.max(symbol.end - 1, symbol.start)) + 1 - skip,
      doc: lineAt(symbol.docStart) - skip,
      head: headOf(texts, from) - skip,
    };
  });
}

/** The first line that is no decorator. */
function headOf(lines: readonly string[], from: number): number {
  let head = from;
  while (/^\s*(?:@[\w.]+(?:\(.*\))?|#\[.*\]|\[[A-Z][\w.]*(?:\(.*\))?\])\s*$/.test(lines[head] ?? '')) head++;
  return head;
}

/** The outline of a block as if it were in a program; undefined where it has none. */
function outlineBlock(code: readonly string[], outline: Outliner, known: Known): Outlined | undefined {
  // A placeholder is no part of any language; a line of Python needs something there.
  const readable = code.map((line, index) => {
    if (!isPlaceholder(line) || known(line, code[index - 1])) return line;
    return /^\s*#/.test(line) ? line.replace(/\S.*$/, 'pass') : '';
  });
  const depth = Math.min(...readable.filter((line) => !isBlank(line)).map((line) => leadingSpace(line).length));
  const text = readable.map((line) => line.slice(depth)).join('\n');
  let best: { symbols: Part[]; score: number } | undefined;
  for (const [before, after] of FRAMES) {
    const framed = before + text + after;
    const skip = before.split('\n').length - 1;
    const found = outline(framed)?.map((symbol) => ({
      ...symbol,
      container: symbol.container.filter((name) => name !== 'Quire'),
    }));
    if (found === undefined) return undefined;
    const own = partsOf(found, framed, skip)
      .filter(({ name, kind }) => name !== 'Quire' || kind === 'import')
      .map((part) => ({ ...part, faulty: part.faulty || part.to > code.length }));
    if (!own.some(({ kind }) => kind !== 'import')) continue;
    // What ends with the frame instead of by itself is not whole.
    const faults = own.filter(({ faulty }) => faulty).length;
    const score = looseLines({ lines: code, symbols: own }, 0, code.length, own, known).length + 1000 * faults;
    if (best === undefined || score < best.score) best = { symbols: own, score };
    if (score === 0) break;
  }
  if (best === undefined) return undefined;
  const hasGaps = readable.some((line, index) => line !== code[index]);
  return { lines: code, symbols: hasGaps ? best.symbols.map((part) => extended(part, code)) : best.symbols };
}

/** A part with all that is deeper than its first line, and what closes it: brackets say little where lines are left out. */
function extended(part: Part, code: readonly string[]): Part {
  const depth = leadingSpace(code[part.from] ?? '').length;
  let to = part.to;
  for (let line = part.to; line < code.length; line++) {
    const text = code[line]!;
    if (isBlank(text)) continue;
    const space = leadingSpace(text).length;
    const closes = space === depth && /^\s*(?:[)\]}]|end\b)/.test(text);
    if (space <= depth && !closes) break;
    to = line + 1;
  }
  return { ...part, to };
}
