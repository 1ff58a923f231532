/**
 * Where drafts of a completion come from: the answer before, which typing mostly goes on with; a recalled line; how the
 * project's code went on from here. Held to the beginning of the word at the cursor, as the answer is.
 */
import { type DraftSource, type Guess, KINDS } from '../../../core/speculation/draft.ts';
import type { NgramIndex } from '../../../core/speculation/ngrams.ts';
import { TextSource } from '../../../core/speculation/textSource.ts';
import type { Cursor } from '../prompt.ts';
import type { Scope } from './evidence.ts';
import type { MixedSampler } from './mixedSampler.ts';
import { propose } from './proposals.ts';
import { LONGEST_MATCH } from './shard.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Tokens of a guess out of the code: what is left of it is all that can be drafted before it is asked again. */
const LENGTH = 32;

export interface DraftSourceOptions {
  vocabulary: Vocabulary;
  cursor: Cursor;
  scopes: readonly Scope[];
  sampler: MixedSampler;
  oneLine: boolean;
  /** What the document was answered last, with what stood before it. */
  answer: NgramIndex | undefined;
}

/** Those of one request, nearest first. */
export function draftSources({
  vocabulary,
  cursor,
  scopes,
  sampler,
  oneLine,
  answer,
}: DraftSourceOptions): DraftSource[] {
  const { before, beginning } = cursor;
  const sources: DraftSource[] = [new LineSource(sampler)];
  if (answer) sources.push(new TextSource('answer', before, answer));
  if (!oneLine) sources.push(new TextSource('text', before));
  if (scopes.length > 0) sources.push(new CodeSource(before, scopes));
  return sources.map((source) => new HeldSource(source, vocabulary, beginning, oneLine));
}

class LineSource implements DraftSource {
  readonly name = 'line';
  readonly #sampler: MixedSampler;

  constructor(sampler: MixedSampler) {
    this.#sampler = sampler;
  }

  guess(): Guess | undefined {
    const line = this.#sampler.recalled?.likeliest;
    // Whoever meant the line means all of it.
    return line && { tokens: line.tokens, kinds: line.tokens.map(() => degree(line.share)) };
  }
}

class CodeSource implements DraftSource {
  readonly name = 'code';
  readonly #before: ArrayLike<number>;
  readonly #scopes: readonly Scope[];

  constructor(before: ArrayLike<number>, scopes: readonly Scope[]) {
    this.#before = before;
    this.#scopes = scopes;
  }

  guess(known: readonly number[], from: number): Guess | undefined {
    const made = known.slice(Math.max(from, known.length - LONGEST_MATCH));
    const given = Math.min(this.#before.length, LONGEST_MATCH - made.length);
    const context = [
      ...Array.from({ length: given }, (_, i) => this.#before[this.#before.length - given + i]!),
      ...made,
    ];
    const nodes = propose(context, this.#scopes, { maxTokens: LENGTH });
    if (nodes.length === 0) return undefined;
    const kinds = nodes.map(({ probability, parent }) =>
      degree(probability / (parent < 0 ? 1 : nodes[parent]!.probability)),
    );
    return { tokens: nodes.map(({ token }) => token), kinds };
  }
}

/** Leaves out what the answer cannot be: another word at the cursor, and what is behind the end of its only line. */
class HeldSource implements DraftSource {
  readonly name: DraftSource['name'];
  readonly #source: DraftSource;
  readonly #vocabulary: Vocabulary;
  readonly #beginning: Uint8Array;
  readonly #oneLine: boolean;

  constructor(source: DraftSource, vocabulary: Vocabulary, beginning: Uint8Array, oneLine: boolean) {
    this.name = source.name;
    this.#source = source;
    this.#vocabulary = vocabulary;
    this.#beginning = beginning;
    this.#oneLine = oneLine;
  }

  guess(known: readonly number[], from: number): Guess | undefined {
    const guess = this.#source.guess(known, from);
    if (!guess) return undefined;
    const tokens = Array.from(guess.tokens);
    if (!this.#fits(known, from, tokens)) return undefined;
    const end = this.#oneLine ? tokens.findIndex((token) => this.#vocabulary.endsLine(token)) : -1;
    if (end === 0) return undefined;
    return end < 0 ? guess : { tokens: tokens.slice(0, end), kinds: guess.kinds };
  }

  /** Whether the tokens spell what is left of the word at the cursor, or its beginning. */
  #fits(known: readonly number[], from: number, tokens: readonly number[]): boolean {
    let left = this.#beginning;
    for (let at = from; at < known.length && left.length > 0; at++)
      left = left.subarray(this.#vocabulary.bytes(known[at]!).length);
    for (const token of tokens) {
      if (left.length === 0) return true;
      if (!this.#vocabulary.opens(token, left)) return false;
      left = left.subarray(this.#vocabulary.bytes(token).length);
    }
    return true;
  }
}

/** A probability as a degree of sureness. */
const degree = (probability: number): number => Math.min(KINDS - 1, Math.floor(KINDS * probability));
