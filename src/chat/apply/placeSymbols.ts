/** Places a block that has whole functions, classes or methods, by their names. */
import type { LineRange } from './lines.ts';
import { holds, looseLines, type Outlined, type Outliner, outlineBlock, partsOf } from './parts.ts';
import { isPlaceholder, type Known } from './placeholders.ts';
import { placeImports } from './placeImports.ts';
import { type Placed, placed, type Refusal, refused } from './placement.ts';
import { placeParts } from './placeParts.ts';
import { isStrong } from './rewrite.ts';
import { squeeze } from './similarity.ts';

/**
 * @param code lines of the block; `file` those of the file, `text` its text.
 * @param near lines, from 1, that the block is about.
 * @returns undefined where the block has no symbols.
 */
export function placeSymbols(
  code: readonly string[],
  file: readonly string[],
  text: string,
  outline: Outliner,
  known: Known,
  near: LineRange | undefined,
): Placed | Refusal | undefined {
  const symbols = outline(text);
  const block = outlineBlock(code, outline, known);
  if (symbols === undefined || block === undefined) return undefined;
  const old: Outlined = { lines: file, symbols: partsOf(symbols, text) };
  const top = block.symbols.filter((part) => !block.symbols.some((other) => other !== part && holds(other, part)));
  const wanted = top.filter(({ kind }) => kind !== 'import');
  const loose = looseLines(block, 0, code.length, top, known);
  const there = new Set(file.map(squeeze));
  // Brackets that belong to nothing say that the block was misread.
  const isForeign = (text: string): boolean =>
    !there.has(squeeze(text)) || (!isStrong(text) && !/^<\?php\b/.test(text));
  const foreign = loose.find((line) => isForeign(code[line]!));
  if (foreign !== undefined) {
    return refused(
      'The block has code outside of functions and classes that is not in the file: it is not clear where that belongs.',
    );
  }
  if (wanted.length === 0 && code.some((line) => isPlaceholder(line) && !known(line, undefined))) return undefined;
  const result = placeParts(wanted, block, old, old.symbols, known, near, 0);
  if (result.kind === 'refused') return result;
  const imports = placeImports(
    top.filter(({ kind }) => kind === 'import'),
    block,
    old,
  );
  if (imports.kind === 'refused') return imports;
  const splices = [...imports.splices, ...result.splices].sort((a, b) => a.from - b.from || a.to - b.to);
  return placed(splices, result.doubts);
}
