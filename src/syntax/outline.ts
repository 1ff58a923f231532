/** What a file declares, with ranges: functions, classes and their members, types, variables, imports. */
import type { Node, Tree } from '@vscode/tree-sitter-wasm';

export type SymbolKind =
  | 'function'
  | 'class'
  /** Methods of a type, apart from it, in Rust. */
  | 'impl'
  | 'interface'
  | 'enum'
  | 'type'
  | 'module'
  | 'variable'
  | 'field'
  | 'import'
  | 'macro';

export interface CodeSymbol {
  /** As it is written; an import has its own text. */
  name: string;
  /** Methods are functions whose container is not empty. */
  kind: SymbolKind;
  /** Names of the symbols that it is in, outermost first; the receiver's type in Go, the class of `A::m` in C++. */
  container: readonly string[];
  /**
   * UTF-16 offsets, with decorators, `export` and a semicolon behind it; from the beginning of its line where nothing else
   * stands before it there.
   */
  start: number;
  end: number;
  /** Where the comments right above it begin; `start` where there are none. */
  docStart: number;
  /** Where its body begins; `end` where it has none. */
  bodyStart: number;
  /** Its declaration in one line, without its body. */
  signature: string;
  /** It has its lines for itself. */
  ownLines: boolean;
  /** The parser found no place for something in it: where it ends may be wrong. */
  faulty: boolean;
}

const KINDS: Record<SymbolKind, string> = {
  function:
    'function_declaration generator_function_declaration function_definition function_item function_statement function_signature ' +
    'function_signature_item method singleton_method method_declaration method_definition constructor_declaration ' +
    'abstract_method_signature method_signature compact_constructor_declaration destructor_declaration operator_declaration ' +
    'local_function_statement class_method_definition method_elem',
  class:
    'class_declaration abstract_class_declaration class_definition class_specifier struct_specifier union_specifier struct_item ' +
    'union_item class class_statement struct_declaration record_declaration record_struct_declaration trait_item ' +
    'trait_declaration type_spec',
  impl: 'impl_item',
  interface: 'interface_declaration',
  enum: 'enum_declaration enum_specifier enum_item enum_statement',
  type: 'type_alias_declaration type_item type_definition alias_declaration type_alias delegate_declaration annotation_type_declaration',
  module:
    'internal_module module namespace_definition namespace_declaration file_scoped_namespace_declaration mod_item',
  variable: 'lexical_declaration variable_declaration const_item static_item const_spec var_spec const_declaration',
  field: 'public_field_definition field_definition property_declaration field_declaration property_signature',
  import:
    'import_statement import_declaration import_from_statement future_import_statement use_declaration using_directive ' +
    'preproc_include namespace_use_declaration',
  macro: 'macro_definition preproc_function_def',
};
const KIND_OF = new Map(
  Object.entries(KINDS).flatMap(([kind, types]) => types.split(' ').map((type) => [type, kind as SymbolKind] as const)),
);

/** Stand around a declaration, on its lines. */
const WRAPPERS =
  /^(?:export_statement|decorated_definition|template_declaration|ambient_declaration|type_declaration|expression_statement|declaration)$/;
/** Hold declarations, and are none. */
const HOLDERS =
  /^(?:class_body|interface_body|declaration_list|field_declaration_list|body_statement|block|statement_block|enum_body|enum_body_declarations|interface_type|var_declaration|var_spec_list|const_declaration|preproc_if|preproc_ifdef|preproc_else|linkage_specification|statement_list)$/;
const FUNCTION_VALUE = /^(?:arrow_function|function_expression|function|generator_function|lambda)$/;
/** Kinds whose members are symbols too. */
const OUTER: ReadonlySet<SymbolKind> = new Set(['class', 'impl', 'interface', 'module', 'enum']);

/** A symbol, and which node of the tree it is with what stands around it. */
export interface Declaration {
  symbol: CodeSymbol;
  /** Id of the node, decorators before it left out. */
  node: number;
}

/** The symbols of a tree, each before those that are in it. @param text what the tree was made of. */
export function outlineOf(tree: Tree, text: string): CodeSymbol[] {
  return declarationsOf(tree, text).map(({ symbol }) => symbol);
}

/** As {@link outlineOf}, for those who go through the tree too. */
export function declarationsOf(tree: Tree, text: string): Declaration[] {
  const declarations: Declaration[] = [];
  visit(tree.rootNode, [], text, declarations);
  return declarations;
}

