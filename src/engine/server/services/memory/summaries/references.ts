/** The names that a file uses and those that it defines for others. */
import type { GrammarName } from '../../../../../syntax/languages.ts';
import type { CodeSymbol } from '../../../../../syntax/outline.ts';
import type { Described } from './worth.ts';

const HASH_COMMENTS = /^(?:python|ruby|bash|powershell)$/;
const STRINGS = String.raw`"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'`;
const C_LIKE = new RegExp(String.raw`\/\*[\s\S]*?\*\/|\/\/[^\n]*|${STRINGS}`, 'g');
const HASH_LIKE = new RegExp(String.raw`"""[\s\S]*?"""|'''[\s\S]*?'''|#[^\n]*|${STRINGS}`, 'g');

/** A text without its comments and strings, near enough: words of prose are no references. */
export function codeOf(text: string, grammar: GrammarName): string {
  return text.replace(HASH_COMMENTS.test(grammar) ? HASH_LIKE : C_LIKE, ' ');
}

/** Units from which on the name of a member, of several words, is told from what others call theirs. */
const LONG = 8;

/** Names that other files can mean this file by. */
export function definedNames(all: readonly Described[]): string[] {
  return all
    .filter(({ symbol: { container, name }, exported }) => exported && (container.length === 0 || isTelling(name)))
    .map(({ symbol }) => symbol.name);
}

const isTelling = (name: string): boolean => name.length >= LONG && /[a-z0-9][A-Z]|[a-z0-9]_[a-z]/.test(name);

/** Which of some names a text has, in the order in which it has them; those of members (`a.name`, `name: 1`) are others. */
export function namesIn(code: string, names: ReadonlySet<string>): string[] {
  const found = new Set<string>();
  for (const { 0: word, index } of code.matchAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu)) {
    if (!names.has(word) || found.has(word)) continue;
    const before = code.slice(Math.max(0, index - 60), index).trimEnd();
    const isMember = /(?<!\.\.)[.#]$|->$/.test(before);
    const isKey =
      /[{,;]$/.test(before) && /^\s*\??:(?!:)/.test(code.slice(index + word.length, index + word.length + 20));
    if (!isMember && !isKey) found.add(word);
  }
  return [...found];
}

/** Whether a name is that of a parameter or a variable of the symbol itself, which hides what else has it. */
export function isOwnVariable(name: string, { kind, signature }: CodeSymbol, code: string): boolean {
  if (kind !== 'function') return false;
  const quoted = name.replaceAll('$', '\\$');
  const isParameter = new RegExp(`[({\\[,]\\s*(?:\\.\\.\\.)?${quoted}\\s*(?:[?:,)=}\\]]|$)`);
  const isDeclared = new RegExp(
    `\\b(?:const|let|var)\\s+(?:${quoted}(?![\\w$])|[{[][^}\\]=]*(?<![\\w$.])${quoted}(?![\\w$:]))`,
  );
  return isParameter.test(signature) || isDeclared.test(code);
}
