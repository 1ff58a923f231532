/** All that was fitted to a model and its tokens. Written by `npm run fit` (test/eval/fit/main.ts), not by hand. */

/** To what. */
export const FITTED = 'tiny-code-fim-q8_0.gguf, 1139 places';

/** Of each level's escape, by feature: see `project/mixture.ts`. */
export const ESCAPE: readonly (readonly number[])[] = [
  [1.66, -0.41, 0.06, -0.09, -0.07, -0.13],
  [0.53, -0.81, 0.82, -1.35, 0.9, -0.24],
  [0.62, -0.71, 0.36, -1.35, 1.04, -0.17],
  [0.33, -0.61, 1.42, -0.36, 1, -0.12],
  [-0.52, -0.49, 1.14, -1.51, 0.77, -0.27],
  [-1.86, -0.25, 0.86, -1.26, 0.89, -0.33],
  [-1.49, -0.47, 0.97, -1.37, 1.43, -0.2],
  [-1.88, -0.31, 2.02, -1.4, 1.62, -0.11],
  [-2.09, -0.53, 0.67, -0.73, 1.33, -0.27],
];

/** Of each feature of a recalled line: see `lines/likeness.ts`. */
export const RECALL = {
  own: -1.07,
  aboveSame: 0.33,
  aboveEnd: 0.52,
  aboveShared: 0.25,
  belowSame: -0.09,
  belowBegin: 1,
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
export const UNFOUND = {
  constant: 4.3,
  written: -1.08,
};

/** Of what a token's chance depends on: see `project/certainty.ts`. */
export const RIGHT: readonly number[] = [
  -0.16, 0.322, 0.82, 0.179, 0.249, -0.014, 0.858, -0.443, 0.253, 0.166, 0.83, 0.012, 0.05, 0.101, -0.322, -0.094,
  7.591, 0.071, -0.072,
];
