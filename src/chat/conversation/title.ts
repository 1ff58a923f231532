/** What a conversation is called, made by a rule from its first question: no model is asked for it, so none can leak into it. */
import type { UserEntry } from './entries.ts';

/** UTF-16 units. */
export const LONGEST_TITLE = 60;
const UNTITLED = 'New chat';

const FENCE = /^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\1[`~]*[ \t]*$|(?![\s\S]))/gm;
/** Marks that are invisible or turn the direction of writing: a title stands in lists beside others. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const POLITE = /^(?:(?:hi|hello|hey)(?: there)?[,.!:]*\s+|please,?\s+|(?:can|could|would|will) you (?:please )?)/i;
/** Says where to look, not what is asked. */
const BARE_MENTION = /(?:^|\s)@(?:codebase|selection|open|problems|diff|terminal)(?![\w:/.-])/g;
const graphemes = new Intl.Segmenter();

/** At most {@link LONGEST_TITLE} long, one line, without Markdown; what was attached where nothing was written. */
export function titleOf({ text, attachments }: Pick<UserEntry, 'text' | 'attachments'>): string {
  const prose = text.replace(/\r\n?/g, '\n').replace(FENCE, '\n');
  const written = firstWords(prose) || firstWords(text.replace(/^ {0,3}(?:`{3,}|~{3,}).*$/gm, ''));
  return shortened(written || (attachments[0] ? firstWords(attachments[0].label) : '') || UNTITLED);
}

/** One line, made of a name that a person typed; empty where nothing is left of it. */
export const cleanTitle = (title: string): string => shortened(plain(title));

function firstWords(text: string): string {
  for (const line of text.split('\n')) {
    let words = plain(
      line
        .replace(BARE_MENTION, '')
        .replace(/^\s*(?:#{1,6}\s+|>+\s*|[-*+]\s+|\d+[.)]\s+)/, '')
        .replace(/[*`~]+|(?<!\w)__?|__?(?!\w)/g, ''),
    );
    for (let rest = words.replace(POLITE, ''); rest !== words && rest !== ''; rest = words.replace(POLITE, ''))
      words = rest;
    words = firstSentence(words);
    if (/[\p{L}\p{N}]/u.test(words)) return words.replace(/^\p{Ll}(?=\p{L}|\s)/u, (letter) => letter.toUpperCase());
  }
  return '';
}

const plain = (text: string): string =>
  text
    .replace(/[\t\n]/g, ' ')
    .replace(INVISIBLE, '')
    .replace(/\s+/g, ' ')
    .trim();

/** A sentence that ends early is not worth a title: "Hi. How …". */
function firstSentence(words: string): string {
  const end = /^.{12,}?(?:[.!?](?=\s)|[。！？])/u.exec(words)?.[0];
  return (end ?? words).replace(/[.,;:]+$/, '');
}

function shortened(words: string): string {
  if (words.length <= LONGEST_TITLE) return words;
  let cut = '';
  for (const { segment } of graphemes.segment(words)) {
    if (cut.length + segment.length > LONGEST_TITLE - 1) break;
    cut += segment;
  }
  const space = words.lastIndexOf(' ', cut.length);
  return `${(space > LONGEST_TITLE / 2 ? cut.slice(0, space) : cut).trimEnd()}…`;
}
