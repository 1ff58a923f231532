/**
 * All that was fitted to a model and its tokens: written by `npm run fit` (test/eval/fit/main.ts), not by hand.
 * Model: tiny-code-fim. Places, lines typed: as of before there was one command.
 */

/** Of each level's escape, by feature: see `project/mixture.ts`. */
export const ESCAPE: readonly (readonly number[])[] = [
  [2.33, -0.29, 0.36, -0.03, 0.7, 0.03],
  [1.96, -0.84, 0.9, -0.73, 0.58, 0.73],
  [1.32, -0.77, 1.01, -0.59, 0.06, 0.94],
  [1.12, -0.77, 0.98, -0.91, 0.27, 1.07],
  [0.57, -0.69, 1.27, -1.58, 0.11, 1.36],
  [-0.37, -0.54, 0.51, -0.82, -0.28, 0.73],
  [-0.31, -0.52, 1.81, -1.73, 0.13, 0.77],
  [-0.75, -0.27, 1.5, -1.08, 0.36, 0.47],
  [-2.01, -0.52, 0.25, -0.11, -0.11, 1.03],
];

/** Of each feature of a recalled line: see `lines/likeness.ts`. */
export const RECALL = {
  own: -1.07,
  aboveSame: 0.33,
  aboveEnd: 0.52,
  aboveShared: 0.25,
  belowSame: -0.09,
  belowBegin: 1.0,
  belowShared: 0.1,
  bothSame: 1.58,
  above2Shared: 1.22,
  below2Shared: 1.27,
  headerSame: -0.77,
  headerShared: 2.27,
  indentSame: 0.18,
  distance: 0.17,
  beside: -2.25,
  unknown: -0.33,
  unknownShare: -2.06,
  nearShare: 1.2,
  length: -0.96,
};
/** What speaks for a line that was not found: a constant, and the logarithm of one more than the characters that are written. */
export const UNFOUND = { constant: 4.3, written: -1.08 };

/** Of what a token's chance depends on: see `project/certainty.ts`. */
export const RIGHT: readonly number[] = [
  -0.16, 0.322, 0.82, 0.179, 0.249, -0.014, 0.858, -0.443, 0.253, 0.166, 0.83, 0.012, 0.05, 0.101, -0.322, -0.094,
  7.591, 0.071, -0.072,
];
