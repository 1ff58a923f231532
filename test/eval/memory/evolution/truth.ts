/**
 * What really became of symbols from one version to the next, by TypeScript's own parser and scanner: nothing of the code
 * that is measured is used here. Two texts are the same where their tokens are, but for semicolons, trailing commas and
 * quotes.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { folderOf } from '../../packages.ts';

/** The compiler that still has an interface for programs; it is fetched as the packages are. */
const COMPILER = 'typescript@5.9.3';

/** Of its interface what is used here. */
interface Node {
  kind: number;
  end: number;
  parent: Node;
  name?: Node;
  text?: string;
  statements?: readonly Node[];
  members?: readonly Node[];
  body?: Node;
  declarationList?: { declarations: readonly Node[] };
  expression?: Node;
  left?: Node;
  right?: Node;
  getStart(): number;
  getText(): string;
  getChildren(): readonly Node[];
}
interface SourceFile extends Node {
  statements: readonly Node[];
}
interface Compiler {
  SyntaxKind: Record<string, number>;
  createSourceFile(name: string, text: string, target: number, setParents: boolean): SourceFile;
  createPrinter(options: { removeComments: boolean }): { printFile(file: SourceFile): string };
}

/** One token, and where it stands. */
export interface Token {
  text: string;
  start: number;
  end: number;
  isName: boolean;
  isNumber: boolean;
}

export interface Declared {
  /** `A.m`. */
  symbol: string;
  /** As it is declared. */
  name: string;
  /** Of all declarations of that name, in their order. */
  tokens: Token[];
  /** It is declared once, at the top of the file: from its first token to behind its last. */
  top: [number, number] | undefined;
}

export interface Truth {
  tokens: Token[];
  symbols: Map<string, Declared>;
}

export class Referee {
  readonly #ts: Compiler;
  readonly #kinds: Record<string, number>;
  readonly #known = new Map<string, Truth>();

  private constructor(ts: Compiler) {
    this.#ts = ts;
    this.#kinds = ts.SyntaxKind;
  }

  static async create(): Promise<Referee> {
    const folder = path.join(await folderOf(COMPILER), 'package');
    return new Referee(createRequire(import.meta.url)(path.join(folder, 'lib/typescript.js')) as Compiler);
  }

  /** Most files are in many versions alike: what was read is kept. */
  read(file: string, text: string): Truth {
    const key = `${file}\0${text}`;
    const truth = this.#known.get(key) ?? this.#read(file, text);
    this.#known.set(key, truth);
    return truth;
  }

  #read(file: string, text: string): Truth {
    const source = this.#ts.createSourceFile(file, text, 99, true);
    const found: Declared[] = [];
    this.#declared(source.statements, [], found, true);
    const symbols = new Map<string, Declared>();
    for (const one of found) {
      const before = symbols.get(one.symbol);
      if (before === undefined) symbols.set(one.symbol, one);
      else symbols.set(one.symbol, { ...before, tokens: [...before.tokens, ...one.tokens], top: undefined });
    }
    return { tokens: this.#tokens(source), symbols };
  }

  /** The same program as the compiler would lay it out, without comments. */
  reformatted(file: string, text: string): string {
    const source = this.#ts.createSourceFile(file, text, 99, true);
    return this.#ts.createPrinter({ removeComments: true }).printFile(source);
  }

  #is(node: Node, ...names: string[]): boolean {
    return names.some((name) => this.#kinds[name] === node.kind);
  }

  #declared(nodes: readonly Node[], container: readonly string[], found: Declared[], isTop: boolean): void {
    const add = (node: Node, name: string) => {
      const top: [number, number] = [node.getStart(), node.end];
      const symbol = [...container, name].join('.');
      found.push({ symbol, name, tokens: this.#tokens(node), top: isTop ? top : undefined });
      return [...container, name];
    };
    for (const node of nodes) {
      const name = node.name?.getText();
      if (this.#is(node, 'VariableStatement')) {
        const [only, ...others] = node.declarationList!.declarations;
        if (others.length === 0 && only?.name && this.#is(only.name, 'Identifier')) add(node, only.name.getText());
      } else if (this.#is(node, 'ExpressionStatement')) {
        const assigned = this.#assigned(node.expression!);
        if (assigned !== undefined) add(node, assigned);
      } else if (this.#is(node, 'Constructor')) add(node, 'constructor');
      else if (name === undefined) continue;
      else if (this.#is(node, 'ClassDeclaration', 'InterfaceDeclaration')) {
        this.#declared(node.members!, add(node, name), found, false);
      } else if (this.#is(node, 'ModuleDeclaration')) {
        this.#declared(node.body?.statements ?? [], add(node, name), found, false);
      } else if (
        this.#is(node, 'FunctionDeclaration', 'EnumDeclaration', 'TypeAliasDeclaration', 'MethodDeclaration') ||
        this.#is(node, 'PropertyDeclaration', 'GetAccessor', 'SetAccessor', 'PropertySignature', 'MethodSignature')
      ) {
        add(node, name);
      }
    }
  }

  #assigned({ left, right }: Node): string | undefined {
    if (left === undefined || right === undefined || !/^[\w$.#]+$/.test(left.getText())) return undefined;
    const isFunction = this.#is(right, 'FunctionExpression', 'ArrowFunction', 'ClassExpression');
    return isFunction ? left.getText() : undefined;
  }

  #tokens(root: Node): Token[] {
    const tokens: Token[] = [];
    const visit = (node: Node): void => {
      if (node.kind >= this.#kinds.FirstJSDocNode! && node.kind <= this.#kinds.LastJSDocNode!) return;
      const children = node.getChildren();
      if (children.length > 0) {
        const last = children.at(-1)!;
        const before = children.at(-2);
        const isTrailing =
          this.#is(node, 'SyntaxList') &&
          this.#is(last, 'CommaToken') &&
          before &&
          !this.#is(before, 'OmittedExpression');
        for (const child of isTrailing ? children.slice(0, -1) : children) visit(child);
        return;
      }
      const start = node.getStart();
      if (start === node.end || this.#isOptional(node)) return;
      tokens.push({
        text: this.#textOf(node),
        start,
        end: node.end,
        isName: this.#is(node, 'Identifier', 'PrivateIdentifier'),
        isNumber: this.#is(node, 'NumericLiteral'),
      });
    };
    visit(root);
    return tokens;
  }

  #isOptional(node: Node): boolean {
    if (this.#is(node, 'SemicolonClassElement')) return true;
    if (this.#is(node, 'SemicolonToken')) return !this.#is(node.parent, 'ForStatement');
    return (
      this.#is(node, 'CommaToken') && this.#is(node.parent, 'PropertySignature', 'MethodSignature', 'IndexSignature')
    );
  }

  #textOf(node: Node): string {
    if (!this.#is(node, 'StringLiteral')) return node.getText();
    const isKey = this.#is(node.parent, 'PropertyAssignment') && node.parent.name === node;
    return isKey && /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(node.text!) ? node.text! : `'${node.text}'`;
  }
}

/** One string for the tokens; with a name, without the name of the symbol itself, but for members of others. */
export function spelled(tokens: readonly Token[], own?: string): string {
  const last = own?.split('.').at(-1);
  let isDeclared = false;
  return tokens
    .map(({ text, isName }, at) => {
      if (!isName || text !== last) return text;
      const isMember = tokens[at - 1]?.text === '.' && tokens[at - 2]?.text !== 'this';
      const isOwn = !isDeclared || !isMember;
      isDeclared = true;
      return isOwn ? '\0' : text;
    })
    .join('\u0001');
}
