/**
 * What of a comment may be quoted: sentences that mention only what the code has, or the part of them that does. A comment
 * that names what is not there (any more), or is another file's and may change without this one, is not to be trusted with it.
 */
import { wordsOf } from '../../search/words.ts';
import { hasNamesOf, type NamedCode } from '../anchors/names.ts';
import { type Prose, standing } from './prose.ts';
import { beforeInstruction } from './suspicion.ts';

const ASIDE = /\s?\([^()]*\)/g;
/** Behind these a sentence goes on to something else. */
const BREAK = /; | [–—] |,? (?=(?:such as|e\.g\.|i\.e\.|see|cf\.)\s)/g;
/** What it begins with the rest depends on. */
const CONDITION =
  /^\W*(?:unless|except|only|if|when|whenever|while|until|not|never|no|but|without|otherwise|however|though|although|or|and|instead)\b/i;
const LEAST_WORDS = 2;

/** The code of one file. @param words that it has. */
export const namedCode = (path: string, words: () => ReadonlySet<string>): NamedCode => {
  let known: ReadonlySet<string> | undefined;
  return {
    paths: [path],
    words: () => {
      known ??= new Set([...words(), ...wordsOf(path)]);
      return known;
    },
  };
};

export interface Quotable extends Prose {
  /** Sentences of which nothing is left. */
  absent: number;
  /** Those that are an instruction, and what comes behind it. */
  planted: number;
}

export function quotable(prose: Prose, code: NamedCode): Quotable {
  const sentences = prose.sentences.slice(0, beforeInstruction(prose.sentences));
  const isPlanted = sentences.length < prose.sentences.length;
  const tags = isPlanted ? [] : prose.tags;
  const planted = prose.sentences.length - sentences.length + prose.tags.length - tags.length;
  const kept = standing(sentences.map((sentence) => realPart(sentence, code)));
  const keptTags = tags.flatMap((tag) => {
    const text = realPart(tag.text, code);
    return text === undefined ? [] : [{ ...tag, text }];
  });
  const absent = sentences.length - kept.length + tags.length - keptTags.length;
  return { sentences: kept, tags: keptTags, hidden: prose.hidden, absent, planted };
}

/** A sentence without asides and ends that name what is not there; undefined where nothing is left that says something. */
function realPart(sentence: string, code: NamedCode): string | undefined {
  if (hasNamesOf(code, sentence)) return sentence;
  const bare = sentence.replace(ASIDE, (aside) => {
    const isKept = hasNamesOf(code, aside) || CONDITION.test(aside);
    return isKept ? aside : '';
  });
  if (hasNamesOf(code, bare)) return saysMuch(bare) ? bare : undefined;
  for (const { index } of [...bare.matchAll(BREAK)].reverse()) {
    const part = bare.slice(0, index).replace(/[\s,:;]+$/, '');
    const isWhole = part.split('(').length === part.split(')').length;
    if (!isWhole || CONDITION.test(bare.slice(index)) || !saysMuch(part)) continue;
    if (hasNamesOf(code, part)) return `${part}.`;
  }
  return undefined;
}

const saysMuch = (text: string): boolean => (text.match(/\p{L}{2,}/gu)?.length ?? 0) >= LEAST_WORDS;
