/**
 * The floor below which nothing is relevant: k is a cap, no quota. A memory has to have most of what a question says. A word
 * weighs the more, the fewer memories have it; one that no memory has weighs less, since people ask in other words than
 * they tell. What is asked for, and of which thing, has to be there: other things of the same sort are no answer.
 */
import type { MemoryHit, MemoryItem, MemoryKind } from '../../../../protocol/index.ts';
import { partsOf, stem, wordsOf } from '../../search/words.ts';
import type { Store } from '../items.ts';
import { tellingStems } from './wording.ts';

/** Shares of a question, chosen on other sessions than those that `npm run eval:memory -- sessions` reports. */
const LEAST = { asked: 0.55, open: 0.6, general: 0.6 };
/** What a word's weight is multiplied by. */
const FACTORS = {
  /** Says how something is asked for. */
  generic: 0.15,
  /** In no memory: perhaps it was told in another word. */
  unknown: 0.4,
  /** What is asked for, or is to be done: where no memory has it, there is no answer. */
  head: 1.6,
  /** Which of several things is meant: the first word of `reviews service`. */
  which: 1.6,
};
const GENERIC = tellingStems(
  `rule way style form convention kind sort class type thing reason decision plan policy approach choice option setting value write
  written run set choose chose chosen pick picked call called prefer preferred like want give put keep work deal handle ask look
  check new given best good many compare difference between behave current right whose after before much time say said tell told
  remember remind discuss discussed agree agreed mention mentioned talk talked`,
);
/** What is asked for stands behind these. */
const HEAD =
  /(?:^|\s)(?:which|what|who|whose|what is|what was|what are|who is|where is|when is|what (?:do|does|did|have|has) \w+ \w+ (?:as|for))(?: (?:the|our|your|my|its))?$/i;
/** What is to be done stands behind these. */
const TO_DO = /\bhow (?:(?:do|can|could|would|should|must) (?:i|you|one|people)|to)$/i;
/** What is read out of the code. */
const OF_CODE: ReadonlySet<MemoryKind> = new Set(['symbol', 'file', 'folder', 'workspace']);
/** It is said of all, or told to all: `Our database is Postgres`, `Use Postgres as database`. */
const OF_ALL = /\b(?:we|our|ours|us|this project)\b|^(?:please )?(?:always |never )?use\b/i;
/** Said by all of one thing, with what is asked for behind it: `we run billing on port 8080`. */
const OF_ONE =
  /\bwe (?:\w+ ){1,2}?(?:(?:the|our) )?(\w[\w-]*)(?: \w+)? (?:on|at|under|behind) (?:(?:the|a) )?(?:\w+ )?$/i;
const ALL =
  /^(?:it|them|this|that|all|every\w*|things?|apps?|applications?|servers?|services?|projects?|code|tests?)$/i;
/** `own` and `owner`, `data` and `database`: nearly as good as the word itself. */
const AKIN = 0.8;
const SHORTEST_AKIN = 3;
const LONGEST_ENDING = 4;
/** Memories that are thought to be there besides: in a small store no word would be rare. */
const USUAL = 50;
/** A word that so many have is not counted further. */
const MOST_COUNTED = 64;
const MOST_WORDS = 16;
/** UTF-16 units of a memory that are looked at. */
const MOST_TEXT = 8_000;
/** UTF-16 units of a fact in which it is looked for what it is said of. */
const MOST_SAID = 500;
/** As much of a question as a likeness of 1 stands for. */
const LIKENESS = 0.25;
/** Between what is asked for of several things. */
const BETWEEN = /\b(?:and|or|versus|vs|than|with|against)\b|[,;/]/i;

interface Asked {
  stem: string;
  weight: number;
  /** Parts of the question that it is in. */
  parts: Set<number>;
  /** Tells what is asked for, or of which thing. */
  isKey: boolean;
  isWhich: boolean;
  /** Tells what is asked for. */
  isHead: boolean;
}

export interface Floor {
  isRelevant(hit: MemoryHit): boolean;
  /** True where it has all words that tell what is asked for, and of which thing: it may be the answer. */
  answers(hit: MemoryHit): boolean;
}

/**
 * @param query what is asked, without how it is to be told.
 * @param need `open`: it may be about something else than the project; more has to fit. `general`: it asks what is so
 * anywhere; code that only has its words says nothing of it.
 */
