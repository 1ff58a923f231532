/** Comments and what they stand above, as people wrote them: for measuring embedders, and for training one. */
import type { Grammars } from '../../../../src/syntax/grammars.ts';
import { symbolsOf } from '../../../../src/syntax/symbols.ts';

export interface CommentPair {
  path: string;
  name: string;
  kind: string;
  /** The comment's words before its first tag; paragraphs are divided by an empty line. */
  comment: string;
  /** Without the comment. */
  code: string;
}

/** The symbols of a file that have a comment above them. */
export async function pairsOf(grammars: Grammars, path: string, text: string): Promise<CommentPair[]> {
  const symbols = (await symbolsOf(grammars, { path, text })) ?? [];
  return symbols.flatMap(({ docStart, start, end, name, kind }) => {
    if (docStart === start) return [];
    const comment = proseOf(text.slice(docStart, start));
    return comment === '' ? [] : [{ path, name, kind, comment, code: text.slice(start, end) }];
  });
}

/** Says something about tools, or about rights, in place of what follows. */
const ASIDE = /^(?:eslint|tslint|prettier|istanbul|c8|v8|@ts-|biome|copyright|licen[cs]ed?|todo|fixme|region|#)/i;

/** What a comment says in sentences: no signs of comments, no tags, no links' addresses, no examples. */
export function proseOf(comment: string): string {
  const lines = comment.split('\n').map((line) =>
    line
      .replace(/^\s*(?:\/\*\*?|\*\/|\*(?!\/)|\/\/+)/, '')
      .replace(/\*\/\s*$/, '')
      .trim(),
  );
  const until = lines.findIndex((line) => /^@(?!link)|^```/.test(line));
  const prose = lines
    .slice(0, until < 0 ? undefined : until)
    .join('\n')
    .replaceAll(/\{@\w+\s+([^}]*)\}/g, '$1')
    .replaceAll(/https?:\/\/\S+/g, '')
    .trim();
  return ASIDE.test(prose) || !/\p{L}{2}/u.test(prose) ? '' : prose;
}

/** The first paragraph on one line. */
export const firstParagraph = (prose: string): string => prose.split(/\n\s*\n/)[0]!.replaceAll(/\s+/g, ' ');
