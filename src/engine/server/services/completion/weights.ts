/** All that was fitted to a model and its tokens. Written by `npm run fit` (test/eval/fit/main.ts), not by hand. */

/** To what. */
export const FITTED = 'tiny-code-fim-q8_0.gguf, 569 places';

/** Of each level's escape, by feature: see `project/mixture.ts`. */
export const ESCAPE: readonly (readonly number[])[] = [
  [2.12, -0.46, 0.25, 0.27, 0.33, -0.1],
  [1.16, -1.19, 0.83, -1.74, 1.13, -0.96],
  [0.52, -0.73, 1, -0.17, 1.06, -0.73],
  [-0.36, -0.62, 1.65, -0.93, 0.94, -1.12],
  [-0.32, -0.27, 2.03, -0.62, 0.22, -0.62],
  [-1.43, -0.26, 1.34, -0.21, 0.5, -0.86],
  [-2.4, -0.59, 1.52, -1.8, 1.07, -1.21],
  [-2.57, -0.23, 2.46, -1.17, 1.11, -0.51],
  [-2.85, -0.54, 1.61, -0.93, 1.61, -1.26],
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
