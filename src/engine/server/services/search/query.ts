/** What a question asks for, as words that an index can look up. */
import { hashesOf, hashOf, partsOf, stem, wordsOf } from './words.ts';

/** A word of the question, or a name that it may mean. */
export interface Term {
  hash: number;
  /** How much it counts beside the others. */
  weight: number;
  /** As the question spells it; undefined for a name that was put together from two words. */
  word: string | undefined;
}

export interface Query {
  terms: Term[];
  /** It asks for tests. */
  tests: boolean;
}

/** So many are looked up: a bit of a mask each. */
const MOST_TERMS = 32;
/** A name as code spells it says more than a word; its parts less, which other names have as well. */
const WEIGHTS = { name: 2, part: 0.5, pair: 0.6 };

/** Words that questions about code are made of, whatever they ask for. */
const STOP_WORDS = new Set(
  `a about all am an and any are as at be been before being but by can code could decide decided defined define did do does
  doing done each else ever every find for from get gets give given gives go goes had happen happens has have here how i if
  implement implementation implemented in into is it its itself just know let like made make makes may me might mine more
  most much must my no not of on one only or our out over part place places project repository should show so some
  someone something somewhere source such take taken tell than that the their them then there these they thing things this
  those to too under up us use used uses using want was way we were what when where which while who whose why will with without
  work works would you your`.split(/\s+/),
);

const TESTS = /^(?:tests?|tested|testing|specs?|fixtures?|mocks?)$/;

/** It says what is asked for, and not only that something is. */
export const isTelling = (word: string): boolean => !STOP_WORDS.has(word.toLowerCase());

/** @param text a question, names, or both. Without words that say something, those that do not are asked for. */
export function parseQuery(text: string): Query {
  const words = wordsOf(text);
  const telling = words.filter(isTelling);
  const terms = new Map<number, Term>();
  const add = (term: Term) => {
    const known = terms.get(term.hash);
    if (known === undefined || known.weight < term.weight) terms.set(term.hash, term);
  };
  for (const word of telling.length > 0 ? telling : words) {
    const { parts, whole } = hashesOf(word);
    if (whole === undefined) {
      for (const hash of parts) add({ hash, weight: 1, word });
      continue;
    }
    add({ hash: whole, weight: WEIGHTS.name, word });
    for (const part of partsOf(word)) {
      const [hash] = hashesOf(part).parts;
      if (hash !== undefined && !STOP_WORDS.has(part)) add({ hash, weight: WEIGHTS.part, word: part });
    }
  }
  for (const hash of pairs(telling)) add({ hash, weight: WEIGHTS.pair, word: undefined });
  return {
    terms: [...terms.values()].slice(0, MOST_TERMS),
    tests: words.some((word) => TESTS.test(word.toLowerCase())),
  };
}

/** The names that two words beside each other may be: `page pool` is asked for `PagePool` too. */
function pairs(words: readonly string[]): number[] {
  const stems = words.map((word) => partsOf(word).map(stem).join(''));
  return stems.slice(1).flatMap((next, i) => (next && stems[i] ? [hashOf(stems[i] + next)] : []));
}
