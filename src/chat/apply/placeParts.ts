/** Places the parts of a block: each in the place of the one with its name, a new one next to its neighbour. */
import { indentationFit } from './indentation.ts';
import { isBlank, type LineRange, type Splice } from './lines.ts';
import { holds, looseLines, type Outlined, type Part } from './parts.ts';
import { cutAtPlaceholders, isPlaceholder, type Known } from './placeholders.ts';
import { lineWords, NOT_FOUND, type Placed, placed, placesWords, type Refusal, refused } from './placement.ts';
import { isStrong, placePieces } from './rewrite.ts';
import { squeeze } from './similarity.ts';

/** Some of the parts of a block, all from its line `start` on, in the place of those with their names among `scope`. */
export function placeParts(
  wanted: readonly Part[],
  block: Outlined,
  old: Outlined,
  scope: readonly Part[],
  known: Known,
  near: LineRange | undefined,
  start: number,
): Placed | Refusal {
  const targets: (Part | undefined)[] = [];
  for (const part of wanted) {
    const found = targetOf(part, wanted, scope, near, (one) => accessOf(one, (one === part ? block : old).lines));
    if (Array.isArray(found)) {
      const ranges = found.map(({ from, to }): LineRange => [from + 1, to]);
      return refused(
        `The file has ${found.length} of the name ${part.name}, in ${placesWords(ranges)}: select the one that is meant.`,
        ranges,
      );
    }
    targets.push(found);
  }
  const gaps = block.lines.map(
    (line, at) =>
      isPlaceholder(line) && !known(line, block.lines[at - 1]) && !wanted.some(({ from, to }) => from <= at && at < to),
  );
  const isGap = (from: number, to: number): boolean => gaps.slice(from, to).includes(true);
  const splices: Splice[] = [];
  const doubts: string[] = [];
  for (const [index, part] of wanted.entries()) {
    const target = targets[index];
    const result =
      target === undefined
        ? placeNew(index, { wanted, targets, block, old, scope, isGap, start })
        : placeOne(part, block, target, old, known);
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
  access: (part: Part) => string,
): Part | Part[] | undefined {
  const same = scope.filter(
    (other) => other.name === part.name && other.kind === part.kind && isWithin(part.container, other.container),
  );
  const namesakes = wanted.filter((other) => other.name === part.name && other.kind === part.kind);
  if (same.length <= 1 && namesakes.length === 1) return same[0];
  const alike = same.filter((other) => squeeze(other.signature) === squeeze(part.signature));
  if (alike.length === 1) return alike[0];
  const accessed = same.filter((other) => access(part) !== '' && access(other) === access(part));
  if (accessed.length === 1) return accessed[0];
  if (namesakes.length === same.length && same.every((other) => isWithin(same[0]!.container, other.container))) {
    return same[namesakes.indexOf(part)];
  }
  if (same.length === 0) return undefined;
  const inside =
    near === undefined ? [] : (alike.length > 0 ? alike : same).filter(({ doc, to }) => doc < near[1] && to >= near[0]);
  return inside.length === 1 && namesakes.length === 1 ? inside[0] : same;
}

/** Of a property, whether it is read or written: two have one name there. */
function accessOf({ from, head, signature }: Part, lines: readonly string[]): string {
  const decorators = lines
    .slice(from, head)
    .filter((line) => /@(?:[\w.]+\.(?:setter|deleter)|(?:\w*_)?property)\b/.test(line));
  return decorators.length > 0
    ? squeeze(decorators.join())
    : (/(?:^|\s)([gs]et)\s+[\w$#]+\(/.exec(signature)?.[1] ?? '');
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
  if (whole && block.lines.slice(part.to).every(isBlank) && endsEarly(lines, old.lines.slice(from, target.to))) {
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
    if (byMembers?.final) return byMembers;
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
  return placeParts(members, block, old, scope, known, undefined, part.from);
}

interface NewParts {
  wanted: readonly Part[];
  targets: readonly (Part | undefined)[];
  block: Outlined;
  old: Outlined;
  scope: readonly Part[];
  /** Between these lines of the block something is left out. */
  isGap: (from: number, to: number) => boolean;
  start: number;
}

/** A new part: next to the nearest that the file has, or behind all that the block leaves out above it. */
function placeNew(index: number, { wanted, targets, block, old, scope, isGap, start }: NewParts): Placed | Refusal {
  const part = wanted[index]!;
  const above = targets.slice(0, index).findLastIndex((target) => target !== undefined);
  const below = targets.findIndex((target, at) => at > index && target !== undefined);
  const isBehindGap = isGap(wanted[above]?.to ?? start, part.doc);
  const last = isBehindGap && below < 0 ? lastOf(scope) : undefined;
  const next = last !== undefined ? -1 : above >= 0 && !(isBehindGap && below >= 0) ? above : below;
  const neighbour = last ?? targets[next];
  if (neighbour === undefined) {
    // It may be no declaration at all: a call as `it('adds', () => {})` is read as one.
    if (part.faulty) return refused(NOT_FOUND);
    return refused(
      `The file has no ${part.kind} ${part.name}, and the block does not say where a new one belongs: put the cursor there and insert it.`,
    );
  }
  const told = wanted[next] ?? part;
  const fit = indentationFit([[block.lines[told.from]!, old.lines[neighbour.from]!]], block.lines, old.lines);
  const fitted = block.lines.slice(part.doc, part.to).map(fit);
  const hasGap =
    [told, part].every(({ doc }) => isBlank(block.lines[doc - 1] ?? '')) ||
    [told, neighbour].some(({ kind }) => kind === 'function');
  const gap = hasGap ? [''] : [];
  const isBelow = neighbour === last || next === above;
  const place = isBelow ? neighbour.to : neighbour.doc;
  return placed([{ from: place, to: place, lines: isBelow ? [...gap, ...fitted] : [...fitted, ...gap] }]);
}

/** The last that is in none of the others. */
function lastOf(scope: readonly Part[]): Part | undefined {
  const outer = scope.filter((part) => !scope.some((other) => other !== part && holds(other, part)));
  return outer.findLast(({ kind }) => kind !== 'import');
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
