/**
 * Which pieces a question is about: BM25F (Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted
 * fields", CIKM 2004) over the text of a piece, the names that it declares and the path of its file. Counts of the fields
 * are weighted and added before they saturate, so that a word in all three counts once.
 */
import type { Query, Term } from './query.ts';
import type { IndexBlock, IndexedFile, IndexedPiece, SearchIndex } from './searchIndex.ts';

/** `k1` and `b` as Robertson and Zaragoza give them ("The Probabilistic Relevance Framework", 2009, 3.4); the weights are chosen by hand, that of the path by `eval:search`. */
export interface Weights {
  k1: number;
  body: number;
  bodyB: number;
  names: number;
  namesB: number;
  /** Of a word in the name of the file; in that of a folder it counts half. */
  path: number;
  /** How much of the score depends on the share of the question that a piece has. */
  coverage: number;
}

export const WEIGHTS: Weights = {
  k1: 1.2,
  body: 1,
  bodyB: 0.75,
  names: 3,
  namesB: 0.5,
  path: 4,
  coverage: 0.5,
};

export interface Ranked {
  file: IndexedFile;
  /** Lines from 1. */
  start: number;
  end: number;
  score: number;
  /** The words of the question that the piece has, those that say most first; made when it is asked for: few are. */
  readonly why: string[];
}

/** Pieces that are looked at more closely. */
const CANDIDATES = 400;
/** Pieces of one file. */
const PER_FILE = 3;

/**
 * Ranks in steps of a few microseconds each: between them others may have their turn, and the index may change. What comes
 * meanwhile is not found, and what goes is left out.
 * @param within which files are searched; undefined: all.
 * @returns the best first; a file has three pieces at most.
 */
export function* ranking(
  index: SearchIndex,
  query: Query,
  within?: (path: string) => boolean,
  weights: Weights = WEIGHTS,
): Generator<void, Ranked[]> {
  const found = index.blocks.map(
    (block): Found => ({
      block,
      scores: new Float64Array(block.pieces.length),
      covered: new Float64Array(block.pieces.length),
      masks: new Int32Array(block.pieces.length),
    }),
  );
  const worths: number[] = [];
  for (const [bit, term] of query.terms.entries()) worths.push(yield* addTerm(index, found, { term, bit, weights }));
  const total = sum(worths.filter((_, bit) => query.terms[bit]!.word !== undefined));
  const best = new Best();
  for (const { block, scores, covered, masks } of found) {
    for (let number = 0; number < scores.length; number++) {
      if (scores[number] === 0) continue;
      const piece = block.pieces[number]!;
      const { file } = piece;
      const share = total === 0 ? 1 : Math.min(1, covered[number]! / total);
      const factor = query.tests ? file.factors.forTests : file.factors.usual;
      const score = scores[number]! * factor * (1 - weights.coverage + weights.coverage * share);
      if (score <= best.least || file.state !== 'live' || (within && !within(file.path))) continue;
      best.add({ piece, score, mask: masks[number]! });
    }
    yield;
  }
  return ordered(best.all()).map(({ piece: { file, start, end }, score, mask }) => ({
    file,
    start,
    end,
    score,
    get why() {
      return why(mask, worths, query.terms);
    },
  }));
}

interface Found {
  block: IndexBlock;
  /** Of each piece that there was when ranking began. */
  scores: Float64Array;
  /** How much the words that the piece has say. */
  covered: Float64Array;
  /** A bit for each term of the query. */
  masks: Int32Array;
}

interface Candidate {
  piece: IndexedPiece;
  score: number;
  mask: number;
}

/** Adds what a term is worth to every piece that has it. @returns how much it says: its weight and how rare it is. */
function* addTerm(
  index: SearchIndex,
  found: readonly Found[],
  { term, bit, weights }: { term: Term; bit: number; weights: Weights },
): Generator<void, number> {
  const { pieces: count, words, names } = index.totals;
  let has = 0;
  for (const { block } of found) {
    block.postings.each(term.hash, (piece) => {
      if (block.pieces[piece]!.file.state === 'live') has++;
    });
    yield;
  }
  if (has === 0) return 0;
  const worth = term.weight * Math.log(1 + Math.max(0, count - has + 0.5) / (has + 0.5));
  const said = term.word === undefined ? 0 : worth;
  const meanWords = words / count || 1;
  const meanNames = names / count || 1;
  for (const { block, scores, covered, masks } of found) {
    block.postings.each(term.hash, (number, inBody, inNames, inPath) => {
      const piece = block.pieces[number]!;
      if (number >= scores.length || piece.file.state !== 'live') return;
      const bodyNorm = 1 - weights.bodyB + (weights.bodyB * piece.words) / meanWords;
      const namesNorm = 1 - weights.namesB + (weights.namesB * piece.names) / meanNames;
      const frequency =
        (weights.body * inBody) / bodyNorm + (weights.names * inNames) / namesNorm + (weights.path * inPath) / 2;
      scores[number]! += (worth * frequency) / (weights.k1 + frequency);
      covered[number]! += said;
      masks[number]! |= 1 << bit;
    });
    yield;
  }
  return worth;
}

/** The best pieces of all. */
class Best {
  #pieces: Candidate[] = [];
  /** What is not better is none of them. */
  least = 0;

  add(candidate: Candidate): void {
    this.#pieces.push(candidate);
    if (this.#pieces.length < 2 * CANDIDATES) return;
    this.#pieces = this.all();
    this.least = this.#pieces.at(-1)!.score;
  }

  /** In no order that is told. */
  all(): Candidate[] {
    return this.#pieces.sort((a, b) => b.score - a.score).slice(0, CANDIDATES);
  }
}

/** By score; few of each file. */
function ordered(best: Candidate[]): Candidate[] {
  const byFile = Map.groupBy(best.sort(byScore), ({ piece }) => piece.file);
  return [...byFile.values()].flatMap((pieces) => pieces.slice(0, PER_FILE)).sort(byScore);
}

function byScore(a: Candidate, b: Candidate): number {
  return b.score - a.score || byPlace(a.piece, b.piece);
}

function byPlace(a: IndexedPiece, b: IndexedPiece): number {
  return a.file.path < b.file.path ? -1 : a.file.path > b.file.path ? 1 : a.start - b.start;
}

function why(mask: number, worths: readonly number[], terms: readonly Term[]): string[] {
  const words = terms
    .map(({ word }, bit) => ({ word, worth: worths[bit]!, has: (mask >>> bit) & 1 }))
    .filter((one): one is { word: string; worth: number; has: number } => one.word !== undefined && one.has === 1);
  return [...new Set(words.sort((a, b) => b.worth - a.worth).map(({ word }) => word))];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
