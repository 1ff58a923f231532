/** The definitions of the names near a cursor, where the language's own features find them. */
import type { Grammars } from '../../syntax/grammars.ts';
import { symbolsOf } from '../../syntax/symbols.ts';
import type { NearName } from './names.ts';
import { declarationText, dedented } from './outlineText.ts';
import type { ContextFile, Piece } from './piece.ts';

/** Where a name is defined. */
export interface Definition {
  file: ContextFile;
  /** UTF-16 offsets in the file's text: of the name, or of all that it declares. */
  start: number;
  end: number;
}

/** Where the languages' features say that a name is defined, or what it is of; none where they do not know, or not in time. */
export type FindDefinitions = (name: NearName, signal: AbortSignal) => Promise<Definition[]>;

/** Lines that are shown of a definition in a language without outlines. */
const LINES = 8;

/**
 * @param names the nearest first.
 * @returns a piece for each definition, the nearest name's last, so that it stands next to the file.
 */
export async function definitionPieces(
  names: readonly NearName[],
  grammars: Grammars,
  find: FindDefinitions,
  signal: AbortSignal,
): Promise<Piece[]> {
  const found = await Promise.all(names.map((name) => find(name, signal).catch(() => [])));
  const pieces = new Map<string, Piece>();
  for (const definition of found.flat()) {
    const text = await textOf(definition, grammars);
    const key = `${definition.file.path}\0${text}`;
    if (text.trim() !== '' && !pieces.has(key))
      pieces.set(key, { source: 'definitions', path: definition.file.path, text });
  }
  return [...pieces.values()].reverse();
}

async function textOf({ file, start, end }: Definition, grammars: Grammars): Promise<string> {
  const outline = await symbolsOf(grammars, file);
  const symbol = outline?.findLast((one) => one.start <= start && end <= one.end);
  if (outline && symbol) return declarationText(symbol, outline, file.text);
  const from = file.text.lastIndexOf('\n', start - 1) + 1;
  const lines = file.text.slice(from).split('\n', LINES);
  return `${dedented(lines.join('\n')).trimEnd()}\n`;
}
