/**
 * The grammar of what a model says of one file: sentences whose words are plain words and whose names are names of the file's
 * outline, and no others. Whatever the model would say, what it names exists.
 */

/** A sentence as it is written: `about` is one of the names, or the file's path; parts are words, or names. */
export interface SaidSentence {
  about: string;
  parts: (string | { name: string })[];
}

/** Names that a model can choose among. More make the choice slow, and the prompt long. */
export const MOST_NAMES = 120;
const MOST_SENTENCES = 8;
const MOST_PARTS = 8;
const MOST_WORDS = 24;
const LONGEST_WORD = 18;

const literal = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
const quoted = (name: string): string => literal(JSON.stringify(name));

/**
 * GBNF (llama.cpp `grammars/README.md`) of a list of {@link SaidSentence} as JSON without spaces.
 * @param path of the file. @param names of its outline, as `A.m`; the first {@link MOST_NAMES} count.
 */
export function sentenceGrammar(path: string, names: readonly string[]): string {
  const some = [...new Set(names)].filter(isWritable).slice(0, MOST_NAMES);
  const about = [path, ...some].filter(isWritable).map(quoted).join(' | ');
  const name = some.length === 0 ? [] : ['name'];
  return [
    `root ::= "[" sentence ("," sentence){0,${MOST_SENTENCES - 1}} "]"`,
    `sentence ::= "{${escaped('"about":')}" about "${escaped(',"parts":[')}" part ("," part){0,${MOST_PARTS - 1}} "]}"`,
    `part ::= ${['words', ...name].join(' | ')}`,
    ...(name.length === 0 ? [] : [`name ::= "{${escaped('"name":')}" symbol "}"`]),
    `words ::= "${escaped('"')}" word (("," | ";")? " " word){0,${MOST_WORDS - 1}} "${escaped('"')}"`,
    // Small letters alone: a word with others in it may be a name.
    `word ::= [a-z]{1,${LONGEST_WORD}} (("-" | "'") [a-z]{1,${LONGEST_WORD}})?`,
    ...(name.length === 0 ? [] : [`symbol ::= ${some.map(quoted).join(' | ')}`]),
    `about ::= ${about}`,
    '',
  ].join('\n');
}

/** Whether words are such as the grammar has them: no names, whoever wrote them. */
export const isPlain = (words: string): boolean => /^[a-z'-]+(?:[,;]? [a-z'-]+)*$/.test(words.trim());

const escaped = (text: string): string => text.replace(/["\\]/g, '\\$&');
/** Without signs that a grammar or a line would have to spell in another way. */
const isWritable = (name: string): boolean => name !== '' && !/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(name);

/** What a model wrote, as far as it is whole: an answer that was cut off ends with its last whole sentence. */
export function saidSentences(text: string): SaidSentence[] {
  for (let end = text.length; end > 0; end = text.lastIndexOf('}', end - 1)) {
    const whole = end === text.length ? text : `${text.slice(0, end + 1)}]`;
    try {
      const list: unknown = JSON.parse(whole);
      return Array.isArray(list) ? list.filter(isSaid) : [];
    } catch {
      // Shorter, then.
    }
  }
  return [];
}

function isSaid(one: unknown): one is SaidSentence {
  if (typeof one !== 'object' || one === null) return false;
  const { about, parts } = one as Partial<SaidSentence>;
  return typeof about === 'string' && Array.isArray(parts) && parts.length > 0 && parts.every(isPart);
}

const isPart = (part: unknown): boolean =>
  typeof part === 'string' ||
  (typeof part === 'object' && part !== null && typeof (part as { name?: unknown }).name === 'string');

export const YES_OR_NO = 'root ::= "yes" | "no"\n';