function visit(parent: Node, container: readonly string[], text: string, symbols: Declaration[]): void {
  for (const child of parent.namedChildren) {
    if (child === null) continue;
    const found = declarationIn(child);
    if (found === undefined) {
      if (HOLDERS.test(child.type) || WRAPPERS.test(child.type) || child.isError)
        visit(child, container, text, symbols);
      continue;
    }
    const { node, kind, name, within } = found;
    const inside = [...container, ...within];
    symbols.push({ symbol: { name, kind, container: inside, ...rangeOf(child, node, text) }, node: child.id });
    const body = node.childForFieldName('body') ?? node.childForFieldName('type');
    if (OUTER.has(kind) && body !== null) visit(body, [...inside, name], text, symbols);
    if (kind === 'module' && body === null) visit(node, [...inside, name], text, symbols);
    if (kind === 'class' && body === null && node.type !== 'type_spec') visit(node, [...inside, name], text, symbols);
  }
}

interface Declared {
  node: Node;
  kind: SymbolKind;
  name: string;
  within: string[];
}

/** What a node declares, itself or as the wrapper of one declaration. */
function declarationIn(node: Node): Declared | undefined {
  if (WRAPPERS.test(node.type)) {
    const assigned = node.type === 'expression_statement' ? assignedIn(node) : undefined;
    if (assigned !== undefined) return assigned;
    const inner = node.namedChildren.flatMap((child) => {
      const found = child === null ? undefined : declarationIn(child);
      return found === undefined ? [] : [found];
    });
    return inner.length === 1 ? inner[0] : undefined;
  }
  let kind = KIND_OF.get(node.type);
  if (kind === undefined) return undefined;
  // A type without a body is the type of something: `struct a *b;`.
  if (/_specifier$/.test(node.type) && node.childForFieldName('body') === null) return undefined;
  if (kind === 'import') return { node, kind, name: node.text.trim(), within: [] };
  if (node.type === 'impl_item') return { node, kind, name: implName(node), within: [] };
  const declared = kind === 'variable' || kind === 'field' ? declaratorOf(node) : node;
  if (declared === undefined) return undefined;
  const value = declared.childForFieldName('value');
  if ((kind === 'variable' || kind === 'field') && value !== null && FUNCTION_VALUE.test(value.type)) kind = 'function';
  const named = nameOf(declared);
  return named === undefined ? undefined : { node, kind, ...named };
}

/** The only declarator of a declaration of variables. */
function declaratorOf(node: Node): Node | undefined {
  if (node.childForFieldName('name') !== null) return node;
  const declarators = node.descendantsOfType([
    'variable_declarator',
    'property_element',
    'const_element',
    'const_spec',
  ]);
  const own = declarators.filter((each) => each?.parent?.id === node.id || each?.parent?.parent?.id === node.id);
  return own.length === 1 ? (own[0] ?? undefined) : undefined;
}

