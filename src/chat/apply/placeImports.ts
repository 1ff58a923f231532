/** Places the imports of a block: what the file has of them stays where it is. */
import type { LineRange, Splice } from './lines.ts';
import type { Outlined, Part } from './parts.ts';
import { type Placed, placed, type Refusal, refused } from './placement.ts';
import { squeeze } from './similarity.ts';

/** Imports that the file does not have come after its last one; one that names more of a module takes the place of that. */
export function placeImports(imports: readonly Part[], block: Outlined, old: Outlined): Placed | Refusal {
  const there = old.symbols.filter(({ kind, container }) => kind === 'import' && container.length === 0);
  const known = new Set(there.map(({ name }) => squeeze(name).replace(/;$/, '')));
  const missing = imports.filter(({ name }) => !known.has(squeeze(name).replace(/;$/, '')));
  const splices: Splice[] = [];
  const added: string[] = [];
  for (const part of missing) {
    const lines = block.lines.slice(part.from, part.to);
    const same = there.filter((other) => moduleOf(other.name) === moduleOf(part.name));
    if (same.length === 0) {
      added.push(...lines);
      continue;
    }
    const [only] = same;
    const names = new Set(part.name.match(/\w+/g));
    if (same.length > 1 || !(only!.name.match(/\w+/g) ?? []).every((name) => names.has(name))) {
      const ranges = same.map(({ from, to }): LineRange => [from + 1, to]);
      return refused(
        'The block imports other things from a module than the file does: it is not clear which of them stay.',
        ranges,
      );
    }
    splices.push({ from: only!.from, to: only!.to, lines });
  }
  const last = there.at(-1);
  if (added.length > 0 && last === undefined) {
    return refused('The block has imports, and the file has none that they could stand next to: insert them by hand.');
  }
  if (last !== undefined && added.length > 0) splices.push({ from: last.to, to: last.to, lines: added });
  return placed(splices);
}

const moduleOf = (text: string): string =>
  /^from\s+\S+/.exec(text)?.[0] ?? /["'<]([^"'>]+)["'>]/.exec(text)?.[1] ?? squeeze(text);
