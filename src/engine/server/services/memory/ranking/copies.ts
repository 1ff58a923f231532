/** Of items that say nearly the same, or are of the same thing, only the best is shown. */
import type { MemoryItem, MemoryKind } from '../../../../protocol/index.ts';
import { stemsOf } from './question.ts';

/** Share of the different words of both that they have in common (Jaccard). */
const NEAR = 0.85;
/** Of two things that were said, a day or a number may be all that differs, and the newer one must not be lost for it. */
const SAID: ReadonlySet<MemoryKind> = new Set(['turn', 'fact', 'proposal']);
/** UTF-16 units that are compared. */
const MOST_TEXT = 2_000;

/**
 * @param ordered the best first.
 * @returns without those whose text has nearly the words of a better one of the same kind, or that are of what a better one is of:
 * it stands in a file of code, and in the file of declarations beside it. What is pinned stays: a person wants it there.
 */
export function withoutCopies<T extends { item: MemoryItem }>(ordered: readonly T[]): T[] {
  const kept: { one: T; words: Set<string> }[] = [];
  const known = new Set<string>();
  for (const one of ordered) {
    const { kind, pinned, text } = one.item;
    const thing = thingOf(one.item);
    if (!pinned && known.has(thing.other)) continue;
    known.add(thing.own);
    const isSaid = SAID.has(kind);
    const words = isSaid ? everyWordOf(text) : stemsOf(text.slice(0, MOST_TEXT));
    const copy = kept.some((other) => other.one.item.kind === kind && areNear(words, other.words, isSaid ? 1 : NEAR));
    if (pinned || !copy) kept.push({ one, words });
  }
  return kept.map(({ one }) => one);
}

const everyWordOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));

function areNear(a: ReadonlySet<string>, b: ReadonlySet<string>, near: number): boolean {
  if (Math.min(a.size, b.size) < near * Math.max(a.size, b.size)) return false;
  let common = 0;
  for (const word of a) if (b.has(word)) common++;
  return common > 0 && common >= near * (a.size + b.size - common);
}

/** What an item is of, and what it would be in the file beside its own: `lib/a.js#f` where it is `lib/a.d.ts#f`. */
function thingOf({ key, path }: MemoryItem): { own: string; other: string } {
  const [, stem, ending] = /^(.*)\.(d\.[cm]?ts|[cm]?jsx?)$/.exec(path ?? '') ?? [];
  if (stem === undefined) return { own: key, other: '' };
  const of = key.replace(path!, stem);
  return ending!.startsWith('d.') ? { own: `declared ${of}`, other: of } : { own: of, other: `declared ${of}` };
}
