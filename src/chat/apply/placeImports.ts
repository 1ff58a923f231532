/** Places the imports of a block: what the file has of them stays where it is. */
import { isBlank, type LineRange, type Splice } from './lines.ts';
import type { Outlined, Part } from './parts.ts';
import { type Placed, placed, type Refusal, refused } from './placement.ts';
import { squeeze } from './similarity.ts';

/**
 * Imports that the file does not have come after its last one; one that names more of a module takes the place of that, or
 * adds its names to it.
 */
export function placeImports(imports: readonly Part[], block: Outlined, old: Outlined): Placed | Refusal {
  const there = old.symbols.filter(({ kind, container }) => kind === 'import' && container.length === 0);
  const known = new Set(there.flatMap(({ name }) => specsOf(name)));
  const missing = imports.filter(({ name }) => specsOf(name).some((spec) => !known.has(spec)));
  const splices: Splice[] = [];
  const added: string[] = [];
  for (const part of missing) {
    const lines = block.lines.slice(part.from, part.to);
    if (there.some(isGroup) || isGroup(part)) {
      // Go: each line of a group is an import of its own.
      const own = groupLines(part.name).filter((line) => !known.has(squeeze(line)));
      const group = there.find(isGroup);
      if (group === undefined) added.push(...(there.length > 0 ? own.map((line) => `import ${line}`) : lines));
      else splices.push({ from: group.to - 1, to: group.to - 1, lines: own.map((line) => `\t${line}`) });
      continue;
    }
    const same = there.filter((other) => moduleOf(other.name) === moduleOf(part.name));
    const names = namesOf(part.name);
    const has = new Set(same.flatMap((other) => [...namesOf(other.name)]));
    const rest = [...names].filter((name) => !has.has(name));
    if (same.length > 0 && rest.length === 0) continue;
    if (rest.length === names.size) {
      added.push(...lines);
      continue;
    }
    const [only] = same;
    const isMore = [...namesOf(only!.name)].every((name) => names.has(name));
    const line = isMore ? undefined : withNames(old.lines.slice(only!.from, only!.to), part.name, rest);
    if (same.length > 1 || (!isMore && line === undefined)) {
      const ranges = same.map(({ from, to }): LineRange => [from + 1, to]);
      return refused(
        'The block imports other things from a module than the file does: it is not clear which of them stay.',
        ranges,
      );
    }
    splices.push({ from: only!.from, to: only!.to, lines: line === undefined ? lines : [line] });
  }
  if (added.length > 0) {
    const last = there.at(-1);
    const at = last?.to ?? headerEnd(old);
    const above = last === undefined && at > 0 ? [''] : [];
    const below = last === undefined && !isBlank(old.lines[at] ?? '') ? [''] : [];
    splices.push({ from: at, to: at, lines: [...above, ...added, ...below] });
  }
  return placed(splices);
}

const isGroup = ({ name }: Part): boolean => /^import\s*\(/.test(name);
const groupLines = (text: string): string[] =>
  text
    .replace(/^import\s*\(?|\)$/g, '')
    .split(/\r?\n|;/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('//'));

/** What an import brings, each by itself: its own text, the lines of a group of Go. */
const specsOf = (text: string): string[] =>
  /^import\s*(?:\(|[\w.]*\s*"[^"]*"$)/.test(text) ? groupLines(text).map(squeeze) : [squeeze(text).replace(/;$/, '')];

const RUST = /^(?:pub(?:\([^)]*\))?\s+)?use\s+(.*)::(\{[\s\S]*\}|\w+|\*)\s*;?$/;

const moduleOf = (text: string): string =>
  /^from\s+\S+/.exec(text)?.[0] ?? RUST.exec(text)?.[1] ?? /["'<]([^"'>]+)["'>]/.exec(text)?.[1] ?? squeeze(text);

/** The names that an import brings, of whatever it is from. */
function namesOf(text: string): Set<string> {
  const names =
    /^from\s+\S+\s+import\s([\s\S]*)$/.exec(text)?.[1] ??
    RUST.exec(text)?.[2] ??
    /^import\s+(?:type\s)?([\s\S]*?)\sfrom\s/.exec(text)?.[1] ??
    text;
  return new Set(names.match(/\*|[\w$]+/g));
}

/** An import on one line, with more names in its list; undefined where that cannot be told. */
function withNames(lines: readonly string[], text: string, names: readonly string[]): string | undefined {
  const [line = ''] = lines;
  const isPlain = (each: string): boolean => !/\bas\b|\*|\btype\b|\{[\s\S]*\{|#|\/\//.test(each);
  if (lines.length !== 1 || !isPlain(line) || !isPlain(text)) return undefined;
  if (/^from\s/.test(text)) return /[(\\]/.test(line) ? undefined : `${line.trimEnd()}, ${names.join(', ')}`;
  const listed = new Set(/\{([\s\S]*)\}/.exec(text)?.[1]?.match(/[\w$]+/g));
  if (!/\w\s*,?\s*\}/.test(line) || !names.every((name) => listed.has(name))) return undefined;
  return line.replace(/,?(\s*)\}/, `, ${names.join(', ')}$1}`);
}

/** What stands above the imports of a file: how it is run, a licence, what it is for, its package. */
const HEADER =
  /^(?:#!|\/\/|#(?!include|define|if|\[)|--|\*|\/\*|(['"])use \w+\1|package\b|namespace\b.*;|<\?php|declare\b)/;

/** Where imports go in a file that has none. */
function headerEnd({ lines, symbols }: Outlined): number {
  const first = Math.min(lines.length, ...symbols.map(({ doc }) => doc));
  let end = 0;
  let closer: string | undefined;
  for (let line = 0; line < first; line++) {
    const text = lines[line]!.trim();
    const quotes = closer === undefined ? /^[rRuU]?("""|''')/.exec(text)?.[1] : undefined;
    if (closer !== undefined) {
      if (text.endsWith(closer)) closer = undefined;
    } else if (quotes !== undefined) {
      if (text.length < 6 || !text.endsWith(quotes)) closer = quotes;
    } else if (text.startsWith('/*')) {
      if (!text.endsWith('*/')) closer = '*/';
    } else if (text !== '' && !HEADER.test(text)) break;
    if (text !== '') end = line + 1;
  }
  return end;
}
