/**
 * Reads program text around a cursor by its grammar, which is loaded when its language is first asked for; until then, and
 * for a language without a grammar, nothing is known.
 */
import { Grammars } from '../../syntax/grammars.ts';
import { type Grammar, type GrammarName, grammarFor } from '../../syntax/languages.ts';
import type { PlacedText } from '../prompt.ts';
import { prefixWindow, suffixWindow } from '../window.ts';
import { CodePlace } from './codePlace.ts';
import { Source } from './source.ts';

/** What is read around the cursor, in UTF-16 units: a parse of that takes some milliseconds, one after a key far less. */
const WINDOW = { before: 8192, after: 2048 };

export class Syntax {
  readonly #grammars: Grammars;
  readonly #sources = new Map<GrammarName, Promise<void> | Source>();

  /** @param grammars or the file or file URL of the code that runs, where their package is looked for. */
  constructor(grammars: Grammars | string) {
    this.#grammars = typeof grammars === 'string' ? new Grammars(grammars) : grammars;
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
    const source = new Source(await this.#grammars.parser(name));
    // The first parse compiles the grammar.
    source.parse(text);
    this.#sources.set(name, source);
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
