/** Brackets, tags and paired words as the grammar sees them: none of those that are in strings, comments and patterns. */

import type { Grammar } from '../../syntax/languages.ts';
import { isBlank, lineBefore } from '../text.ts';
import type { Token } from './source.ts';

const CLOSER_OF: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

const HANDLED = 'except';
const HANDLES: ReadonlySet<string> = new Set(['except', 'finally']);

/** What closes the bracket that a token opens (also `${`, `#[`, `((`); undefined where it opens none. */
export const closerOf = ({ type, named }: Pick<Token, 'type' | 'named'>): string | undefined =>
  named ? undefined : CLOSER_OF[type.at(-1) ?? ''];

/** The bracket that a token closes, or `</` for a tag. */
export function closes({ type, named }: Pick<Token, 'type' | 'named'>): string | undefined {
  if (named) return undefined;
  return /^[)\]}]/.test(type) ? type[0] : type === '</' ? type : undefined;
}

/**
 * What tokens leave owed, innermost last, and how many blocks they close that were open before them. A closer that fits
 * nothing open is passed over where something is.
 * @param text what the tokens are from.
 */
export function balanceOf(
  tokens: readonly Token[],
  text: string,
  grammar: Grammar,
): { owed: string[]; closed: number } {
  const owed: string[] = [];
  let closed = 0;
  for (const token of tokens) {
    // A method of one line has no end, and an attempt in Python is whole with what happens where it fails.
    if (grammar.name === 'ruby' && token.type === '=' && token.parent === 'method') owed.pop();
    if (grammar.name === 'python' && HANDLES.has(token.type) && owed.at(-1) === HANDLED) owed.pop();
    const opened = openedBy(token, text, grammar);
    if (opened !== undefined) {
      owed.push(opened);
      continue;
    }
    const closer = closedBy(token, grammar);
    if (closer === undefined) continue;
    const at = owed.lastIndexOf(closer);
    if (at >= 0) owed.length = at;
    else if (owed.length === 0) closed += 1;
  }
  if (grammar.name === 'python' && tokens.findLast(({ type }) => type !== 'comment')?.type === ':') owed.push('body');
  return { owed, closed };
}

function openedBy(token: Token, text: string, grammar: Grammar): string | undefined {
  if (token.type === '<' && token.parent === 'jsx_opening_element') return '</';
  if (token.named) return undefined;
  if (token.type === ')' && token.parent === 'case_item') return ';;';
  const word = grammar.pairs.get(token.type);
  if (word === undefined || grammar.name !== 'ruby') return word ?? closerOf(token);
  // `a if b` begins nothing, nor does the `do` of a loop, which is counted itself.
  if (token.parent !== 'ERROR') return token.parent.endsWith('_modifier') || token.parent === 'do' ? undefined : word;
  const before = lineBefore(text.slice(0, token.start));
  if (token.type === 'do') return /^\s*(?:while|until|for)\b/.test(before) ? undefined : word;
  return isBlank(before) || /=\s*$/.test(before) ? word : undefined;
}

function closedBy(token: Token, grammar: Grammar): string | undefined {
  if (token.named) return undefined;
  // A parenthesis behind a pattern of a shell's `case`; what ends that closes the block of the pattern.
  if (grammar.name === 'bash' && token.parent === 'case_item') return token.type === ';;' ? token.type : undefined;
  return grammar.closers.has(token.type) ? token.type : closes(token);
}
