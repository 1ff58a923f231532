/** Holds what the memory says of anchors against what became of the code. */
import type { CheckedAnchor, MemoryAnchor } from '../../../../src/engine/protocol/index.ts';
import { isTrue } from '../../../../src/engine/server/services/memory/items.ts';
import type { SourceFile } from '../../places.ts';
import { type Declared, type Referee, spelled, type Truth } from './truth.ts';

/** What has fewer tokens is like other code by chance: whether it moved nobody can tell. */
const LEAST_MOVED = 10;

export interface Counts {
  anchors: number;
  /** Used as true. */
  believed: number;
  /** Used as true, and the code is another. */
  falselyFresh: number;
  /** The code is as it was, where it was. */
  same: number;
  /** Of these, not used as true. */
  falselyStale: number;
  /** The code is as it was under another name or in another file, and nowhere else. */
  moved: number;
  /** Of these, found there. */
  followed: number;
  /** The code changed or is gone. */
  other: number;
  /** The other parser knows no such symbol. */
  unjudged: number;
  /** What went wrong, in words. */
  wrong: string[];
}

export const none = (): Counts => ({
  anchors: 0,
  believed: 0,
  falselyFresh: 0,
  same: 0,
  falselyStale: 0,
  moved: 0,
  followed: 0,
  other: 0,
  unjudged: 0,
  wrong: [],
});

export type Truths = Map<string, Truth>;

export const truthsOf = (referee: Referee, files: readonly SourceFile[]): Truths =>
  new Map(files.map(({ path, content }) => [path, referee.read(path, content)]));

/** @param before @param after what the other parser says of all files. @param checked of `anchors`, one for each. */
export function verdicts(
  before: Truths,
  after: Truths,
  anchors: readonly MemoryAnchor[],
  checked: readonly CheckedAnchor[],
): Counts {
  const counts = none();
  const places = newPlaces(before, after);
  for (const [at, anchor] of anchors.entries()) {
    const now = checked[at]!;
    const was = codeAt(before, anchor);
    if (was === undefined) {
      counts.unjudged++;
      continue;
    }
    counts.anchors++;
    const where = `${anchor.path} ${anchor.symbol ?? ''} -> ${now.state} ${now.path} ${now.symbol ?? ''}`;
    if (isTrue(now.state)) {
      counts.believed++;
      const is = codeAt(after, now);
      const own = now.state === 'moved';
      if (is === undefined || text(is, own) !== text(was, own)) {
        counts.falselyFresh++;
        counts.wrong.push(`falsely fresh: ${where}`);
      }
    }
    const still = codeAt(after, anchor);
    if (still !== undefined && text(still, false) === text(was, false)) {
      counts.same++;
      if (isTrue(now.state)) continue;
      counts.falselyStale++;
      counts.wrong.push(`falsely stale: ${where}`);
      continue;
    }
    const moves = still === undefined && was.tokens.length >= LEAST_MOVED ? (places.get(text(was, true)) ?? []) : [];
    const named = moves.filter(({ symbol }) => symbol === anchor.symbol);
    const target = moves.length === 1 ? moves[0] : named.length === 1 ? named[0] : undefined;
    if (target === undefined) {
      counts.other++;
      continue;
    }
    counts.moved++;
    if (isTrue(now.state) && now.path === target.path && now.symbol === target.symbol) counts.followed++;
    else counts.wrong.push(`not followed to ${target.path} ${target.symbol}: ${where}`);
  }
  return counts;
}

export function sum(all: readonly Counts[]): Counts {
  const total = none();
  for (const one of all) {
    for (const key of Object.keys(total) as (keyof Counts)[]) {
      if (key === 'wrong') total.wrong.push(...one.wrong);
      else total[key] += one[key];
    }
  }
  return total;
}

interface Place {
  path: string;
  symbol: string | null;
}
type Code = Pick<Declared, 'tokens'> & { name?: string };

const codeAt = (truths: Truths, { path, symbol }: Place): Code | undefined =>
  symbol === null ? truths.get(path) : truths.get(path)?.symbols.get(symbol);

/** @param own without its own name. */
const text = ({ tokens, name }: Code, own: boolean): string => spelled(tokens, own ? name : undefined);

/** Of places that were not there before, by their text without their own name. */
function newPlaces(before: Truths, after: Truths): Map<string, Place[]> {
  const places = new Map<string, Place[]>();
  const add = (code: Code, place: Place) => {
    const key = text(code, true);
    places.set(key, [...(places.get(key) ?? []), place]);
  };
  for (const [path, truth] of after) {
    if (!before.has(path)) add(truth, { path, symbol: null });
    for (const [symbol, declared] of truth.symbols) {
      if (!before.get(path)?.symbols.has(symbol)) add(declared, { path, symbol });
    }
  }
  return places;
}
