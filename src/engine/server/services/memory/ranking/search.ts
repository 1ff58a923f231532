/**
 * Finds what is remembered about a question: candidates by words and by likeness, one score whose parts are all told, and
 * none whose sentences are not true any more. What is below a floor of relevance is not sure: who searches is shown the
 * nearest of it where little is sure, and what is recalled by itself never is.
 *
 *     score = words + vector + recency + ranking (weights.ts, boosts.ts)
 */
import type {
  CheckedSentence,
  MemoryHit,
  MemoryItem,
  MemoryKind,
  MemoryScore,
  MemorySearchParams,
  MemorySearchResult,
} from '../../../../protocol/index.ts';
import type { AnchorChecker, Embedder, Found, Store } from '../items.ts';
import { type Boost, boostsOf } from './boosts.ts';
import { withoutCopies } from './copies.ts';
import { calibrationOf, likeness, relevantOf } from './floor.ts';
import { type Match, matchesOf } from './matching.ts';
import { type Question, questionOf } from './question.ts';
import { testedOf } from './tested.ts';
import { checked, isStale } from './truth.ts';
import { recencyOf, WEIGHTS, type Weights } from './weights.ts';

export interface SearchWith {
  store: Pick<Store, 'byWords' | 'byVector' | 'get' | 'list' | 'body'>;
  embedder: Embedder;
  checker: AnchorChecker;
  /** Milliseconds since 1970. */
  now: number;
}

/** Best by words and best by likeness that are looked at. */
const CANDIDATES = 100;
/** Of these, so many are looked at closely. */
const CLOSELY = 120;
/** With what is nearest there are so many, of files that are not among what is sure, the best of each. */
const NEAREST = 10;
/** Items whose anchors are checked at a time. */
const CHECKED_AT_ONCE = 12;

/** An item before its anchors are checked. */
export interface Scored {
  item: MemoryItem;
  score: MemoryScore;
  why: string[];
  /** It is above the floor of relevance. */
  sure: boolean;
}

/**
 * @param params `top` is a cap, no quota; `loose`: all, in one order, for who has a stricter floor.
 * @throws what embedder, checker and store throw.
 */
export async function search(
  params: Pick<MemorySearchParams, 'query' | 'top' | 'kinds' | 'all'> & { loose?: boolean },
  { store, embedder, checker, now }: SearchWith,
): Promise<MemorySearchResult> {
  const begun = performance.now();
  const searched = store.list({ ...(params.kinds && { kinds: params.kinds }), limit: 1 }).total;
  const scored = searched > 0 ? await ranked(params, { store, embedder, now }, searched) : [];
  const hits: MemoryHit[] = [];
  let stale = 0;
  for (let at = 0; at < scored.length && hits.length < params.top; at += CHECKED_AT_ONCE) {
    const some = scored.slice(at, at + CHECKED_AT_ONCE);
    const sentences = await checked(
      some.map(({ item }) => item),
      checker,
    );
    for (const [i, one] of some.entries()) {
      if (hits.length === params.top) break;
      if (!params.all && isStale(sentences[i]!)) stale++;
      else hits.push(hitOf(one, sentences[i]!));
    }
  }
  return { hits, stale, searched, ms: performance.now() - begun };
}

const hitOf = ({ item, score, why, sure }: Scored, sentences: CheckedSentence[]): MemoryHit => ({
  item,
  sentences,
  score,
  why,
  sure,
});

/**
 * All that is relevant, the best first, then what is nearest, anchors unchecked.
 * @param stored how many items are searched.
 */
export async function ranked(
  asked: Pick<MemorySearchParams, 'query' | 'kinds' | 'all'> & { loose?: boolean },
  { store, embedder, now }: Omit<SearchWith, 'checker'>,
  stored: number,
): Promise<Scored[]> {
  const candidates = await candidatesFor(asked, { store, embedder }, stored);
  const order = orderOf(candidates, now);
  if (asked.loose) return withoutCopies(order);
  const sure = order.filter((one) => one.sure);
  return withoutCopies([...sure, ...nearestOf(order, sure, candidates)]);
}

/** Where no item has any word of the question, nothing is near: to words that mean nothing some vector is always alike. */
function nearestOf(order: readonly Scored[], sure: readonly Scored[], { all }: Candidates): Scored[] {
  if (sure.length >= NEAREST || !all.some(({ match }) => match.coverage > 0)) return [];
  const known = new Set(sure.map(({ item }) => item.path));
  const others = order.filter(({ item }) => item.path === null || (!known.has(item.path) && known.add(item.path)));
  return others.filter((one) => !one.sure && one.score.words + one.score.vector > 0).slice(0, NEAREST - sure.length);
}

/** What may be relevant to a question, with all that was found out of it. */
export interface Candidates {
  question: Question;
  all: Candidate[];
  /** How many items were searched. */
  stored: number;
}

