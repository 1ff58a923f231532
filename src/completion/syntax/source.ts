/** A text and its tree, parsed anew only where the text has changed. */
import type { Node, Parser, Point, Tree } from '@vscode/tree-sitter-wasm';

/**
 * Steps of the parser, in its own hundreds, after which it is given up: a text that a grammar cannot recover from must not
 * hold up a key. A window of program text takes about 70, of the densest 300. Steps and not milliseconds, so that a busy
 * machine reads alike.
 */
const MOST_STEPS = 400;

/** A smallest part of the program: a bracket, a word, a piece of a string. */
export interface Token {
  type: string;
  start: number;
  end: number;
  /** Of a class of tokens (a name, a number); else the token is its type, letter by letter. */
  named: boolean;
  /** Type of the node that it is part of; `ERROR` where the parser found no place for it. */
  parent: string;
}

export class Source {
  readonly #parser: Parser;
  #text = '';
  #tree: Tree | null = null;

  constructor(parser: Parser) {
    this.#parser = parser;
  }

  /**
   * The tree of a text, which holds until the next call; null where parsing took too long. Costs what differs from the
   * text of the last call, where most of it is the same.
   */
  parse(text: string): Tree | null {
    if (this.#tree !== null && this.#text === text) return this.#tree;
    const old = this.#edited(text);
    let steps = 0;
    let tree: Tree | null = null;
    try {
      // Declared as giving nothing; what is true ends the parse.
      const progressCallback = (() => ++steps > MOST_STEPS) as unknown as () => void;
      tree = this.#parser.parse(text, old, { progressCallback });
    } finally {
      if (tree === null) this.#parser.reset();
      this.#tree?.delete();
      this.#tree = tree;
      this.#text = text;
    }
    return tree;
  }

  /** The last tree, moved to where its parts are in `text`. */
  #edited(text: string): Tree | null {
    const old = this.#text;
    if (this.#tree === null) return null;
    const most = Math.min(old.length, text.length);
    let start = 0;
    while (start < most && old.charCodeAt(start) === text.charCodeAt(start)) start++;
    let same = 0;
    while (same < most - start && old.charCodeAt(old.length - 1 - same) === text.charCodeAt(text.length - 1 - same)) {
      same++;
    }
    if (start + same < most / 2) return null;
    const oldEndIndex = old.length - same;
    const newEndIndex = text.length - same;
    this.#tree.edit({
      startIndex: start,
      oldEndIndex,
      newEndIndex,
      startPosition: pointAt(old, start),
      oldEndPosition: pointAt(old, oldEndIndex),
      newEndPosition: pointAt(text, newEndIndex),
    });
    return this.#tree;
  }
}

function pointAt(text: string, index: number): Point {
  let row = 0;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) {
    row += 1;
    lineStart = at + 1;
  }
  return { row, column: index - lineStart };
}

/** The tokens that begin in [from, to), in order; none that the parser only supposes. */
export function tokensIn(tree: Tree, from: number, to: number): Token[] {
  const tokens: Token[] = [];
  const cursor = tree.walk();
  try {
    const parents: string[] = [];
    for (;;) {
      const { startIndex, endIndex } = cursor;
      if (startIndex >= to) return tokens;
      if (endIndex > from) {
        const type = cursor.nodeType;
        if (cursor.gotoFirstChild()) {
          parents.push(type);
          continue;
        }
        if (startIndex >= from && endIndex > startIndex) {
          const named = cursor.nodeIsNamed;
          tokens.push({ type, start: startIndex, end: endIndex, named, parent: parents.at(-1) ?? '' });
        }
      }
      while (!cursor.gotoNextSibling()) {
        if (!cursor.gotoParent()) return tokens;
        parents.pop();
      }
    }
  } finally {
    cursor.delete();
  }
}

/** The node without parts that ends at or before `index`, comments apart; null where there is none. */
export function leafBefore(tree: Tree, text: string, index: number): Node | null {
  let end = index;
  for (;;) {
    while (end > 0 && /\s/.test(text[end - 1]!)) end--;
    if (end === 0) return null;
    const leaf = tree.rootNode.descendantForIndex(end - 1, end);
    if (leaf === null) return null;
    const comment = ancestor(leaf, isComment);
    if (comment === null) return leaf;
    end = comment.startIndex;
  }
}

export const isComment = (node: Node): boolean => node.isNamed && node.type.includes('comment');

/** The node itself or the nearest around it that is so. */
export function ancestor(node: Node | null, is: (node: Node) => boolean): Node | null {
  for (let at = node; at !== null; at = at.parent) if (is(at)) return at;
  return null;
}

/** What the parser found no place for, and what it had to suppose. */
export function faultsIn(tree: Tree): Node[] {
  const faults: Node[] = [];
  const pending = [tree.rootNode];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.isError || node.isMissing) faults.push(node);
    if (node.hasError) for (const child of node.children) if (child !== null) pending.push(child);
  }
  return faults;
}
