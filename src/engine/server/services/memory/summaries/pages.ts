/** What README files and other pages say in the paragraphs that they begin with. */
import { marked } from 'marked';
import type { MemoryAnchor } from '../../../../protocol/index.ts';
import type { NamedCode } from '../anchors/names.ts';
import { withoutHidden } from './hidden.ts';
import { sentencesOf, standing } from './prose.ts';
import { type LeftOut, Sentences } from './sentences.ts';
import { beforeInstruction } from './suspicion.ts';

const MOST_SENTENCES = 5;
const MOST_HEADINGS = 10;

/** The README of a folder, by the name of a file in it. */
export const README = /^readme(?:\.(?:md|markdown|mdx|rst|txt))?$/i;
export const PAGE = /\.(?:md|markdown|mdx|rst)$|(?:^|\/)readme(?:\.txt)?$/i;

/**
 * The first sentences of a page, behind its badges and titles, then what its chapters are called.
 * @param text Markdown, or near enough to it.
 * @param anchor of the page.
 */
export function pageSentences(text: string, anchor: MemoryAnchor, code: NamedCode, leftOut: LeftOut): Sentences {
  const sentences = new Sentences(code, leftOut);
  const { text: page, hidden } = withoutHidden(text.replace(/^---\n[\s\S]*?\n---\n/, ''));
  sentences.hid(hidden);
  const headings: string[] = [];
  const parts: (string | undefined)[] = [];
  for (const token of marked.lexer(page)) {
    if (token.type === 'heading') headings.push(...sentencesOrWords(token.text));
    if (token.type === 'paragraph' || token.type === 'blockquote') parts.push(...sentencesOf(token.raw));
    else if (token.type !== 'space') parts.push(undefined);
  }
  const said = standing(parts);
  const count = beforeInstruction(said);
  sentences.planted(said.length - count);
  let quoted = 0;
  for (const sentence of said.slice(0, count)) {
    if (quoted < MOST_SENTENCES && sentences.add(sentence, anchor)) quoted++;
  }
  const chapters = headings
    .slice(1)
    .filter((heading) => !/^(?:licen[cs]e|contributing|table of contents)$/i.test(heading));
  if (quoted > 0 && chapters.length > 0 && beforeInstruction(chapters) === chapters.length) {
    sentences.add(`Its chapters are ${chapters.slice(0, MOST_HEADINGS).join('; ')}.`, anchor);
  }
  return sentences;
}

function sentencesOrWords(heading: string): string[] {
  const words = heading
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]*>|[`*#]/g, '')
    .trim();
  return words === '' ? [] : [words];
}
