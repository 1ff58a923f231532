/** Which texts say what one before them said, word for word or nearly. */
import { wordsOf } from '../../search/words.ts';

/** Share of the words of both that they have in common (Jaccard). */
const ALIKE = 0.8;
/** Texts of fewer words are alike by chance. */
const LEAST_WORDS = 4;

export interface Copy {
  /** Places in the list of texts: the text, and the one before it that it is a copy of. */
  of: number;
  is: 'exact' | 'near';
}

/**
 * For each text the earlier one that it is a copy of; undefined where it is none. Texts whose numbers differ are no copies.
 * Only texts that share one of their rarest words are compared, which misses none ("Scaling up all pairs similarity search",
 * WWW 2007).
 */
export function copiesIn(texts: readonly string[]): (Copy | undefined)[] {
  const lists = texts.map((text) => wordsOf(text.toLowerCase()));
  const sets = lists.map((words) => new Set(words));
  const counts = new Map<string, number>();
  for (const set of sets) for (const word of set) counts.set(word, (counts.get(word) ?? 0) + 1);
  const said = new Map<string, number>();
  const byWord = new Map<string, number[]>();
  return sets.map((set, at) => {
    const whole = lists[at]!.join(' ');
    const first = said.get(whole);
    if (first !== undefined) return { of: first, is: 'exact' };
    said.set(whole, at);
    if (set.size < LEAST_WORDS) return undefined;
    const rarest = [...set].sort((a, b) => counts.get(a)! - counts.get(b)! || (a < b ? -1 : 1));
    const prefix = rarest.slice(0, set.size - Math.ceil(ALIKE * set.size) + 1);
    const others = new Set(prefix.flatMap((word) => byWord.get(word) ?? []));
    const like = [...others].sort((a, b) => a - b).find((other) => areAlike(set, sets[other]!));
    if (like !== undefined) return { of: like, is: 'near' };
    for (const word of prefix) {
      const places = byWord.get(word);
      if (places === undefined) byWord.set(word, [at]);
      else places.push(at);
    }
    return undefined;
  });
}

function areAlike(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const onlyA = [...a].filter((word) => !b.has(word));
  const common = a.size - onlyA.length;
  if (common < ALIKE * (a.size + b.size - common)) return false;
  const others = [...onlyA, ...[...b].filter((word) => !a.has(word))];
  return !others.some((word) => /\p{N}/u.test(word));
}
