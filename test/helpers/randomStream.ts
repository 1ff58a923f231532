/**
 * How the stream that runs through the layers of a random model is kept in balance, so that its greedy text is neither
 * one word for ever nor decided by the last bit of a sum. Everything is measured in deviations of an element.
 */
import { floats, matrix, type RandomTensor } from './randomTensors.ts';
import type { RandomTokenizer } from './randomTokenizer.ts';

/** Standard deviation of the logits that are left to chance: at temperature 1 the best few tokens are drawn. */
const LOGIT_DEVIATION = 4;
/** Embeddings of control tokens, against 1 of words: they can be read, and are hardly ever drawn. */
const CONTROL = 0.3;
/** Embeddings of fillers and stray bytes. */
const SILENCE = 0.01;
/**
 * Where embedding and output share their weights, a stream that grows little repeats its last token. Grown by this
 * times the root of its width, a token gives itself a tenth of the logits' deviation.
 */
const GROWTH = 10;
/** What {@link memory} adds to the stream. */
export const MEMORY = 5;
/** Logit of the token that {@link memory} gives, in deviations of all others. The best of 4,000 others is at 3.6. */
const MARGIN = 6;
/**
 * What the feed-forward part of a layer without memory adds. Products of what comes in, as it makes them, double every
 * error from layer to layer where they weigh.
 */
export const QUIET = 0.1;
/** Input of the gate of the unit that knows the token; the others' are about 0. */
const MATCH = 8;

/** What every model has: embeddings, which are the output's weights too, and the norm before the output. */
export function ends(tokenizer: RandomTokenizer, vocabulary: number, width: number): RandomTensor[] {
  const words = new Set(tokenizer.words);
  const controls = new Set(tokenizer.controls);
  return [
    {
      ...matrix('token_embd.weight', width, vocabulary),
      deviation: (token) => (words.has(token) ? 1 : controls.has(token) ? CONTROL : SILENCE),
      element: embedding(width),
    },
    floats('output_norm.weight', [width], LOGIT_DEVIATION / Math.sqrt(width)),
  ];
}

/**
 * What each of `branches` adds to the stream. Every one adds the same share of what has come to it, so that early ones,
 * which know the last token best, count as much as late ones.
 */
export function gainsOf(branches: number, width: number): number[] {
  return growing(branches, 1, GROWTH * Math.sqrt(width));
}

/**
 * What attention adds layer by layer where the first layer is a {@link memory}: a little before it, and behind it so
 * much that the memory decides most tokens, and the context some.
 */
export function gainsWithMemory(layers: number, width: number): number[] {
  return [0.1, ...growing(layers - 1, MEMORY, Math.hypot(1, Math.sqrt(width) / MARGIN))];
}

function growing(branches: number, from: number, times: number): number[] {
  const growth = times ** (2 / branches);
  return Array.from({ length: branches }, (_, branch) => from * Math.sqrt((growth - 1) * growth ** branch));
}

/** Feed-forward tensors of a layer: in the first one a {@link memory}, in others chance. */
export function feedForwardOf(layer: number, tokenizer: RandomTokenizer, width: number, units: number): RandomTensor[] {
  if (layer === 0) return memory(tokenizer, width, units);
  return [
    matrix(`blk.${layer}.ffn_gate.weight`, width, units),
    matrix(`blk.${layer}.ffn_up.weight`, width, units),
    matrix(`blk.${layer}.ffn_down.weight`, units, width, QUIET),
  ];
}

/**
 * Weights that know for each word which one comes next, one unit a word, as those of trained models are found to: Geva
 * et al., https://aclanthology.org/2021.emnlp-main.446. The answer stands so far above chance that two orders of
 * summing up the same numbers hardly ever make two texts.
 */
function memory(tokenizer: RandomTokenizer, width: number, units: number): RandomTensor[] {
  const element = embedding(width);
  const [known, next] = successors(tokenizer, units);
  const key = (unit: number, column: number): number => element(known[unit] ?? -1 - unit, column);
  return [
    { ...matrix('blk.0.ffn_gate.weight', width, units), deviation: () => MATCH / width, element: key },
    { ...matrix('blk.0.ffn_up.weight', width, units), deviation: () => 1 / width, element: key },
    {
      ...matrix('blk.0.ffn_down.weight', units, width),
      deviation: () => MEMORY / MATCH,
      element: (row, unit) => (unit < next.length ? element(next[unit]!, row) : 0),
    },
  ];
}

/** Tokens that a memory of `units` knows, and what comes next: from any of them all words are reached. */
function successors({ words, controls }: RandomTokenizer, units: number): [known: number[], next: number[]] {
  const shuffled = [...words].sort((a, b) => mixed(a) - mixed(b));
  const known = [...shuffled, ...controls].slice(0, units);
  return [known, known.map((_, index) => shuffled[(index + 1) % shuffled.length]!)];
}

/** Elements of the embeddings, in odd numbers from -127 to 127: the same wherever they are asked for. */
function embedding(width: number): (token: number, column: number) => number {
  return (token, column) => ((mixed(token * width + column) | 1) << 24) >> 24;
}

/** The finaliser of MurmurHash3: a number that looks random. */
function mixed(value: number): number {
  let hash = value + 0x9e37_79b9;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}
