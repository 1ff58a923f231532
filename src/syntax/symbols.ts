/** Finds a symbol of a file by its place or its name. */
import type { Grammars, LanguageOf } from './grammars.ts';
import type { CodeSymbol } from './outline.ts';

export interface SourceFile extends LanguageOf {
  text: string;
}

/** The outline of a file, imports left out; undefined where there is no grammar for it. */
export async function symbolsOf(grammars: Grammars, file: SourceFile): Promise<CodeSymbol[] | undefined> {
  const outline = (await grammars.outliner(file))?.(file.text);
  return outline?.filter(({ kind }) => kind !== 'import');
}

/**
 * The innermost symbol around an offset, or the one with a name (`m`, `A.m`); undefined where there is none, several have
 * that name, or the language has no grammar.
 * @returns `text` with the comments above it.
 */
export async function symbolAt(
  grammars: Grammars,
  file: SourceFile,
  at: number | string,
): Promise<(CodeSymbol & { text: string }) | undefined> {
  const symbols = (await symbolsOf(grammars, file)) ?? [];
  const found =
    typeof at === 'number'
      ? symbols.findLast(({ docStart, end }) => docStart <= at && at <= end)
      : only(symbols.filter((symbol) => isNamed(symbol, at)));
  return found && { ...found, text: file.text.slice(found.docStart, found.end) };
}

function isNamed({ name, container }: CodeSymbol, wanted: string): boolean {
  const full = [...container, name].join('.');
  return full === wanted || full.endsWith(`.${wanted}`);
}

const only = <T>(items: readonly T[]): T | undefined => (items.length === 1 ? items[0] : undefined);
