/** What answers are worth: how many are right, how near the others come, and whether the confidence can be trusted. */
import type { EvalCase } from './cases.ts';
import { firstLine, isBegun, isRight, type PlaceKind } from './places.ts';

export interface Answer {
  text: string;
  shown: string | null;
  confidence: number | null;
}

export interface Score {
  kind: PlaceKind;
  count: number;
  /** The first line is what stood there; of an argument, also: its first word is, and all of it is. */
  exact: number;
  begun: number | null;
  argument: number | null;
  /** 1 - edit distance over the longer length, of the first lines; the mean. */
  similarity: number;
  /** Share that is shown, and how many of those are right in their first line. */
  shown: number;
  precision: number | null;
}

export function scoresOf(cases: readonly EvalCase[], answers: readonly Answer[]): Score[] {
  const kinds = Map.groupBy(
    cases.map((place, index) => ({ place, answer: answers[index]! })),
    ({ place }) => place.kind,
  );
  return [...kinds].map(([kind, pairs]) => {
    const share = (fits: (pair: (typeof pairs)[number]) => boolean) => pairs.filter(fits).length / pairs.length;
    const shown = pairs.filter(({ answer }) => answer.shown !== null);
    const isArgument = kind === 'argument';
    return {
      kind,
      count: pairs.length,
      exact: share(isExact),
      begun: isArgument ? share(({ place, answer }) => isBegun(place, answer.text)) : null,
      argument: isArgument ? share(({ place, answer }) => isRight(place, answer.text)) : null,
      similarity:
        pairs.reduce((sum, { place, answer }) => sum + similarity(place.truth, answer.text), 0) / pairs.length,
      shown: shown.length / pairs.length,
      precision: shown.length === 0 ? null : shown.filter(isExact).length / shown.length,
    };
  });
}

const isExact = ({ place, answer }: { place: EvalCase; answer: Answer }): boolean =>
  firstLine(answer.text) === place.truth.trimEnd();

/** How many would be shown from some confidence on, and how many of them would be right. */
export interface CoveragePoint {
  least: number;
  coverage: number;
  precision: number;
}

export function coverageCurve(
  cases: readonly EvalCase[],
  answers: readonly Answer[],
  leasts: readonly number[],
): CoveragePoint[] {
  return leasts.map((least) => {
    const pairs = cases.map((place, index) => ({ place, answer: answers[index]! }));
    const kept = pairs.filter(({ answer }) => (answer.confidence ?? 0) >= least);
    return { least, coverage: kept.length / pairs.length, precision: kept.filter(isExact).length / kept.length };
  });
}

/** Mean confidence and share of right answers in tenths of the answers, the surest first. */
export function reliability(
  cases: readonly EvalCase[],
  answers: readonly Answer[],
): { confidence: number; right: number }[] {
  const sorted = cases
    .map((place, index) => ({ place, answer: answers[index]! }))
    .sort((a, b) => (b.answer.confidence ?? 0) - (a.answer.confidence ?? 0));
  return Array.from({ length: 10 }, (_, tenth) => {
    const part = sorted.slice((tenth * sorted.length) / 10, ((tenth + 1) * sorted.length) / 10);
    const mean = part.reduce((sum, { answer }) => sum + (answer.confidence ?? 0), 0) / part.length;
    return { confidence: mean, right: part.filter(isExact).length / part.length };
  });
}

export function similarity(truth: string, text: string): number {
  const [a, b] = [truth.trimEnd(), firstLine(text)];
  const longer = Math.max(a.length, b.length);
  return longer === 0 ? 1 : 1 - distance(a, b) / longer;
}

/** Levenshtein's, in one row. */
function distance(a: string, b: string): number {
  const row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0]!;
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j]!;
      row[j] = Math.min(above + 1, row[j - 1]! + 1, diagonal + (a[i - 1] === b[j - 1] ? 0 : 1));
      diagonal = above;
    }
  }
  return row[b.length]!;
}
