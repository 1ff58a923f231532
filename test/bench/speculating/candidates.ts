/**
 * All ways that an answer may go on by what is known: each source's guess, kept until it is wrong, and beside it those that a
 * tree of guesses could take in: other places where the text stood before, other recalled lines, other followers in the code.
 */
import type { Tokenizer } from '../../../src/engine/server/core/backend.ts';
import { type DraftSource, type Guess, KINDS } from '../../../src/engine/server/core/speculation/draft.ts';
import { LONGEST_MATCH, SHORTEST_MATCH } from '../../../src/engine/server/core/speculation/ngrams.ts';
import type { RecalledLines } from '../../../src/engine/server/services/completion/lines/recalledLines.ts';
import type { Scope } from '../../../src/engine/server/services/completion/project/evidence.ts';
import { propose } from '../../../src/engine/server/services/completion/project/proposals.ts';

/** One of them. */
export interface Candidate {
  /** Of the source; an other one of it has a `2` behind its name. */
  name: string;
  tokens: number[];
  kinds: number[];
  /** Tokens of the guess that were right before. */
  depth: number;
}

export type Others = (known: readonly number[], from: number) => Candidate[];

/** Other ways, of one source, at the most. */
const OTHERS = 3;
const LENGTH = 24;

export class Candidates {
  readonly #sources: readonly DraftSource[];
  readonly #others: Others;
  readonly #standing = new Map<DraftSource, { guess: Guess; right: number }>();

  constructor(sources: readonly DraftSource[], others: Others = () => []) {
    this.#sources = sources;
    this.#others = others;
  }

  /** Those of the sources first. */
  at(known: readonly number[], from: number): { own: Candidate[]; others: Candidate[] } {
    const own = this.#sources.flatMap((source) => {
      const standing = this.#standing.get(source) ?? this.#ask(source, known, from);
      if (!standing) return [];
      const { guess, right } = standing;
      const tokens = Array.from(guess.tokens).slice(right);
      return { name: source.name, tokens, kinds: Array.from(guess.kinds).slice(right), depth: right };
    });
    return { own, others: this.#others(known, from) };
  }

  took(token: number): void {
    for (const [source, standing] of this.#standing) {
      const { guess } = standing;
      if (guess.tokens[standing.right++] !== token || standing.right === guess.tokens.length)
        this.#standing.delete(source);
    }
  }

  #ask(source: DraftSource, known: readonly number[], from: number) {
    const guess = source.guess(known, from);
    if (!guess) return undefined;
    const standing = { guess, right: 0 };
    this.#standing.set(source, standing);
    return standing;
  }
}

/** Where the last tokens stood before, one place for each token that followed: the longest match, then the latest. */
export const otherPlaces: Others = (known) => {
  const end = known.length;
  const byToken = new Map<number, { place: number; match: number }>();
  for (let place = end - 1; place >= SHORTEST_MATCH; place--) {
    let match = 0;
    while (match < Math.min(place, LONGEST_MATCH) && known[place - 1 - match] === known[end - 1 - match]) match++;
    const token = known[place]!;
    if (match >= SHORTEST_MATCH && match > (byToken.get(token)?.match ?? 0)) byToken.set(token, { place, match });
  }
  const found = [...byToken.values()].sort((a, b) => b.match - a.match).slice(0, OTHERS);
  return found.map(({ place, match }) => candidate('text 2', known.slice(place, place + LENGTH), Math.log2(match)));
};

/** What the project's code and its lines say beside what is likeliest. */
export function otherCode(
  before: ArrayLike<number>,
  scopes: readonly Scope[],
  recalled: () => RecalledLines | undefined,
): Others {
  const given = Array.from(before).slice(-LONGEST_MATCH);
  return (known, from) => [
    ...otherLines(recalled()),
    ...paths([...given, ...known.slice(from)].slice(-LONGEST_MATCH / 2), scopes),
  ];
}

function otherLines(recalled: RecalledLines | undefined): Candidate[] {
  const found: { token: number; share: number }[] = [];
  recalled?.each((token, share) => found.push({ token, share }));
  const first = found.sort((a, b) => b.share - a.share).slice(0, OTHERS);
  return first.map(({ token, share }) => {
    const twin = recalled!.clone();
    twin.take(token, Number.MIN_VALUE);
    return candidate('line 2', [token, ...(twin.likeliest?.tokens ?? [])], KINDS * share);
  });
}

/** Every path of the tree that the code proposes. */
function paths(context: readonly number[], scopes: readonly Scope[]): Candidate[] {
  const nodes = propose(context, scopes, { maxTokens: LENGTH, branches: OTHERS });
  const leaves = nodes.flatMap((_, index) => (nodes.some(({ parent }) => parent === index) ? [] : index));
  return leaves.map((leaf) => {
    const path: number[] = [];
    for (let at = leaf; at >= 0; at = nodes[at]!.parent) path.unshift(at);
    const kinds = path.map((at) => {
      const { probability, parent } = nodes[at]!;
      return kindOf((KINDS * probability) / (parent < 0 ? 1 : nodes[parent]!.probability));
    });
    return { name: 'code 2', tokens: path.map((at) => nodes[at]!.token), kinds, depth: 0 };
  });
}

function candidate(name: string, tokens: number[], degree: number): Candidate {
  return { name, tokens, kinds: tokens.map(() => kindOf(degree)), depth: 0 };
}

const kindOf = (degree: number): number => Math.max(0, Math.min(KINDS - 1, Math.floor(degree)));

/** Leaves out what the answer cannot be: another word at the cursor, and what is behind the end of its only line. */
export function held(
  others: Others,
  tokenizer: Pick<Tokenizer, 'bytes'>,
  { beginning, oneLine }: { beginning: Uint8Array; oneLine: boolean },
): Others {
  const word = Buffer.from(beginning).toString('latin1');
  const text = (tokens: readonly number[]) =>
    tokens.map((token) => Buffer.from(tokenizer.bytes(token)).toString('latin1')).join('');
  return (known, from) =>
    others(known, from).flatMap((found) => {
      const end = oneLine ? found.tokens.findIndex((token) => tokenizer.bytes(token).includes(0x0a)) : -1;
      const tokens = end < 0 ? found.tokens : found.tokens.slice(0, end);
      const all = text(known.slice(from)) + text(tokens);
      const fits = all.length < word.length ? word.startsWith(all) : all.startsWith(word);
      return fits && tokens.length > 0 ? { ...found, tokens } : [];
    });
}
