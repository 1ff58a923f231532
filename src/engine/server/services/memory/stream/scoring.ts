/** SCM's score: recency + relevance. The paper does not say how recency falls; here it halves with every two weeks. */
import type { MemoryHit, MemoryItem, MemoryScore } from '../../../../protocol/index.ts';
import { claimsOf, contradicts } from './claims.ts';
import { saidIn } from './turns.ts';
import { ownWordsOf } from './wording.ts';

const HALF_LIFE_MS = 14 * 24 * 60 * 60_000;
/** Of a score whose relevance is about 1 for what fits well: it decides between what fits alike. */
const RECENCY_WEIGHT = 0.12;
/** Use counts less than news: what is asked for often would stand above what took its place. */
const USE = 0.5;
/** Of the most relevant one's relevance; what has less is there by chance. */
const LEAST_SHARE = 0.45;

/** From 1 for what was said now, down to 0. */
export function recencyOf({ changed, activated }: Pick<MemoryItem, 'changed' | 'activated'>, now: number): number {
  const since = (at: number): number => 2 ** (-Math.max(0, now - at) / HALF_LIFE_MS);
  return Math.max(since(changed), activated === null ? 0 : USE * since(activated));
}

const relevance = ({ total, recency }: MemoryScore): number => total - recency;

/** The best first: each with its recency, and none that is much less relevant than the most relevant one. */
export function scored(hits: readonly MemoryHit[], now: number, useRecency: boolean): MemoryHit[] {
  const most = Math.max(0, ...hits.map(({ score }) => relevance(score)));
  return hits
    .filter(({ score }) => relevance(score) >= LEAST_SHARE * most)
    .map((hit) => {
      const recency = useRecency ? RECENCY_WEIGHT * recencyOf(hit.item, now) : 0;
      return { ...hit, score: { ...hit.score, recency, total: relevance(hit.score) + recency } };
    })
    .sort((a, b) => b.score.total - a.score.total || b.item.id - a.item.id);
}

/** Of what was said and may be the answer, the newest stands first: the places that these have in the order are shared out anew. */
export function newestFirst(hits: readonly MemoryHit[], answers: (hit: MemoryHit) => boolean): MemoryHit[] {
  const places = [...hits.keys()].filter((at) => isSaid(hits[at]!.item) && answers(hits[at]!));
  const newest = places.map((at) => hits[at]!).sort((a, b) => b.item.changed - a.item.changed);
  const ordered = [...hits];
  for (const [n, at] of places.entries()) ordered[at] = newest[n]!;
  return ordered;
}

const isSaid = ({ kind }: MemoryItem): boolean => kind === 'turn' || kind === 'fact';

/** What people said, of which something newer among them says otherwise, is left out. @returns the others, in their order. */
export function withoutOutdated(hits: readonly MemoryHit[]): { hits: MemoryHit[]; outdated: number } {
  const claims = new Map(hits.map((hit) => [hit, claimsIn(hit.item)]));
  const kept = hits.filter((hit) => {
    const own = claims.get(hit)!;
    const newer = hits.filter((other) => other.item.changed > hit.item.changed).flatMap((other) => claims.get(other)!);
    return own.length === 0 || !own.every((claim) => newer.some((one) => contradicts(one, claim)));
  });
  return { hits: kept, outdated: hits.length - kept.length };
}

function claimsIn({ kind, text }: MemoryItem): ReturnType<typeof claimsOf> {
  if (kind === 'fact') return claimsOf(text);
  return kind === 'turn' ? claimsOf(ownWordsOf(saidIn(text))) : [];
}
