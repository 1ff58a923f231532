/** All that was fitted to a model and its tokens. Written by `npm run fit` (test/eval/fit/main.ts), not by hand. */
// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: fitted, and near one by chance.

/** To what. */
export const FITTED = 'tiny-code-fim-31m-q4_0.gguf, 228 places, 2138 keys';

/** Of each level's escape, by feature: see `project/mixture.ts`. */
export const ESCAPE: readonly (readonly number[])[] = [
  [1.43, 0.13, 0.04, -0.3, 0.73, 0.6],
  [1.04, -0.55, 1.55, 0.45, 0.34, -1.52],
  [1.53, -0.44, 0.71, 0, 0.42, -0.77],
  [-0.53, -0.79, 3.1, -0.53, 0.7, -1],
  [-1.23, -0.11, 1.28, -0.3, 0.59, -1.06],
  [-1.91, -0.2, 1.16, 0.97, 1.7, -0.96],
  [-2.53, 0.3, 1.33, -1.81, 1.33, -0.93],
  [-4.63, 0.3, 1.6, -0.74, 1.12, -2.19],
  [-4.1, -0.05, 1.55, -0.91, 2.3, -0.94],
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
  0.329, 0.288, 0.79, 0.548, -0.242, 0.122, 0.735, -0.654, 0.469, 0.288, 0.677, 0.067, 0.126, -0.014, -0.293, -0.012,
  7.596, -0.068, 0.044, -0.262, -0.161, -0.043,
];