/** `exports.f = function …` and `module.exports = A = class …` of JavaScript, which has the last name, `X = 3` of Python. */
function assignedIn(statement: Node): Declared | undefined {
  const node = statement.firstNamedChild;
  if (node === null || !/^assignment(?:_expression)?$/.test(node.type)) return undefined;
  let left = node.childForFieldName('left');
  let right = node.childForFieldName('right');
  while (right?.type === 'assignment_expression') {
    left = right.childForFieldName('left');
    right = right.childForFieldName('right');
  }
  if (left === null || right === null || !/^[\w$.#]+$/.test(left.text)) return undefined;
  if (right.type === 'class') return { node: right, kind: 'class', name: left.text, within: [] };
  const isFunction = FUNCTION_VALUE.test(right.type);
  if (node.type === 'assignment_expression' && !isFunction) return undefined;
  return { node, kind: isFunction ? 'function' : 'variable', name: left.text, within: [] };
}

function implName(node: Node): string {
  const type = bareType(node.childForFieldName('type')?.text ?? '');
  const trait = node.childForFieldName('trait');
  return trait === null ? type : `${bareType(trait.text)} for ${type}`;
}

/** A type's name without its arguments and what points to it. */
const bareType = (text: string): string =>
  text
    .replace(/<.*|\[.*|\(.*/s, '')
    .replace(/^[*&\s]+/, '')
    .trim();

function nameOf(node: Node): { name: string; within: string[] } | undefined {
  const name =
    node.childForFieldName('name') ??
    node.children.find((child) => child && /^(?:simple_name|function_name)$/.test(child.type));
  if (name) {
    const receiver = node.childForFieldName('receiver');
    if (receiver === null) return { name: name.text, within: [] };
    const type = receiver.namedChild(0)?.childForFieldName('type');
    return { name: name.text, within: type ? [bareType(type.text)] : [] };
  }
  let declarator = node.childForFieldName('declarator');
  for (let deeper = declarator; deeper !== null; ) {
    declarator = deeper;
    deeper =
      deeper.childForFieldName('declarator') ??
      (/reference_declarator|parenthesized/.test(deeper.type) ? deeper.namedChild(0) : null);
  }
  if (declarator === null) return undefined;
  const parts = declarator.text.split('::').map((part) => part.replace(/<.*/s, '').trim());
  return { name: parts.at(-1)!, within: parts.slice(0, -1) };
}

/** @param outer what stands on its lines; `node` what declares. */
function rangeOf(
  outer: Node,
  node: Node,
  text: string,
): Pick<CodeSymbol, 'start' | 'end' | 'docStart' | 'bodyStart' | 'signature' | 'ownLines' | 'faulty'> {
  let first = outer;
  for (let before = outer.previousSibling; before !== null && /^(?:decorator|attribute_item)$/.test(before.type); ) {
    first = before;
    before = before.previousSibling;
  }
  let doc = first;
  for (let before = first.previousSibling; before?.type.includes('comment'); ) {
    const gap = text.slice(before.endIndex, doc.startIndex);
    // A comment behind code belongs to that.
    const alone = /^[ \t]*$/.test(text.slice(lineStart(text, before.startIndex), before.startIndex));
    if (!alone || (gap.match(/\n/g)?.length ?? 0) > 1 || (!gap.includes('\n') && !before.text.endsWith('\n'))) break;
    doc = before;
    before = before.previousSibling;
  }
  let end = outer.endIndex;
  while (end > outer.startIndex && /\s/.test(text[end - 1]!)) end--;
  const behind = /^[ \t]*[;,]/.exec(text.slice(end, end + 80));
  if (behind !== null) end += behind[0].length;
  const rest = /^[ \t]*(?:(?:\/\/|#|--)[^\r\n]*|\/\*[^\r\n]*\*\/[ \t]*)?(?=\r?\n|$)/.exec(text.slice(end, end + 400));
  const startsLine = /^[ \t]*$/.test(text.slice(lineStart(text, first.startIndex), first.startIndex));
  const start = startsLine ? lineStart(text, first.startIndex) : first.startIndex;
  const body = bodyOf(node);
  const bodyStart = body?.startIndex ?? end;
  return {
    start,
    end,
    docStart: doc === first ? start : lineStart(text, doc.startIndex),
    bodyStart,
    signature: withoutComments(
      text,
      outer,
      node === outer || outer.type === 'decorated_definition' ? node.startIndex : outer.startIndex,
      Math.max(bodyStart, node.startIndex),
    )
      .replace(/\s+/g, ' ')
      .trim(),
    ownLines: startsLine && rest !== null,
    faulty: outer.hasError,
  };
}

/** A part of a text, with a space for each comment in it. */
function withoutComments(text: string, node: Node, from: number, to: number): string {
  const part = text.slice(from, to);
  if (!/\/[/*]|#|--/.test(part)) return part;
  let result = '';
  let at = from;
  for (const comment of node.descendantsOfType(COMMENTS)) {
    if (comment === null || comment.startIndex < at || comment.startIndex >= to) continue;
    result += `${text.slice(at, comment.startIndex)} `;
    at = Math.min(comment.endIndex, to);
  }
  return result + text.slice(at, to);
}
const COMMENTS = ['comment', 'line_comment', 'block_comment'];

function bodyOf(node: Node): Node | null {
  const body = node.childForFieldName('body');
  if (body !== null) return body;
  const value = node.descendantsOfType(['arrow_function', 'function_expression', 'function'])[0];
  return value?.childForFieldName('body') ?? null;
}

const lineStart = (text: string, index: number): number => (index === 0 ? 0 : text.lastIndexOf('\n', index - 1) + 1);
