/** A context shorter than this gets several times its length in cells, so that several files stay cached. */
const COMFORTABLE_CELLS = 16_384;

/** @returns how many cells a model gets that one request may use `contextTokens` of. */
export const cellsFor = (contextTokens: number): number =>
  Math.max(contextTokens, Math.min(2 * contextTokens, COMFORTABLE_CELLS));