export function floorFor(
  store: Pick<Store, 'byWords' | 'list'>,
  query: string,
  need: keyof typeof LEAST,
  kinds: readonly MemoryKind[],
): Floor {
  const parts = query.split(BETWEEN);
  const asked = new Map<string, Asked>();
  const total = store.list({ kinds, limit: 1 }).total;
  const countOf = (word: string): number => store.byWords(word, MOST_COUNTED, kinds).length;
  for (const [at, part] of parts.entries()) {
    const spelled = wordsOf(part);
    for (const [place, word] of spelled.entries()) {
      for (const one of tellingStems(word)) {
        const known = asked.get(one);
        if (known) known.parts.add(at);
        else if (asked.size < MOST_WORDS) {
          const count = countOf(wordFor(word, one));
          const next = spelled[place + 1];
          const isWhich = next !== undefined && tellsSomething(next) && countOf(next) > 0 && !GENERIC.has(one);
          const isHead = HEAD.test(spelled.slice(0, place).join(' '));
          const isToDo = TO_DO.test(spelled.slice(0, place).join(' '));
          const weight = weightOf(count, total) * factorOf(one, count > 0 || isToDo, isWhich, isHead);
          asked.set(one, {
            stem: one,
            weight,
            parts: new Set([at]),
            isKey: !GENERIC.has(one) && (isWhich || isHead),
            isWhich,
            isHead,
          });
        }
      }
    }
  }
  const words = [...asked.values()];
  const keys = words.filter((word) => word.isKey);
  // `the returns service and the search service`, but not `deploy and release the ledger service`.
  const areSeveral =
    parts.length > 1 && parts.every((_, at) => words.some((word) => word.isWhich && word.parts.has(at)));
  const stems = new Map<number, Set<string>>();
  const stemsOf = ({ item }: MemoryHit): Set<string> => {
    const known = stems.get(item.id);
    if (known) return known;
    const has = tellingStems(`${item.title} ${item.path ?? ''} ${item.text.slice(0, MOST_TEXT)}`);
    stems.set(item.id, has);
    return has;
  };
  /** It is called by all that is asked for. */
  const isNamed = ({ title, path }: MemoryItem): boolean => {
    const named = tellingStems(`${title} ${path ?? ''}`);
    return words.every(({ stem }) => GENERIC.has(stem) || shareOf(stem, named) >= AKIN);
  };
  /** It tells what is asked for, of something else: which port `billing` has, where the one of `the admin panel` is asked for. */
  const isOfAnother = ({ item }: MemoryHit, found: readonly number[]): boolean => {
    if (item.kind !== 'fact') return false;
    const telling = words.map((word, at) => ({ ...word, found: found[at]! })).filter(({ stem }) => !GENERIC.has(stem));
    const [heads, others] = [telling.filter(({ isHead }) => isHead), telling.filter(({ isHead }) => !isHead)];
    if (OF_ALL.test(item.text) && !heads.some(({ stem }) => isOfOne(item.text, stem))) return false;
    const [subject] = tellingStems(item.text);
    return (
      heads.length > 0 &&
      others.length > 0 &&
      others.every(({ found }) => found === 0) &&
      heads.every(({ stem }) => subject === undefined || shareOf(stem, new Set([subject])) === 0)
    );
  };
  return {
    isRelevant(hit) {
      if (need === 'general' && OF_CODE.has(hit.item.kind) && !isNamed(hit.item)) return false;
      const has = stemsOf(hit);
      const found = words.map((word) => shareOf(word.stem, has));
      if (!found.some((one) => one > 0) || isOfAnother(hit, found)) return false;
      const alike = LIKENESS * Math.min(1, hit.score.vector);
      return ignored(areSeveral ? parts.length : 1).some((without) => {
        const isAsked = (word: Asked) => without === undefined || word.parts.size > 1 || !word.parts.has(without);
        const missing = words.some((word, at) => word.isKey && found[at]! < (word.isWhich ? 1 : AKIN) && isAsked(word));
        return !missing && covered(words, found, without) + alike >= LEAST[need];
      });
    },
    answers(hit) {
      const has = stemsOf(hit);
      return keys.length > 0 && keys.every((word) => shareOf(word.stem, has) > 0);
    },
  };
}

/** Nothing, and each part where there are several: of two things that are asked for, a memory is about one. */
const ignored = (parts: number): (number | undefined)[] =>
  parts < 2 ? [undefined] : [undefined, ...Array.from({ length: parts }, (_, at) => at)];

function covered(words: readonly Asked[], found: readonly number[], without: number | undefined): number {
  let [all, has, count] = [0, 0, 0];
  for (const [at, { weight, parts }] of words.entries()) {
    if (without !== undefined && parts.size === 1 && parts.has(without)) continue;
    all += weight;
    has += weight * found[at]!;
    count++;
  }
  // One word alone is what is left of nearly any question.
  return all === 0 || (without !== undefined && count < 2) ? 0 : has / all;
}

const tellsSomething = (word: string): boolean => tellingStems(word).size > 0;

function factorOf(word: string, isKnown: boolean, isWhich: boolean, isHead: boolean): number {
  if (GENERIC.has(word)) return FACTORS.generic;
  if (isWhich) return FACTORS.which;
  if (isHead) return FACTORS.head;
  return isKnown ? 1 : FACTORS.unknown;
}

/** @param asked the stem of what is asked for. @returns whether `text` tells it of one thing, which it names. */
function isOfOne(text: string, asked: string): boolean {
  for (const { 0: word, index } of text.slice(0, MOST_SAID).matchAll(/(?<= )\p{L}[\p{L}\p{N}]*/gu)) {
    if (shareOf(asked, tellingStems(word)) === 0) continue;
    const [, thing] = OF_ONE.exec(text.slice(0, index)) ?? [];
    if (thing !== undefined) return !ALL.test(thing);
  }
  return false;
}

/** Inverse document frequency. */
function weightOf(found: number, total: number): number {
  const count = found < MOST_COUNTED ? found : Math.max(found, total / 8);
  return Math.log(1 + Math.max(0, total + USUAL - count + 0.5) / (count + 0.5));
}

/** The part of an identifier that has this stem. */
const wordFor = (word: string, of: string): string => partsOf(word).find((part) => stem(part) === of) ?? word;

/** 1 for the word itself, less for one that begins alike. */
function shareOf(word: string, has: ReadonlySet<string>): number {
  if (has.has(word)) return 1;
  for (const other of has) {
    const [short, long] = word.length < other.length ? [word, other] : [other, word];
    // `cap` and `capital` are not.
    const most = Math.min(LONGEST_ENDING, short.length - 1);
    if (short.length >= SHORTEST_AKIN && long.startsWith(short) && long.length - short.length <= most) return AKIN;
  }
  return 0;
}
