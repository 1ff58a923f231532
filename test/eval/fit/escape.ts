/**
 * Fits the escapes of `project/mixture.ts` to samples: gradient ascent (Adam, Kingma and Ba 2015) on the likelihood of what
 * came, interpolated; and tells how many lines are exactly right with some weights, and how likely what came is.
 */
import { REST } from '../../../src/engine/server/services/completion/project/mixedSampler.ts';
import { featuresOf, Mixture } from '../../../src/engine/server/services/completion/project/mixture.ts';
import type { Line, Sample } from './samples.ts';

const STEPS = 80;
const RATE = 0.08;
/** Weights that have little to say stay near to what they were. */
const INERTIA = 1e-3;

export type Escape = readonly (readonly number[])[];

/** What a gradient needs of a sample: at each level the share of what came, and the features. */
interface Row {
  model: number;
  levels: { index: number; share: number; features: number[] }[];
}

function rowOf({ levels, model, right, most }: Sample): Row {
  // Where several tokens would have been right, the one that the longest match has seen most.
  const top = levels.at(-1)!;
  let at = right.indexOf(1);
  for (let i = at; i >= 0 && i < right.length; i++) if (right[i] === 1 && top.counts[i]! > top.counts[at]!) at = i;
  return {
    model: model[at]!,
    levels: levels.map((level) => ({
      index: level.index,
      share: level.counts[at]! / level.total,
      features: featuresOf(level, model[level.favourite]!, most),
    })),
  };
}

/** @param from what the weights are near to. */
export function fittedEscape(lines: readonly Line[], from: Escape): number[][] {
  const rows = lines.flatMap(({ samples }) => samples.filter(({ levels }) => levels.length > 0).map(rowOf));
  const weights = from.map((row) => [...row]);
  const first = from.map((row) => row.map(() => 0));
  const second = from.map((row) => row.map(() => 0));
  for (let step = 1; step <= STEPS; step++) {
    const slopes = from.map((row) => row.map(() => 0));
    for (const row of rows) addSlope(row, weights, slopes);
    const rate = RATE * Math.min(1, 2 - (2 * step) / (STEPS + 1));
    for (const [level, row] of weights.entries()) {
      for (let j = 0; j < row.length; j++) {
        const slope = slopes[level]![j]! / lines.length - INERTIA * (row[j]! - from[level]![j]!);
        first[level]![j] = 0.9 * first[level]![j]! + 0.1 * slope;
        second[level]![j] = 0.99 * second[level]![j]! + 0.01 * slope * slope;
        const spread = Math.sqrt(second[level]![j]! / (1 - 0.99 ** step)) + 1e-7;
        row[j]! += (rate * (first[level]![j]! / (1 - 0.9 ** step))) / spread;
      }
    }
  }
  return weights;
}

/** How the logarithm of what came grows with each weight. */
function addSlope({ model, levels }: Row, weights: Escape, slopes: number[][]): void {
  const escapes = levels.map(({ index, features }) => {
    let logit = 0;
    for (let j = 0; j < features.length; j++) logit += weights[index]![j]! * features[j]!;
    return 1 / (1 + Math.exp(-logit));
  });
  const below = [model + 1e-7];
  for (const [i, { share }] of levels.entries()) below.push((1 - escapes[i]!) * share + escapes[i]! * below[i]!);
  let reach = 1 / below.at(-1)!;
  for (let i = levels.length - 1; i >= 0; i--) {
    const { index, share, features } = levels[i]!;
    const e = escapes[i]!;
    const slope = reach * (below[i]! - share) * e * (1 - e);
    reach *= e;
    for (let j = 0; j < features.length; j++) slopes[index]![j]! += slope * features[j]!;
  }
}

export interface Quality {
  lines: number;
  exact: number;
  /** Logarithm of the probability of all that came. */
  likelihood: number;
  tokens: number;
}

/** What answers would be with some weights. @param bias see `Mixture.mix`; Infinity: the model without the code. */
export function qualityOf(lines: readonly Line[], weights: Escape, bias = 0): Quality {
  const quality: Quality = { lines: 0, exact: 0, likelihood: 0, tokens: 0 };
  const longest = Math.max(0, ...lines.flatMap(({ samples }) => samples.map(({ model }) => model.length)));
  const mixture = new Mixture(longest, weights);
  for (const { samples } of lines) {
    let exact = true;
    for (const sample of samples) {
      const { count, probability } = chosen(sample, mixture, bias);
      exact &&= count;
      quality.likelihood += Math.log(Math.max(probability, 1e-7));
      quality.tokens++;
    }
    quality.lines++;
    if (exact) quality.exact++;
  }
  return quality;
}

/** Whether what would be chosen is right (as `MixedSampler` chooses), and the probability of what is. */
function chosen(
  { levels, model, right, recalled, ends, barred, most, powerSum }: Sample,
  mixture: Mixture,
  bias: number,
): { count: boolean; probability: number } {
  const count = model.length;
  const alone = bias === Number.POSITIVE_INFINITY;
  mixture.mix(
    { count, levels: alone ? [] : levels },
    model,
    { most, powerSum: levels.length > 0 && !alone ? powerSum : undefined },
    alone ? 0 : bias,
  );
  const given = recalled.reduce((sum, share) => sum + share, 0);
  let [best, greatest, probability] = [-1, Number.NEGATIVE_INFINITY, 0];
  for (let i = 0; i < count; i++) {
    const other = (1 - given) * mixture.probabilities[i]!;
    if (right[i] === 1) probability += recalled[i]! + other;
    if (barred[i] === 1) continue;
    const worth = recalled[i]! + (given > 0 && ends[i] === 0 ? REST : 1) * other;
    if (worth > greatest) [best, greatest] = [i, worth];
  }
  return { count: best >= 0 && right[best] === 1, probability };
}
