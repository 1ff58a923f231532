/** What is asked for: its words, the names in it, and which kind of memory it is about. */
import { isTelling, parseQuery, type Term } from '../../search/query.ts';
import { partsOf, stem, wordsOf } from '../../search/words.ts';

export interface Question {
  /** Its words without those that say nothing where others do: what items are looked up by. */
  telling: string;
  /** Words that say something, and the parts of names; each has its word as it was spelled. None: it asks for nothing. */
  terms: (Term & { word: string })[];
  /** Names as code spells them, in lower case: `evictPage`, `max_tokens`, `Store.put`. */
  names: ReadonlySet<string>;
  /** It asks for the whole, such as "what is this project". */
  overview: boolean;
  /** It asks for what was said or done. */
  past: boolean;
  tests: boolean;
}

/** `evictPage`, `max_tokens`, `MAX_TOKENS`, `utf8`: not `Where`, `HTTP` or `well-known`. */
const NAME =
  /^(?:\p{Ll}+\p{Lu}[\p{L}\p{N}]*|\p{Lu}\p{Ll}+\p{Lu}[\p{L}\p{N}]*|[\p{L}\p{N}]+_[\p{L}\p{N}_]+|\p{Ll}+\p{N}+)$/u;
/** `put()`, `store.put`, `` `put` ``. */
const SPELLED =
  /([\p{L}_$][\p{L}\p{N}_$]*)\(|`([^`\s]+)`|(?<![\p{L}\p{N}])[\p{L}_$][\p{L}\p{N}_$]*\.([\p{L}_$][\p{L}\p{N}_$]*)/gu;
const OVERVIEW =
  /\b(?:what (?:is|does|are|can) (?:this|the|your) (?:project|repo(?:sitory)?|code ?base|library|package|app(?:lication)?|program|tool|extension)\b|overview|architecture|(?:describe|explain|summari[sz]e) (?:this|the|my) (?:project|repo(?:sitory)?|code ?base|library|package|app(?:lication)?)|(?:project|repository|code ?base) (?:structure|layout|about)|how is (?:this|the) (?:project|repo(?:sitory)?|code ?base|code) (?:organi[sz]ed|structured|laid out)|main (?:parts|folders|modules|components))/i;
const PAST =
  /\b(?:(?:did|have|had) (?:i|we|you) (?:\w+ )?(?:ask|say|said|tell|told|decide|decided|discuss|discussed|talk|talked|change|changed|do|done|agree|agreed|mention|mentioned|try|tried)|(?:i|we|you) (?:asked|said|told|decided|discussed|talked|agreed|mentioned|tried)|last time|earlier|previously|yesterday|last (?:week|session)|remember(?:ed)?)\b/i;
/** Words of such a question that say only that. */
const SAID =
  /^(?:ask|say|said|tell|told|decid|discuss|talk|agree|mention|try|tried|last|time|earlier|previously|yesterday|week|session|remember)(?:e?d|ing|s)?$/i;

export function questionOf(text: string): Question {
  const words = wordsOf(text);
  const past = PAST.test(text);
  const telling = words.filter((word) => isTelling(word) && !(past && SAID.test(word)));
  const isNothing = telling.length === 0 && words.length > 1;
  const query = parseQuery(past && telling.length > 0 ? telling.join(' ') : text);
  const terms = query.terms.filter((term): term is Term & { word: string } => term.word !== undefined);
  const spelled = [...text.matchAll(SPELLED)].flatMap(([, called, quoted, member]) => called ?? quoted ?? member ?? []);
  const names = new Set([...words.filter((word) => NAME.test(word)), ...spelled].map((name) => name.toLowerCase()));
  return {
    telling: (telling.length > 0 ? telling : words).join(' '),
    terms: isNothing ? [] : terms,
    names,
    overview: OVERVIEW.test(text),
    past,
    tests: query.tests,
  };
}

/** The parts of a name or a path as stems, each once. */
export function stemsOf(name: string): Set<string> {
  return new Set(
    wordsOf(name)
      .flatMap(partsOf)
      .filter((part) => part.length > 1)
      .map(stem),
  );
}
