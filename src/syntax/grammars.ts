/**
 * VS Code's own tree-sitter and grammars, compiled to WebAssembly. Runtime and grammar are loaded when a language is first
 * asked for; all features read by the same ones.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import { type GrammarName, grammarFor } from './languages.ts';
import { type CodeSymbol, outlineOf } from './outline.ts';

const PACKAGE = '@vscode/tree-sitter-wasm';

/**
 * Steps of the parser, in its own hundreds, after which a whole file is given up: about a second. A megabyte of program
 * text takes a tenth of that.
 */
const MOST_STEPS = 40_000;

/** A file as far as its grammar is told by it: VS Code's id of its language counts more than its name. */
export interface LanguageOf {
  languageId?: string;
  path: string;
}

/** The symbols of a text in one language, outermost first, in the order of the text; undefined: it takes too long to read. */
export type Outliner = (text: string) => CodeSymbol[] | undefined;

export class Grammars {
  readonly #require: NodeJS.Require;
  #runtime: Promise<typeof TreeSitter> | undefined;
  readonly #languages = new Map<GrammarName, Promise<TreeSitter.Language>>();
  /** Of those that read whole texts, one at a time: parsers are never freed by themselves. */
  readonly #parsers = new Map<GrammarName, Promise<TreeSitter.Parser | undefined>>();

  /** @param from file or file URL of the code that runs, where the package is looked for. */
  constructor(from: string) {
    this.#require = createRequire(from);
  }

  /** A new parser of a language. @throws Error where a file of the grammar is missing. */
  async parser(name: GrammarName): Promise<TreeSitter.Parser> {
    this.#runtime ??= this.#start();
    const { Language, Parser } = await this.#runtime;
    let language = this.#languages.get(name);
    if (language === undefined) {
      const folder = path.dirname(this.#require.resolve(PACKAGE));
      language = readFile(path.join(folder, `tree-sitter-${name}.wasm`)).then((bytes) => Language.load(bytes));
      this.#languages.set(name, language);
    }
    return new Parser().setLanguage(await language);
  }

  /** What reads the outline of texts in the language of a file; undefined where there is no grammar for it. */
  outliner(file: LanguageOf): Promise<Outliner | undefined> {
    return this.reader(file, outlineOf);
  }

  /**
   * What reads something off the trees of texts in the language of a file; undefined where there is no grammar for it. It
   * gives undefined for a text that takes too long.
   * @param read is given a tree that is there during the call only.
   */
  async reader<T>(
    { languageId, path }: LanguageOf,
    read: (tree: TreeSitter.Tree, text: string, grammar: GrammarName) => T,
  ): Promise<((text: string) => T | undefined) | undefined> {
    const grammar = grammarFor(languageId, path);
    if (grammar === undefined) return undefined;
    let waiting = this.#parsers.get(grammar.name);
    if (waiting === undefined) {
      waiting = this.parser(grammar.name).catch(() => undefined);
      this.#parsers.set(grammar.name, waiting);
    }
    const parser = await waiting;
    if (parser === undefined) return undefined;
    return (text) => {
      let steps = 0;
      // Declared as giving nothing; what is true ends the parse.
      const progressCallback = (() => ++steps > MOST_STEPS) as unknown as () => void;
      const tree = parser.parse(text, null, { progressCallback });
      if (tree === null) {
        parser.reset();
        return undefined;
      }
      try {
        return read(tree, text, grammar.name);
      } finally {
        tree.delete();
      }
    };
  }

  async #start(): Promise<typeof TreeSitter> {
    const treeSitter = this.#require(PACKAGE) as typeof TreeSitter;
    await treeSitter.Parser.init();
    return treeSitter;
  }
}
