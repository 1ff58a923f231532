/**
 * Reads program text by its grammar: VS Code's own tree-sitter and grammars, compiled to WebAssembly. Runtime and grammar
 * are loaded when a language is first asked for; until then, and for a language without a grammar, nothing is known.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import type { PlacedText } from '../prompt.ts';
import { prefixWindow, suffixWindow } from '../window.ts';
import { CodePlace } from './codePlace.ts';
import { type Grammar, type GrammarName, grammarFor } from './languages.ts';
import { Source } from './source.ts';

/** What is read around the cursor, in UTF-16 units: a parse of that takes some milliseconds, one after a key far less. */
const WINDOW = { before: 8192, after: 2048 };

const PACKAGE = '@vscode/tree-sitter-wasm';

export class Syntax {
  readonly #require: NodeJS.Require;
  #runtime: Promise<typeof TreeSitter> | undefined;
  readonly #sources = new Map<GrammarName, Promise<void> | Source>();

  /** @param from file or file URL of the code that runs, where the package is looked for. */
  constructor(from: string) {
    this.#require = createRequire(from);
  }

  /**
   * The place in its language. Undefined where there is no grammar for it, or where it is not loaded yet: then loading
   * begins, and a later call finds it.
   * @param near text around the cursor, with LF.
   */
  at(near: PlacedText, file: { languageId?: string; path: string }): CodePlace | undefined {
    const grammar = grammarFor(file.languageId, file.path);
    if (grammar === undefined) return undefined;
    const window = windowOf(near, grammar);
    const source = this.#sources.get(grammar.name);
    if (source instanceof Source) return new CodePlace(source, grammar, window);
    // Where loading fails (a file is gone), the rules that need no grammar go on.
    if (source === undefined)
      this.#sources.set(
        grammar.name,
        this.#load(grammar.name, window.prefix + window.suffix).catch(() => {}),
      );
    return undefined;
  }

  /** Loads what a language needs. Resolves when it is there, or when it is sure that it will not be. */
  async load(file: { languageId?: string; path: string }): Promise<void> {
    const grammar = grammarFor(file.languageId, file.path);
    if (grammar === undefined) return;
    this.at({ prefix: '', suffix: '', place: { start: 0, cursor: 0, end: 0 } }, file);
    await this.#sources.get(grammar.name);
  }

  async #load(name: GrammarName, text: string): Promise<void> {
    this.#runtime ??= this.#start();
    const { Language, Parser } = await this.#runtime;
    const folder = path.dirname(this.#require.resolve(PACKAGE));
    const language = await Language.load(await readFile(path.join(folder, `tree-sitter-${name}.wasm`)));
    const parser = new Parser().setLanguage(language);
    const source = new Source(parser);
    // The first parse compiles the grammar.
    source.parse(text);
    this.#sources.set(name, source);
  }

  async #start(): Promise<typeof TreeSitter> {
    const treeSitter = this.#require(PACKAGE) as typeof TreeSitter;
    await treeSitter.Parser.init();
    return treeSitter;
  }
}

/** Edges as sticky as those of the prompt, so that a parse from key to key has little to do. */
function windowOf(
  { prefix, suffix, place }: PlacedText,
  { preamble }: Grammar,
): { prefix: string; suffix: string; cut: boolean } {
  let before = prefixWindow(prefix, WINDOW.before, place.start);
  const cut = place.start > 0 || before.length < prefix.length;
  if (cut) {
    // Text that begins inside a block is read better from the first line that is not.
    const outer = /\n(?=[\p{L}_@#])/u.exec(before.slice(0, before.length / 2));
    if (outer !== null) before = before.slice(outer.index + 1);
    if (!before.includes('<?')) before = preamble + before;
  }
  return { prefix: before, suffix: suffixWindow(suffix, WINDOW.after), cut };
}
