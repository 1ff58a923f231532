/** What a text says, freed of how it says it: for telling copies from news, and what a question is about. */
import { createHash } from 'node:crypto';
import { isTelling } from '../../search/query.ts';
import { partsOf, stem, wordsOf } from '../../search/words.ts';

/** Words that a search passes over, and that turn what is said into something else. */
const MEANT = new Set(['not', 'no', 'never', 'only', 'use', 'used', 'using', 'into', 'over', 'under', 'out', 'up']);
/** Politeness, emphasis and the act of telling: without them it is the same. */
const FILLER = new Set(
  `please always just really actually also now remember note keep mind that fyi hey ok okay well basically generally usually
  definitely simply currently must should shall need needs want sure everyone hereby btw`.split(/\s+/),
);
const ALIKE = new Map([
  ['repo', 'project'],
  ['repository', 'project'],
  ['codebase', 'project'],
  ['utilise', 'use'],
  ['utilize', 'use'],
  ['using', 'use'],
  ['func', 'function'],
  ['dir', 'folder'],
  ['directory', 'folder'],
  ['config', 'configuration'],
]);
/** As developers write for short. */
const SHORT = new Map(
  Object.entries({
    db: 'database',
    prod: 'production',
    env: 'environment',
    config: 'configuration',
    auth: 'authentication',
    docs: 'documentation',
    max: 'maximum',
    min: 'minimum',
    k8s: 'kubernetes',
    repo: 'repository',
    dir: 'directory',
  }),
);
/** Words of German, French and Spanish that only hold a sentence together, and that are no words of code or English. */
const JOINING = new Set(
  `der das dem den ein eine einen einem einer im ist sind wird werden wo wie wer wann welche welcher welches warum wir unser unsere
  ich und oder auf für von zu el los las una unos unas del está están dónde donde cuál cuando qué por nuestro nuestra le les
  une du est sont où quel quelle quels notre nos avec dans`.split(/\s+/),
);
/** Between these, order says who does what to whom. */
const ORDERED =
  /^(?:befor|after|than|from|to|into|over|under|not|no|never|instead|with|without|by|call|import|depend|extend)$/;

