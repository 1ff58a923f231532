/** What the files that a file imports declare, of the names that it imports: signatures, no bodies. */
import type { Grammars } from '../../syntax/grammars.ts';
import { importsOf } from '../../syntax/imports.ts';
import { type GrammarName, grammarFor } from '../../syntax/languages.ts';
import { symbolsOf } from '../../syntax/symbols.ts';
import { declarationText } from './outlineText.ts';
import type { ContextFile, Piece } from './piece.ts';

/** What an import may leave out of the path of a file. */
const LEFT_OUT: Partial<Record<GrammarName, readonly string[]>> = {
  javascript: ['.js', '.mjs', '.jsx', '/index.js'],
  python: ['.py', '/__init__.py'],
  typescript: ['.ts', '.tsx', '.js', '.d.ts', '/index.ts'],
  tsx: ['.tsx', '.ts', '.jsx', '.js', '/index.ts', '/index.tsx'],
};

/** The paths that a file may have which is imported as `from`, the likeliest first. */
export function pathsOf(from: string, grammar: GrammarName): string[] {
  const bare = from.replace(/\.[cm]?js$/, '');
  const endings = LEFT_OUT[grammar] ?? [];
  return [...(bare !== from || /\.\w+$/.test(from) ? [from] : []), ...endings.map((ending) => bare + ending)];
}

/** Imported files that are read at most, and what one of them is shown with, in UTF-16 units. */
const FILES = 8;
const LONGEST = 1_500;

/**
 * @param open the first of some paths that is a file; undefined where none is, or it is private.
 * @returns a piece for each imported file that declares something of what is imported, in the order of the imports.
 */
export async function importOutlines(
  { path, text, languageId }: ContextFile,
  grammars: Grammars,
  open: (paths: readonly string[]) => Promise<ContextFile | undefined>,
): Promise<Piece[]> {
  const grammar = grammarFor(languageId, path);
  if (grammar === undefined) return [];
  const pieces: Piece[] = [];
  for (const { from, names } of importsOf(text, path, grammar.name).slice(0, FILES)) {
    const file = await open(pathsOf(from, grammar.name));
    const outline = file && (await symbolsOf(grammars, file));
    if (!file || !outline) continue;
    const wanted = outline.filter(({ name, container }) => container.length === 0 && names.includes(name));
    let shown = '';
    for (const symbol of wanted) {
      const declaration = declarationText(symbol, outline, file.text);
      if (shown.length + declaration.length <= LONGEST) shown += declaration;
    }
    if (shown !== '') pieces.push({ source: 'outlines', path: file.path, text: shown });
  }
  return pieces;
}
