/**
 * A syntax tree as a row of tokens that says what the code says, and nothing of how it is laid out: two texts with equal
 * rows differ in white space, comments, trailing commas, semicolons that may be left out and kinds of quotes only.
 */
import type { Tree, TreeCursor } from '@vscode/tree-sitter-wasm';
import type { GrammarName } from './languages.ts';
import { type CodeSymbol, declarationsOf } from './outline.ts';

export interface SyntaxToken {
  /** Of the node. */
  type: string;
  /** A leaf's text, with what does not count taken out; undefined where a node begins or {@link END}s. */
  text: string | undefined;
}

/** Where the node ends that began last. */
export const END: SyntaxToken = { type: '', text: undefined };

export interface TokenizedSymbol {
  symbol: CodeSymbol;
  /** Its tokens are those from `from` to before `to`, decorators included. */
  from: number;
  to: number;
}

export interface SyntaxTokens {
  /** Of the whole file. */
  tokens: SyntaxToken[];
  /** Imports left out; each before those that are in it. */
  symbols: TokenizedSymbol[];
  /** The parser found no place for something. */
  faulty: boolean;
}

const SCRIPT: ReadonlySet<GrammarName> = new Set(['javascript', 'typescript', 'tsx']);
/** Read whole, as it is written, where quotes are not looked at: what stands between its leaves belongs to it. */
const VERBATIM = /^(?!concatenated_|chained_).*(?:string|heredoc|char_literal|character_literal|regex|quoted)/;
/** Lists that mean the same with a comma behind their last part; in others it makes a tuple or a hole. */
const LISTS: Partial<Record<GrammarName, RegExp>> = {
  go: /^(?:argument_list|parameter_list|literal_value|type_arguments|type_parameter_list)$/,
  javascript: scriptLists(),
  php: /^(?:arguments|array_creation_expression|formal_parameters)$/,
  python: /^(?:argument_list|parameters|list|dictionary|set|import_from_statement)$/,
  rust: /^(?:arguments|parameters|field_initializer_list|field_declaration_list|enum_variant_list|use_list|match_block)$/,
  tsx: scriptLists(),
  typescript: scriptLists(),
};
const PYTHON_STRING = /^(?:string_(?:start|content|end)|format_specifier)$/;
/** A statement of Python that is one string and nothing else: a docstring where it stands first. */
const ONE_STRING =
  /^[rRuU]?(?:"""(?:[^"\\]|\\.|"(?!""))*"""|'''(?:[^'\\]|\\.|'(?!''))*'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')$/s;
const DECORATOR = /^(?:decorator|attribute_item)$/;

function scriptLists(): RegExp {
  return /^(?:arguments|formal_parameters|array|array_pattern|object|object_pattern|named_imports|export_clause|type_arguments|type_parameters|tuple_type|enum_body)$/;
}

/**
 * @param text what the tree was made of.
 * Docstrings of Python are comments here; everything that strings hold and every name counts.
 */
export function syntaxTokens(tree: Tree, text: string, grammar: GrammarName): SyntaxTokens {
  const declarations = declarationsOf(tree, text).filter(({ symbol }) => symbol.kind !== 'import');
  const walk = new Walk(text, grammar, new Set(declarations.map(({ node }) => node)));
  const cursor = tree.walk();
  try {
    walk.node(cursor, '', false);
  } finally {
    cursor.delete();
  }
  const symbols = declarations.flatMap(({ symbol, node }) => {
    const span = walk.spans.get(node);
    return span === undefined ? [] : [{ symbol, from: span[0], to: span[1] }];
  });
  return { tokens: walk.tokens, symbols, faulty: tree.rootNode.hasError };
}

class Walk {
  readonly tokens: SyntaxToken[] = [];
  readonly spans = new Map<number, [number, number]>();
  readonly #text: string;
  readonly #grammar: GrammarName;
  readonly #isScript: boolean;
  readonly #wanted: ReadonlySet<number>;
  /** Of the strings of Python that it is in. */
  readonly #prefixes: string[] = [];

  constructor(text: string, grammar: GrammarName, wanted: ReadonlySet<number>) {
    this.#text = text;
    this.#grammar = grammar;
    this.#isScript = SCRIPT.has(grammar);
    this.#wanted = wanted;
  }

  /** @param parent type of the node that it is in. @param first nothing but comments stands before it there. */
  node(cursor: TreeCursor, parent: string, first: boolean): void {
    const { nodeType: type, startIndex: from, endIndex: to } = cursor;
    const text = () => this.#text.slice(from, to);
    const leaf = cursor.nodeIsNamed ? this.#named(type, parent, first, text) : this.#sign(type, parent, text);
    if (leaf === undefined) this.#children(cursor, type, from, to);
    else if (leaf !== null) this.tokens.push(leaf);
  }

  /** A sign or a word of the language; null where it does not count. */
  #sign(type: string, parent: string, text: () => string): SyntaxToken | null {
    return this.#isOptional(type, parent) ? null : { type, text: text() };
  }

  /** A node that is read whole; null where it does not count, undefined where its parts do. */
  #named(type: string, parent: string, first: boolean, text: () => string): SyntaxToken | null | undefined {
    if (this.#isScript) {
      if (type === 'string') return scriptString(text().slice(1, -1), parent, first);
      if (type !== 'jsx_text') return undefined;
      const words = foldedText(text());
      return words === '' ? null : { type, text: words };
    }
    if (this.#grammar === 'python') {
      if (type === 'expression_statement' && first && isBody(parent) && ONE_STRING.test(text())) return null;
      return PYTHON_STRING.test(type) ? { type, text: this.#pythonString(type, text()) } : undefined;
    }
    if (this.#grammar === 'css' && type === 'string_value') {
      return { type, text: withoutEscapedQuotes(text().slice(1, -1)) };
    }
    return VERBATIM.test(type) ? { type, text: text() } : undefined;
  }

  #children(cursor: TreeCursor, type: string, from: number, to: number): void {
    if (!cursor.gotoFirstChild()) {
      this.tokens.push({ type, text: this.#text.slice(from, to) });
      return;
    }
    this.tokens.push({ type, text: undefined });
    let first = true;
    let decorated: number | undefined;
    let at = from;
    do {
      const child = cursor.nodeType;
      this.#gap(at, cursor.startIndex);
      at = cursor.endIndex;
      if (child.includes('comment') && cursor.nodeIsNamed) continue;
      const begin = this.tokens.length;
      this.node(cursor, type, first);
      first = false;
      if (DECORATOR.test(child)) decorated ??= begin;
      else {
        const { nodeId } = cursor;
        if (this.#wanted.has(nodeId)) this.spans.set(nodeId, [decorated ?? begin, this.tokens.length]);
        decorated = undefined;
      }
    } while (cursor.gotoNextSibling());
    this.#gap(at, to);
    cursor.gotoParent();
    this.#dropTrailingComma(type);
    this.tokens.push(END);
  }

  /** What the grammar has no node for is kept as it is written. */
  #gap(from: number, to: number): void {
    if (to <= from) return;
    const between = this.#text.slice(from, to).trim();
    // A line that goes on behind a backslash.
    if (between !== '' && !/^(?:\\\s*)+$/.test(between)) this.tokens.push({ type: 'gap', text: between });
  }

  /** Separators that may be left out, or be another sign. */
  #isOptional(sign: string, parent: string): boolean {
    if (sign !== ';' && sign !== ',') return false;
    if (this.#isScript) {
      if (parent === 'object_type' || parent === 'interface_body') return true;
      return sign === ';' && parent !== 'for_statement' && parent !== 'empty_statement';
    }
    if (this.#grammar === 'css') return sign === ';' && parent === 'declaration';
    return sign === ';' && this.#grammar === 'python';
  }

  /** Of a list that has been read but for its end: `(a, b,)`. */
  #dropTrailingComma(type: string): void {
    if (!LISTS[this.#grammar]?.test(type)) return;
    const { tokens } = this;
    const comma = tokens.length - 2;
    if (tokens[comma]?.text !== ',' || tokens[comma]?.type !== ',' || !/^[)\]}>]$/.test(tokens.at(-1)?.type ?? ''))
      return;
    // A hole before it counts, and so does `[,]`.
    const before = tokens[comma - 1];
    if (before === undefined || before.type === ',' || /^[([{<]$/.test(before.type)) return;
    tokens.splice(comma, 1);
  }

  #pythonString(type: string, text: string): string {
    if (type === 'string_start') this.#prefixes.push(text.replace(/["']+$/, '').toLowerCase());
    const prefix = this.#prefixes.at(-1) ?? '';
    if (type === 'string_end') this.#prefixes.pop();
    if (type !== 'string_content') return type === 'format_specifier' ? text : prefix;
    return prefix.includes('r') ? text : withoutEscapedQuotes(text);
  }
}

/** Its quotes do not count, nor those of a key that needs none. */
function scriptString(inner: string, parent: string, first: boolean): SyntaxToken {
  // In tags a backslash is a backslash.
  if (parent === 'jsx_attribute') return { type: 'string', text: inner };
  const text = withoutEscapedQuotes(inner);
  const isKey = first && parent === 'pair' && /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(text);
  return { type: isKey ? 'property_identifier' : 'string', text };
}

const isBody = (type: string): boolean => type === 'block' || type === 'module';

const withoutEscapedQuotes = (inner: string): string =>
  inner.replace(/\\([\s\S])/g, (whole, sign: string) => (sign === '"' || sign === "'" ? sign : whole));

/** Text between tags as it is shown: white space with a line break in it is layout. */
function foldedText(text: string): string {
  const lines = text.split('\n');
  const trimmed = lines.map((line, at) => {
    const behind = at === 0 ? line : line.trimStart();
    return at === lines.length - 1 ? behind : behind.trimEnd();
  });
  return trimmed.filter((line) => line !== '').join(' ');
}
