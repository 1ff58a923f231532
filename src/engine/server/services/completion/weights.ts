/** All that was fitted to a model and its tokens. Written by `npm run fit` (test/eval/fit/main.ts), not by hand. */
// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: fitted, and near one by chance.

/** To what. */
export const FITTED = 'tiny-code-fim-31m-q4_0.gguf, 1141 places, 2138 keys';

/** Of each level's escape, by feature: see `project/mixture.ts`. */
export const ESCAPE: readonly (readonly number[])[] = [
  [2.62, 0.1, -0.49, -0.49, 0.53, 0.33, 1.11],
  [1.53, -0.68, 1.43, -0.24, 1.28, -1.23, 1.19],
  [1.04, -0.69, 0.56, -0.87, 1.58, -1.52, 0.93],
  [-0.08, -0.47, 1.63, -0.34, 1.11, -1.7, 1.14],
  [-0.18, -0.54, 1.89, -0.35, 1.5, -1.57, 0.97],
  [-1.31, -0.35, 1.78, 0.54, 2.16, -1.72, 1.03],
  [-1.55, -0.38, 1.6, -1.73, 2.15, -1.57, 0.85],
  [-2.12, -0.19, 2.2, -1.15, 2.24, -1.19, 0.34],
  [-2.31, -0.67, 1.16, -0.83, 2.33, -1.72, 0.44],
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
  0.349, 0.336, 0.743, 0.504, -0.257, 0.096, 0.885, -0.623, 0.455, 0.265, 0.657, 0.039, 0.25, -0.025, -0.29, -0.027,
  7.597, -0.027, 0.069, -0.167, -0.171, -0.094,
];
