/** Whether a block is begun at a place, told from the tree: Copilot's question, asked of brackets instead of node types. */
import type { Node, Tree } from '@vscode/tree-sitter-wasm';
import type { Grammar } from '../../syntax/languages.ts';
import { columns, isBlank, lineBefore } from '../text.ts';
import { closerOf, closes } from './brackets.ts';
import { ancestor, faultsIn, isComment, leafBefore, type Token, tokensIn } from './source.ts';

export interface Begun {
  /** Columns of the line that the block belongs to: its lines are deeper. */
  floor: number;
  /** Nothing of it is there yet, comments apart. */
  empty: boolean;
  /** A line below closes it already, or goes on with it (`else`). */
  closed: boolean;
}

/** Texts with braces of their own that are no body: a line is all that is wanted in them. */
const NO_BODY = /import|export_clause|pattern|use_list|substitution|interpolation|expansion|jsx|string/;
/** Brackets that hold a list of values; others index, or name a type. */
const LISTS = /^(?:list|array|initializer_expression|collection_expression)(?!.*(?:pattern|type|access))/;
const BODY = /block|body|compound_statement|declaration_list|field_declaration_list/;
/** Labels that statements stand below. */
const LABEL = /case|default|label|access_specifier|switch/;
const LABEL_LINE = /^\s*(?:case\b.*|default)\s*$/;
/** What may stand in the middle of a string or a comment. */
const INSIDE = /substitution|interpolation|expansion/;
/** Beginnings of strings over several lines, as the grammars call them; a quote where any string may have several. */
const LONG_TEXT =
  /^(?:`|(?:raw_)?string_start|heredoc_start|(?:raw_)?string_(?:literal_)?content|multiline_string_fragment)$/;
const LONG_QUOTE = /^(?:r#*)?"$/;
const LONG_QUOTED: ReadonlySet<string> = new Set(['bash', 'php', 'ruby', 'rust']);
const TEXTS = /comment|string|heredoc|template_(?:string|literal)|char_literal|character_literal|regex/;

/**
 * What is begun at `cursor`, which is in no string or comment.
 * @param text what `tree` was made of, LF.
 * @param width columns of a tab.
 * @returns null where nothing is; undefined where the tree does not tell.
 */
export function begunAt(
  tree: Tree,
  text: string,
  cursor: number,
  grammar: Grammar,
  width: number,
): Begun | null | undefined {
  const last = leafBefore(tree, text, cursor);
  if (last === null) return null;
  const below = isBlank(lineBefore(text.slice(0, cursor)));
  const owner = ownerOf(last, below, grammar, text);
  if (owner === null || owner === undefined) return owner;
  const floor = Math.min(columnsAt(text, last.startIndex, width), columnsAt(text, owner.startIndex, width));
  const cases = /\b(?:switch|select)\b/.test(
    text.slice(lineStartOf(text, Math.min(owner.startIndex, last.startIndex)), last.startIndex),
  );
  return { floor, ...bodyOf(tree, text, cursor, grammar, { floor, width, cases }) };
}

/**
 * The cursor is in a string or a comment; a string over several lines that nothing ends counts as one.
 * @param from where it begins at the earliest.
 */
export function isInText(tree: Tree, text: string, cursor: number, { name }: Grammar, from = 0): boolean {
  if (isLeftOpen(tree, cursor, LONG_QUOTED.has(name), from)) return true;
  const inside = ancestor(tree.rootNode.descendantForIndex(cursor, cursor), isText);
  // A text below its mark begins with its first line.
  const start = inside?.type.includes('heredoc') ? cursor + 1 : cursor;
  if (inside !== null && inside.startIndex < start && cursor < inside.endIndex && !isInPart(tree, cursor)) {
    return inside.startIndex >= from;
  }
  if (cursor === 0 || text[cursor - 1] === '\n') return false;
  // A comment to the end of the line goes on at the cursor behind it.
  const comment = ancestor(tree.rootNode.descendantForIndex(cursor - 1, cursor), isComment);
  return comment !== null && comment.endIndex === cursor && !/\*\/$/.test(comment.text);
}

/** A mark that nothing ends is left over by the parser, and what follows it is read as program text. */
function isLeftOpen(tree: Tree, cursor: number, byQuote: boolean, from: number): boolean {
  const opens = ({ type }: Node): boolean => LONG_TEXT.test(type) || (byQuote && LONG_QUOTE.test(type));
  return faultsIn(tree).some(
    (fault) =>
      fault.startIndex < cursor &&
      fault.endIndex > from &&
      fault.children.some((child) => child && child.startIndex >= from && child.startIndex < cursor && opens(child)),
  );
}

const isText = (node: Node): boolean => node.isNamed && TEXTS.test(node.type) && !INSIDE.test(node.type);

/** Program text within a string: nearer around the cursor than the string. */
function isInPart(tree: Tree, cursor: number): boolean {
  const nearest = ancestor(
    tree.rootNode.descendantForIndex(cursor, cursor),
    (node) => isText(node) || INSIDE.test(node.type),
  );
  return nearest !== null && INSIDE.test(nearest.type);
}

/** The node whose first line is as deep as what closes the block that `last` begins. */
function ownerOf(last: Node, below: boolean, grammar: Grammar, text: string): Node | null | undefined {
  const { parent } = last;
  if (parent === null) return undefined;
  const closer = closerOf({ type: last.type, named: last.isNamed });
  if (closer !== undefined) {
    if (parent.isError) return below ? last : undefined;
    if (!below && (closer === ')' || NO_BODY.test(parent.type))) return null;
    if (!below && closer === ']' && !LISTS.test(parent.type)) return null;
    return BODY.test(parent.type) ? holderOf(parent) : last;
  }
  if (last.type === '>' && parent.type === 'jsx_opening_element') return parent;
  if (last.type === ':' && !last.isNamed) return ownerOfColon(last, parent, below, grammar, text);
  if (grammar.name === 'python') return last.type === 'string_end' ? ownerOfDocstring(last) : undefined;
  if (below && grammar.name === 'ruby') return opensInRuby(last, text) ? last : null;
  if (below && grammar.name === 'bash') return opensInShell(last) ? last : null;
  return undefined;
}

/** What a body is the body of; the body itself where the parser was not sure, or where that begins in another statement. */
function holderOf(body: Node): Node {
  const holder = body.parent;
  return holder === null || holder.isError || holder.parent === null || BODY.test(holder.type) ? body : holder;
}

function ownerOfColon(
  last: Node,
  parent: Node,
  below: boolean,
  { name }: Grammar,
  text: string,
): Node | null | undefined {
  if (name === 'python') {
    if (parent.isError) return undefined;
    return /_definition$|_statement$|_clause$/.test(parent.type) ? parent : null;
  }
  const labels = parent.isError
    ? LABEL_LINE.test(lineBefore(text.slice(0, last.startIndex)))
    : LABEL.test(parent.type) || LABEL.test(last.previousSibling?.type ?? '');
  return below && labels ? last : null;
}

/** A function or a class of which only the description is there has its body still to come. */
function ownerOfDocstring(last: Node): Node | undefined {
  const statement = last.parent?.parent;
  const block = statement?.parent;
  const holder = block?.parent;
  const whole = statement?.type === 'expression_statement' && block?.namedChildCount === 1;
  return whole && holder && /_definition$/.test(holder.type) ? holder : undefined;
}

const RUBY_FIRST = /^\s*(?:def|class|module|if|unless|while|until|for|case|begin|else|elsif|when|in|rescue|ensure)\b/;
const RUBY_VALUE = /=\s*(?:if|unless|case|begin|while|until)\b/;
/** `def name(arguments) = value` has no body. */
const RUBY_ENDLESS = /^\s*def\s+[^\s(]+\s*(?:\(.*\))?\s*=\s/;

/** The line begins more than it ends. Its words are keywords: `last` is no part of a string. */
function opensInRuby(last: Node, text: string): boolean {
  if (last.type === '|' && last.parent?.type === 'block_parameters') return true;
  const line = lineBefore(text.slice(0, last.endIndex));
  if (/\bend$/.test(line) || RUBY_ENDLESS.test(line)) return false;
  return last.type === 'do' || RUBY_FIRST.test(line) || RUBY_VALUE.test(line);
}

function opensInShell({ type, isNamed, parent }: Node): boolean {
  if (isNamed) return false;
  return (
    type === 'then' ||
    type === 'do' ||
    type === 'else' ||
    type === 'in' ||
    (type === ')' && parent?.type === 'case_item')
  );
}

/** What is there of the block, told from the first token behind the cursor and its depth. */
function bodyOf(
  tree: Tree,
  text: string,
  cursor: number,
  grammar: Grammar,
  { floor, width, cases }: { floor: number; width: number; cases: boolean },
): { empty: boolean; closed: boolean } {
  const next = nextToken(tree, text, cursor);
  if (next === undefined) return { empty: true, closed: false };
  // Ends a pattern of a shell's `case`, as deep as the body.
  if (next.type === ';;') return { empty: true, closed: true };
  if (!text.slice(cursor, next.start).includes('\n')) return { empty: closes(next) !== undefined, closed: false };
  const depth = columnsAt(text, next.start, width);
  const goesOn = depth === floor && grammar.clauses.has(next.type);
  const closed = depth === floor && (closes(next) !== undefined || grammar.closers.has(next.type) || goesOn);
  // A `case` as deep as its `switch` is in it; an `else` as deep as its `if` comes behind the body.
  return { empty: depth <= floor && !(goesOn && cases), closed };
}

/** The first token behind the cursor that is no comment. */
function nextToken(tree: Tree, text: string, cursor: number): Token | undefined {
  for (let from = cursor; from < text.length; ) {
    const start = from + text.slice(from).search(/\S/);
    if (start < from) return undefined;
    const lineEnd = text.indexOf('\n', start);
    const token = tokensIn(tree, start, lineEnd < 0 ? text.length : lineEnd).find(
      ({ type }) => !type.includes('comment'),
    );
    if (token !== undefined) return token;
    const comment = ancestor(tree.rootNode.descendantForIndex(start, start + 1), isComment);
    from = Math.max(comment?.endIndex ?? 0, lineEnd < 0 ? text.length : lineEnd);
  }
  return undefined;
}

const columnsAt = (text: string, index: number, width: number): number =>
  columns(text.slice(lineStartOf(text, index)), width);

const lineStartOf = (text: string, index: number): number => (index === 0 ? 0 : text.lastIndexOf('\n', index - 1) + 1);
