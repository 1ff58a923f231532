/**
 * Places as people come to them: in what one published version of a package changed against the one before it. Everything
 * above such a place is as it became, everything below it as it was; the changes above it are those made last.
 */
import { diffArrays } from 'diff';
import type { Edit } from '../../../src/completion/context/recentEdits.ts';
import type { Random } from '../../traces/random.ts';
import { sourcesOf } from '../packages.ts';
import { type Place, type PlaceKind, placeAt, type SourceFile } from '../places.ts';

/** Of packages that the bundled model was not trained on: a version, and one that came after it. */
export const REVISIONS: readonly (readonly [name: string, before: string, after: string])[] = [
  ['pino', '9.13.0', '10.4.0'],
  ['@luma.gl/core', '9.2.6', '9.4.2'],
  ['@tanstack/table-core', '9.1.2', '9.3.1'],
  ['multiformats', '13.4.2', '14.0.5'],
  ['react-native-gesture-handler', '3.2.1', '3.5.0'],
];

/** Where a completion is asked for in the middle of a piece of work. */
export interface WorkPlace extends Place {
  package: string;
  /** All other files, as they are at that moment. */
  others: SourceFile[];
  /** The changes made before, the last one last; of the place's own, what is above it. */
  edits: (Edit & { line: number })[];
}

const KINDS: PlaceKind[] = ['restOfLine', 'argument', 'wholeLine'];
const EDITS = 12;

interface Hunk {
  path: string;
  before: string[];
  after: string[];
  /** Of its first line in the new text, from 0. */
  line: number;
  /** Of the first line behind it in the old text. */
  oldEnd: number;
}

/** @returns about `count` places of a package, spread over its changes. */
export async function workPlaces(
  [name, before, after]: (typeof REVISIONS)[number],
  count: number,
  random: Random,
): Promise<WorkPlace[]> {
  const [old, now] = [await sourcesOf(`${name}@${before}`), await sourcesOf(`${name}@${after}`)];
  return placesBetween(old, now, count, random).map((place) => ({ ...place, package: name }));
}

/** Places in what `now` changed of `old`; files that are in only one of them are left out. */
export function placesBetween(
  old: readonly SourceFile[],
  now: readonly SourceFile[],
  count: number,
  random: Random,
): Omit<WorkPlace, 'package'>[] {
  const former = new Map(old.map((file) => [file.path, file.content]));
  const files = now.filter(({ path }) => former.has(path));
  const hunks = files.flatMap((file) => hunksOf(file, former.get(file.path)!));
  const open = hunks.filter(({ after }) => after.length > 0);
  const places: Omit<WorkPlace, 'package'>[] = [];
  for (let tries = 0; places.length < count && open.length > 0 && tries < 20 * count; tries++) {
    const hunk = random.choice(open);
    const lines = files.find(({ path }) => path === hunk.path)!.content.split('\n');
    const row = hunk.line + random.integer(0, hunk.after.length - 1);
    const behind = former.get(hunk.path)!.split('\n').slice(hunk.oldEnd);
    const content = [...lines.slice(0, row + 1), ...behind].join('\n');
    const start = lines.slice(0, row).join('\n').length + (row > 0 ? 1 : 0);
    const place = placeAt({ path: hunk.path, content }, start, KINDS[places.length % KINDS.length]!, random);
    if (place === undefined) continue;
    const index = hunks.indexOf(hunk);
    places.push({
      ...place,
      // Files are changed in the order of their names, each from above.
      others: files
        .filter(({ path }) => path !== hunk.path)
        .map((other) => (other.path < hunk.path ? other : { path: other.path, content: former.get(other.path)! })),
      // The change that the place is in is not made yet.
      edits: hunks.slice(Math.max(0, index - EDITS), index),
    });
  }
  return places;
}

function hunksOf({ path, content }: SourceFile, old: string): Hunk[] {
  const hunks: Hunk[] = [];
  let [line, oldLine] = [0, 0];
  let open: Hunk | undefined;
  for (const { added, removed, value } of diffArrays(old.split('\n'), content.split('\n'))) {
    if (!added && !removed) open = undefined;
    else {
      open ??= { path, before: [], after: [], line, oldEnd: oldLine };
      if (hunks.at(-1) !== open) hunks.push(open);
      (added ? open.after : open.before).push(...value);
    }
    if (!added) oldLine += value.length;
    if (!removed) line += value.length;
    if (open) open.oldEnd = oldLine;
  }
  return hunks;
}
