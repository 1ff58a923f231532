/** Words of code and of questions about it, brought to a form in which they meet. */

/** Longer ones are hashes and data. UTF-16 units. */
const LONGEST_WORD = 64;
const WORD = /[\p{L}\p{N}_$]+/gu;
/** `HTTPServer2` is HTTP, Server, 2; letters without case stay together. */
const PART = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+|[\p{Lo}\p{Lm}\p{Lt}]+/gu;

/** What an identifier is looked up by: the hash of each of its parts, and of the whole where it has several. */
export interface WordHashes {
  parts: readonly number[];
  whole: number | undefined;
}

/** Identifiers, words and numbers of a text, as they are spelled, in their order. */
export function wordsOf(text: string): string[] {
  return text.match(WORD) ?? [];
}

/** The parts of an identifier in lower case, by changes of case and signs between them; none where it is no word. */
export function partsOf(word: string): string[] {
  return word.length > LONGEST_WORD ? [] : (word.match(PART) ?? []).map((part) => part.toLowerCase());
}

/** Identifiers that are remembered with their hashes: few are half of all there is in a text. */
const MOST_REMEMBERED = 20_000;
const remembered = new Map<string, WordHashes>();

/** The same for `maxTokens`, `max_tokens` and `MAX_TOKEN`. */
export function hashesOf(word: string): WordHashes {
  const known = remembered.get(word);
  if (known) return known;
  const stems = partsOf(word).map(stem);
  const parts = stems.filter((part) => part.length > 1);
  const hashes = {
    parts: [...new Set(parts.map(hashOf))],
    whole: stems.length > 1 ? hashOf(stems.join('')) : undefined,
  };
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(word, hashes);
  return hashes;
}

/** FNV-1a over UTF-16 units, 32 bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  // Buckets are chosen by the low bits, which depend on the last letters only.
  return (hash ^ (hash >>> 15)) >>> 0;
}

const VOWEL = /[aeiouy]/;

/**
 * Takes endings off an English word in lower case, so that `caches`, `cached` and `caching` are one word, which need not be
 * one of the language. A light stemmer: plurals as Harman's S-stemmer has them ("How effective is suffixing?", JASIS 42,
 * 1991), and of Porter's rules those for -ed and -ing, with a final e taken off everywhere in place of being restored.
 */
export function stem(word: string): string {
  let base = word;
  if (base.length > 4 && base.endsWith('ies')) base = `${base.slice(0, -3)}y`;
  else if (base.length > 3 && /[^sui]s$/.test(base)) base = base.slice(0, -1);
  for (const ending of ['ing', 'ed']) {
    const rest = base.slice(0, -ending.length);
    if (!base.endsWith(ending) || rest.length < 3 || !VOWEL.test(rest)) continue;
    base = /([^aeioulsz])\1$/.test(rest) ? rest.slice(0, -1) : rest;
    break;
  }
  return base.length > 3 && base.endsWith('e') ? base.slice(0, -1) : base;
}