/** `don't` and, as people type, `dont`, `whats`. */
export const contracted = (text: string): string =>
  text
    .replace(/\bcan(?:not|['’]?t)\b/gi, 'can not')
    .replace(/\bwon['’]t\b/gi, 'will not')
    .replace(/\b(do|does|did|is|are|was|were|has|have|had|would|should|could|must)n['’]?t\b/gi, '$1 not')
    .replace(/n['’]t\b/gi, ' not')
    .replace(/\b(what|where|who|when|how|that|there)s\b/gi, '$1 is');

/** Signs and single letters that tell one name from another: `C++`, `src/a.ts`, `__tests__`, `1.2`, `<`. */
function spellingsOf(clause: string): string[] {
  return clause.split(/\s+/).flatMap((written, at) => {
    const token = written
      .replace(/['’]\p{L}{1,2}$|^\p{L}['’](?=\p{L}{3})/u, '')
      .replace(/^["'([{“]+|["')\]}”.]+$/g, '');
    const bare = token.replace(/`/g, '').replace(/^\.\/|(?<=.)\/$/g, '');
    if (/^[<>]=?$/.test(bare)) return at > 0 ? [bare] : [];
    if (!/[\p{L}\p{N}]/u.test(bare) || /^(?:a|i|I)$/.test(bare) || (at === 0 && bare === 'A')) return [];
    const words = wordsOf(bare);
    const isCode = words.length > 1 || token.startsWith('`');
    const isLost = words.some((word) => word.length < 2 || (isCode && !isTelling(word)));
    return isLost || /__|[+#<>=*]/.test(bare) ? [bare.toLowerCase()] : [];
  });
}

/** `HTTPServer` is one word here, in lower case, with its endings taken off. */
const wholeOf = (word: string): string => partsOf(word).map(stem).join('');

const meaningOf = (word: string): string => {
  const lower = word.toLowerCase();
  return wholeOf(ALIKE.get(lower) ?? (lower.length < 2 ? '' : word));
};

/** The words of a clause that say something, in their order; prepositions stay where they may tell who from whom. */
function meaningsOf(clause: string): string[] {
  const words = wordsOf(clause)
    .filter((word) => {
      const lower = word.toLowerCase();
      if (FILLER.has(lower)) return false;
      return MEANT.has(lower) || isTelling(lower) || ORDERED.test(stem(lower));
    })
    .map(meaningOf)
    .filter((word) => word !== '');
  return [...words, ...spellingsOf(clause)];
}

/**
 * The same for texts that say the same: whatever case and punctuation they have, and in whatever order their words stand;
 * where order tells who does what to whom, their clauses. `Use tabs, not spaces` is not `Use spaces, not tabs`.
 */
export function canonical(text: string): string {
  const clauses = contracted(text)
    .replace(/^\s*(?:[-*•]|\d+[.)])\s+/gm, '')
    .replace(/\b(?:in|for|of|throughout|across) (?:this|our|the) (?:project|repo(?:sitory)?|codebase)\b/gi, ' ')
    .split(/[,;:!?\n]|\.(?=\s|$)|\s[-–—]\s/)
    .map(meaningsOf)
    .filter((words) => words.length > 0);
  if (!clauses.flat().some((word) => ORDERED.test(word))) return [...new Set(clauses.flat())].sort().join(' ');
  return [...new Set(clauses.map((words) => words.join(' ')))].sort().join(' / ');
}

/** For keys. */
export const hashOfText = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);

/** Stems of the words that tell what a text is about, each once; the parts of identifiers for themselves. */
export function tellingStems(text: string): Set<string> {
  const stems = new Set<string>();
  for (const word of wordsOf(contracted(text))) {
    const lower = word.toLowerCase();
    if (!isTelling(word) || FILLER.has(lower) || JOINING.has(lower)) continue;
    for (const part of SHORT.has(lower) ? [SHORT.get(lower)!] : partsOf(word))
      if (part.length > 1 && isTelling(part)) stems.add(stem(SHORT.get(part) ?? part));
  }
  return stems;
}

/** Share of `asked` that `text` has, from 0 to 1; 1 where nothing is asked for. */
export function coverage(asked: ReadonlySet<string>, text: string): number {
  if (asked.size === 0) return 1;
  const has = tellingStems(text);
  let found = 0;
  for (const word of asked) if (has.has(word)) found++;
  return found / asked.size;
}

/** Runs of so many words: shared by chance they are not. */
const SHINGLE = 3;

/** Runs of words, in lower case, without signs; of a short text the whole. */
export function shinglesOf(text: string): Set<string> {
  const words = wordsOf(text.toLowerCase());
  const runs = new Set<string>();
  if (words.length < SHINGLE) {
    if (words.length > 0) runs.add(words.join(' '));
    return runs;
  }
  for (let at = 0; at + SHINGLE <= words.length; at++) runs.add(words.slice(at, at + SHINGLE).join(' '));
  return runs;
}

/** Jaccard's, from 0 to 1. */
export function jaccard<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): number {
  if (a.size === 0 && b.size === 0) return 1;
  let common = 0;
  for (const one of a) if (b.has(one)) common++;
  return common / (a.size + b.size - common);
}

/** A line without blanks in it but spaces, cut at a word, with a mark where it is. @param most UTF-16 units. */
export function oneLine(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= most) return line;
  const cut = line.slice(0, most - 1);
  const space = cut.lastIndexOf(' ');
  // A half of a pair of surrogates is no letter.
  return `${(space > most / 2 ? cut.slice(0, space) : cut).replace(/[\uD800-\uDBFF]$/, '').trimEnd()}…`;
}

/** Sentences and lines of prose, as they stand; an end needs a blank behind it, so that `a.ts` has none. */
export const sentencesOf = (text: string): string[] =>
  text
    .split(/(?<=[.!?]["')\]]?)\s+(?=\S)|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');

/** Prose of a text in Markdown, without its blocks of code. */
export const proseOf = (markdown: string): string =>
  markdown.replace(/^(```+|~~~+)[^\n]*\n[\s\S]*?(?:^\1\s*$|$(?![\s\S]))/gm, '\n');

/** What a person says in their own words: no code, no lines that are quoted or are a table. */
export const ownWordsOf = (markdown: string): string =>
  proseOf(markdown)
    .split('\n')
    .filter((line) => !/^\s*(?:>|\||"|“)/.test(line))
    .join('\n');
