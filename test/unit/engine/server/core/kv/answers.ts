/** What the simulated model says, from the tokens alone: whatever the cache did, the cells have to spell the same. */
import { mix } from '../../../../../../src/engine/server/core/simulated/cells.ts';

const BEGINNING = 0x811c_9dc5;
const VOCABULARY = 263;
const END = 256;

/** Hash of each beginning of the tokens: of the first one, the first two, … */
export function pastsOf(tokens: readonly number[]): number[] {
  let past = BEGINNING;
  return tokens.map((token) => {
    past = mix(past, mix(past, token));
    return past;
  });
}

/** The greedy token after `tokens`. */
export function answerTo(tokens: readonly number[]): number {
  const token = mix(pastsOf(tokens).at(-1)!, 2) % (VOCABULARY - 1);
  return token < END ? token : token + 1;
}
