/** Which symbols of a file are worth an item of their own, and which are named first. */
import type { GrammarName } from '../../../../../syntax/languages.ts';
import type { CodeSymbol } from '../../../../../syntax/outline.ts';
import { docOf } from './comments.ts';
import { type Prose, proseOf } from './prose.ts';
import { nameOf } from './wording.ts';

/** Items of one file. */
const MOST = 24;
/** Lines from which on something without a comment is worth an item: of a function, and of a method or of what is private. */
const LARGE = { outer: 4, inner: 10 };
/** Lines of a type without a comment, which says no more than its fields. */
const LARGE_TYPE = 8;
const CONSTRUCTOR = /^(?:constructor|__init__)$/;

export interface Described {
  symbol: CodeSymbol;
  doc: Prose;
  exported: boolean;
  lines: number;
  worth: number;
}

/** What others call a class by is not its constructor. */
export const isConstructor = ({ name }: CodeSymbol): boolean => CONSTRUCTOR.test(name);

/** Every symbol with its comment, in the order of the text; imports are left out. */
export function described(text: string, symbols: readonly CodeSymbol[], grammar: GrammarName): Described[] {
  const exports = exportedNames(text, grammar);
  const isExported = new Map<string, boolean>();
  const result: Described[] = [];
  for (const symbol of symbols) {
    if (symbol.kind === 'import') continue;
    const exported = isOpen(symbol, grammar, exports) && isExported.get(symbol.container.join('.')) !== false;
    isExported.set(nameOf(symbol), exported);
    const doc = proseOf(docOf(text, symbol, grammar));
    const lines = countLines(text, symbol.start, symbol.end);
    result.push({ symbol, doc, exported, lines, worth: worthOf(symbol, doc, exported, lines) });
  }
  return result;
}

/** Those that get an item, in the order of the text. */
export function worthAnItem(all: readonly Described[]): Described[] {
  // Overloads, or a type and its namespace: the one that says most speaks for all of them.
  const named = [...Map.groupBy(all, ({ symbol }) => nameOf(symbol)).values()].map((some) => byWorth(some)[0]!);
  const best = new Set(byWorth(named.filter(isWanted)).slice(0, MOST));
  return all.filter((one) => best.has(one));
}

/** The most telling first; in the order of the text where they are equal. */
export function byWorth(some: readonly Described[]): Described[] {
  return [...some].sort((a, b) => b.worth - a.worth || a.symbol.start - b.symbol.start);
}

function isWanted({ symbol, doc, exported, lines }: Described): boolean {
  const { kind, container, name } = symbol;
  // A module in quotes is another's, and a constructor without a word of its own is told of by its class.
  if (/['"]/.test(name) || (kind === 'module' && lines < 2)) return false;
  if (CONSTRUCTOR.test(name) && doc.sentences.length === 0) return false;
  if (/^(?:interface|type|enum)$/.test(kind) && doc.sentences.length === 0) return lines >= LARGE_TYPE;
  const documented = doc.sentences.length > 0;
  // Fields are told of with what they are in.
  if (kind === 'field') return false;
  if (kind === 'variable') return container.length === 0 && ((documented && exported) || lines >= LARGE.inner);
  const isInner = container.length > 0;
  // Getters and what only passes on.
  if (lines <= 3 && kind === 'function' && isInner) return documented && exported && doc.sentences[0]!.length > 60;
  if (documented) return exported || lines >= LARGE.outer;
  return lines >= (exported && !isInner ? LARGE.outer : LARGE.inner);
}

const KIND_WORTH: Partial<Record<CodeSymbol['kind'], number>> = {
  class: 2,
  interface: 1.2,
  enum: 0.5,
  function: 1,
  impl: 1,
};

function worthOf({ kind, container, name }: CodeSymbol, doc: Prose, exported: boolean, lines: number): number {
  return (
    (exported ? 3 : 0) +
    (doc.sentences.length > 0 ? 2 : 0) +
    Math.min(4, Math.log2(1 + lines) / 2) +
    (KIND_WORTH[kind] ?? 0) -
    2 * container.length -
    (/^[_#]/.test(name) ? 1 : 0)
  );
}

/** Names that JavaScript exports apart from their declaration; undefined for other languages. */
function exportedNames(text: string, grammar: GrammarName): Set<string> | undefined {
  if (!/^(?:javascript|typescript|tsx)$/.test(grammar)) return undefined;
  const names = new Set<string>();
  for (const [, list] of text.matchAll(/^\s*(?:export(?:\s+type)?|module\.exports\s*=|exports\s*=)\s*\{([^}]*)\}/gm)) {
    for (const part of list!.split(',')) {
      const name = /^\s*(?:type\s+)?([\w$]+)/.exec(part.replace(/\/\/.*$/gm, ''))?.[1];
      if (name !== undefined) names.add(name);
    }
  }
  for (const [, name] of text.matchAll(
    /^\s*(?:export\s+default|module\.exports\s*=|(?:module\.)?exports\.[\w$]+\s*=)\s+([\w$]+)\s*;?\s*$/gm,
  )) {
    names.add(name!);
  }
  return names;
}

function isOpen(
  { name, signature, container }: CodeSymbol,
  grammar: GrammarName,
  exports: Set<string> | undefined,
): boolean {
  if (/^#|\bprivate\b|\bprotected\b/.test(name.startsWith('#') ? '#' : signature.slice(0, 80))) return false;
  if (exports !== undefined) {
    return container.length > 0 || exports.has(name) || /^(?:export|(?:module\.)?exports)\b/.test(signature);
  }
  switch (grammar) {
    case 'python':
      return !/^_(?!_init__)/.test(name);
    case 'go':
      return /^\p{Lu}/u.test(name);
    case 'rust':
      return /^(?:pub\b|impl\b)/.test(signature) || container.some((outer) => outer.includes(' for '));
    case 'java':
    case 'c-sharp':
      return /\bpublic\b/.test(signature);
    default:
      return true;
  }
}

function countLines(text: string, start: number, end: number): number {
  let lines = 1;
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