export async function candidatesFor(
  { query, kinds, all }: Pick<MemorySearchParams, 'query' | 'kinds' | 'all'>,
  { store, embedder }: Pick<SearchWith, 'store' | 'embedder'>,
  stored: number,
): Promise<Candidates> {
  const question = questionOf(query);
  if (question.terms.length === 0 && !question.overview) return { question, all: [], stored };
  const [vector] = await embedder.embed([query]);
  const words = scoresOf(store.byWords(question.telling, CANDIDATES, kinds));
  const cosines = scoresOf(store.byVector(vector!, CANDIDATES, kinds));
  const wholes = question.overview ? store.list({ kinds: among(WHOLES, kinds), limit: MOST_WHOLES }).items : [];
  // Neither index has what is superseded.
  const said = all ? store.list({ kinds: among(SAID, kinds), superseded: true, limit: MOST_SAID }).items : [];
  const superseded = said.filter((item) => item.supersededBy !== null);
  const found = closest(words, cosines).map((id) => store.get(id));
  const items = [
    ...new Map([...wholes, ...found, ...superseded].flatMap((item) => (item ? [[item.id, item]] : []))).values(),
  ].filter((item) => all || item.supersededBy === null);
  const matches = matchesOf(
    question,
    items,
    items.map(({ id, kind }) => (kind === 'file' ? store.body(id) : '')),
    stored,
  );
  const calibration = calibrationOf(embedder.id);
  const candidates = items.map((item, i) => ({
    item,
    match: matches[i]!,
    words: words.get(item.id) ?? 0,
    // While vectors are being replaced those found may still be of the embedder before.
    alike: item.embedder === embedder.id ? likeness(cosines.get(item.id) ?? 0, calibration) : 0,
  }));
  return { question, all: candidates, stored };
}

/** All candidates, the best first. Depends on nothing but what is given. */
export function orderOf({ question, all, stored }: Candidates, now: number, weights: Weights = WEIGHTS): Scored[] {
  const isRelevant = relevantOf(all, stored, weights);
  const scored = scoresFor(question, all, now, weights).map((one, i) => ({
    ...one,
    sure: isRelevant[i]! || (question.overview && WHOLES.has(one.item.kind)),
  }));
  return scored.sort(
    (a, b) => b.score.total - a.score.total || b.item.changed - a.item.changed || a.item.id - b.item.id,
  );
}

/** What tells of more than a file: a question about the whole is about these, whatever its words are. */
const WHOLES: ReadonlySet<MemoryKind> = new Set(['workspace', 'folder']);
const MOST_WHOLES = 20;
/** What a newer one may say otherwise of. */
const SAID: ReadonlySet<MemoryKind> = new Set(['fact', 'proposal', 'turn', 'session']);
const MOST_SAID = 1_000;
const among = (some: ReadonlySet<MemoryKind>, kinds: readonly MemoryKind[] | undefined) =>
  [...some].filter((kind) => kinds === undefined || kinds.includes(kind));

const scoresOf = (found: readonly Found[]): Map<number, number> => new Map(found.map(({ id, score }) => [id, score]));

/** Ids of both lists, those that stand high in either first. */
function closest(words: ReadonlyMap<number, number>, cosines: ReadonlyMap<number, number>): number[] {
  const ids = [...words.keys()].flatMap((id, i) => [id, [...cosines.keys()][i]]);
  return [...new Set([...ids, ...cosines.keys()])].filter((id) => id !== undefined).slice(0, CLOSELY);
}

export interface Candidate {
  item: MemoryItem;
  match: Match;
  /** BM25. */
  words: number;
  /** From 0 to 1. */
  alike: number;
}

/** In the order of the candidates. */
function scoresFor(
  question: Question,
  candidates: readonly Candidate[],
  now: number,
  all: Weights,
): Omit<Scored, 'sure'>[] {
  const most = candidates.reduce((best, one) => (one.words > best.words ? one : best), {
    words: 0,
    match: { coverage: 0, said: 0 },
  });
  const { coverage, said } = most.match;
  const known = Math.min(1, Math.max(coverage, said / all.vector.rare));
  const vector = all.vector.most - known * (all.vector.most - all.vector.least);
  // The best by words is worth as much as it has of the question.
  const parts = candidates.map(({ words, alike }) => ({
    words: (1 - vector) * (most.words > 0 ? (words / most.words) * coverage : 0),
    vector: vector * alike,
  }));
  const besides = Map.groupBy(candidates.keys(), (i) => candidates[i]!.item.path);
  const relevance = parts.map(({ words, vector }) => words + vector);
  const tested = testedOf(candidates.map(({ item }, i) => ({ path: item.path, relevance: relevance[i]! })));
  return candidates.map(({ item, match, alike }, i) => {
    const beside = item.path === null ? [] : besides.get(item.path)!.filter((other) => other !== i);
    const boosts = boostsOf(
      item,
      question,
      { beside: beside.map((other) => relevance[other]!).sort((a, b) => b - a), tested: tested.get(item.path ?? '') },
      all.boosts,
    );
    const ranking = boosts.reduce((sum, { value }) => sum + value, 0);
    const recency = all.recency * recencyOf(item, now);
    const { words, vector } = parts[i]!;
    const score = { total: words + vector + recency + ranking, words, vector, recency, ranking };
    return { item, score, why: whyOf(match, alike, boosts) };
  });
}

/** From this likeness on it is told of. */
const TELLING = 0.4;

function whyOf(match: Match, alike: number, boosts: readonly Boost[]): string[] {
  const meaning = alike >= TELLING ? ['alike in meaning'] : [];
  return [...match.words, ...meaning, ...boosts.flatMap(({ why }) => why ?? [])];
}
