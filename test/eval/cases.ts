/** Cases for `quire complete` out of packages: chance, but the same for the same seed. */
import type { CompletionCase } from '../../src/cli/cases.ts';
import { Random } from '../traces/random.ts';
import { sourcesOf } from './packages.ts';
import { type Place, type PlaceKind, placeIn, type SourceFile } from './places.ts';

/** How much of the project is known beside the file itself. */
export type Known = 'file' | 'open' | 'workspace';
/** Other files at the most. */
export const KNOWN: Record<Known, number> = { file: 0, open: 5, workspace: 40 };

export interface EvalCase extends Place {
  id: string;
  package: string;
  /** Other files, nearest folder first. */
  others: SourceFile[];
}

const KINDS: PlaceKind[] = ['restOfLine', 'argument', 'wholeLine'];

/** `perKind` places of each kind, evenly out of the packages. */
export async function casesOf(packages: readonly string[], perKind: number, seed: number): Promise<EvalCase[]> {
  const cases: EvalCase[] = [];
  for (const [index, name] of packages.entries()) {
    const random = new Random(seed + index);
    const files = await sourcesOf(name);
    for (const kind of KINDS) {
      const count =
        Math.floor((perKind * (index + 1)) / packages.length) - Math.floor((perKind * index) / packages.length);
      for (let made = 0, tries = 0; made < count && tries < 50 * count; tries++) {
        const place = placeIn(random.choice(files), kind, random);
        if (!place) continue;
        cases.push({ ...place, id: `${name} ${kind} ${made}`, package: name, others: nearest(files, place.path) });
        made++;
      }
    }
  }
  return cases;
}

export function caseFor({ id, path, prefix, suffix, others }: EvalCase, known: Known): CompletionCase {
  return { id, path, prefix, suffix, others: others.slice(0, KNOWN[known]) };
}

function nearest(files: readonly SourceFile[], path: string): SourceFile[] {
  const common = (other: string): number => {
    const [a, b] = [path.split('/'), other.split('/')];
    let i = 0;
    while (i < a.length - 1 && a[i] === b[i]) i++;
    return i;
  };
  return files
    .filter((file) => file.path !== path)
    .sort((a, b) => common(b.path) - common(a.path) || (a.path < b.path ? -1 : 1))
    .slice(0, KNOWN.workspace);
}
