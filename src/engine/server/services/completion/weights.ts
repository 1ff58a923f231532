/** All that was fitted to a model and its tokens. Written by `npm run fit` (test/eval/fit/main.ts), not by hand. */

/** To what. */
export const FITTED = 'tiny-code-fim-2-q8_0.gguf, 227 places, 2138 keys';

/** Of each level's escape, by feature: see `project/mixture.ts`. */
export const ESCAPE: readonly (readonly number[])[] = [
  [2.18, -0.14, 0.03, 0.43, -0.06, -0.04],
  [1.42, -0.97, 0.9, -1.03, 0.46, -0.29],
  [1.04, -0.44, 0.79, 0.04, 0.39, -0.12],
  [1.09, -0.83, 1.62, -0.38, 1.11, 0.03],
  [-0.35, -0.6, 2.06, -2.55, 0.74, -0.31],
  [-1.41, -0.03, -0.17, -0.98, 0.86, -0.16],
  [-1, -0.25, -0.31, -0.92, 1.34, -0.22],
  [-2.16, 0.31, 1.2, -1.22, 1.02, -0.07],
  [-2.55, -0.05, 0.13, -0.07, 1.02, -0.1],
];

/** Of each feature of a recalled line: see `lines/likeness.ts`. */
export const RECALL = {
  own: -0.68,
  aboveSame: 0.74,
  aboveEnd: 0.4,
  aboveShared: -0.56,
  belowSame: 0.13,
  belowBegin: 0.98,
  belowShared: -0.37,
  bothSame: 1.59,
  above2Shared: 1.52,
  below2Shared: 1.06,
  headerSame: -0.61,
  headerShared: 1.72,
  indentSame: 0.11,
  distance: 0,
  beside: -2.45,
  unknown: -0.21,
  unknownShare: -2.87,
  nearShare: 1.05,
  length: -0.84,
};
/** What speaks for a line that was not found: a constant, and the logarithm of one more than the characters that are written. */
export const UNFOUND = {
  constant: 3.66,
  written: -1.13,
};

/** Of what a token's chance depends on: see `project/certainty.ts`. */
export const RIGHT: readonly number[] = [
  0.304, 0.477, 0.387, 0.112, -0.245, 0.149, 0.429, -0.818, 0.99, 0.23, 0.513, 0.071, 0.359, -0.009, 0.382, -0.127,
  4.896, -0.214, 0.382,
];
