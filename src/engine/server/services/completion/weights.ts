/** All that was fitted to a model and its tokens. Written by `npm run fit` (test/eval/fit/main.ts), not by hand. */
// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: fitted, and near one by chance.

/** To what. */
export const FITTED = 'tiny-code-fim-31m-q4_0.gguf, 228 places, 2138 keys';

/** Of each level's escape, by feature: see `project/mixture.ts`. */
export const ESCAPE: readonly (readonly number[])[] = [
  [1.82, 0.03, 0.24, 0.43, 0.26, 0.38],
  [0.9, -0.54, 1, -0.27, 0.43, -1.5],
  [1.09, -0.51, 0.72, -0.13, 0.79, -0.85],
  [-0.9, -0.73, 2.66, -0.93, 0.77, -1.27],
  [-0.84, -0.21, 1.71, -0.39, 0.34, -0.65],
  [-1.83, -0.43, 1.01, 0.22, 1.6, -1.16],
  [-2.97, 0.19, 1.49, -1.8, 1.28, -1.49],
  [-4.03, 0.2, 1.95, -0.89, 1.29, -1.42],
  [-4.27, -0.09, 1.58, -0.92, 2.06, -1.43],
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
  0.018, 0.336, 0.789, 0.164, -0.069, 0.061, 0.803, -0.434, 0.395, 0.13, 0.792, 0.01, 0.184, 0.083, -0.305, -0.115,
  7.593, 0.02, 0.014,
];
