/** Declarations without their bodies: what may be called, and with what. */
import type { CodeSymbol } from '../../syntax/outline.ts';

/** A declaration that is no longer than this is shown whole, in UTF-16 units. */
const SHORT = 320;
/** Kinds that are all declaration. */
const WHOLE: ReadonlySet<CodeSymbol['kind']> = new Set(['interface', 'type', 'enum']);
/** Of those, what is shown of a longer one. */
const LONGEST_WHOLE = 1_200;

/**
 * A declaration as a reader of its uses needs it: short ones and types whole, classes by their members' signatures, the others
 * by their own.
 * @param symbols the outline that it is from, each symbol before those in it.
 * @param text what the outline is of, LF.
 * @returns lines, with a line break at the end.
 */
export function declarationText(symbol: CodeSymbol, symbols: readonly CodeSymbol[], text: string): string {
  const whole = text.slice(symbol.start, symbol.end);
  if (whole.length <= (WHOLE.has(symbol.kind) ? LONGEST_WHOLE : SHORT)) return `${dedented(whole)}\n`;
  const path = [...symbol.container, symbol.name].join('\0');
  const members = symbols.filter(
    ({ container, start, end, kind }) =>
      container.join('\0') === path && start >= symbol.start && end <= symbol.end && kind !== 'import',
  );
  const lines = members.filter(isOpen).map(({ signature }) => `  ${withoutEnd(signature)};\n`);
  return lines.length === 0
    ? `${withoutEnd(symbol.signature)}\n`
    : `${withoutEnd(symbol.signature)} {\n${lines.join('')}}\n`;
}

/** What only the declaration itself uses is left out. */
const isOpen = ({ signature, name }: CodeSymbol): boolean =>
  !/^(?:private\b|#)/.test(signature) && !name.startsWith('#');

const withoutEnd = (signature: string): string => signature.replace(/[\s{;:]+$/, '');

/** The lines moved left until one of them begins at the left edge. */
export function dedented(text: string): string {
  const lines = text.split('\n');
  const edges = lines.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)![0].length);
  const edge = Math.min(...edges);
  return edge > 0 && Number.isFinite(edge) ? lines.map((line) => line.slice(edge)).join('\n') : text;
}
