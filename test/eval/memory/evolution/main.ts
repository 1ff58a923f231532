/**
 * `npm run eval:memory -- evolution [--wrong] [--package NAME]`: what is said of every symbol at one version is checked after the folder was
 * upgraded to the next: whether anything is used as true whose code has changed (it must not be), what is thrown away though
 * it is true, and what moved and was found. Shares with 95 % intervals of a bootstrap over the upgrades.
 */
import { parseArgs } from 'node:util';
import { Random } from '../../../traces/random.ts';
import { sourcesOf } from '../../packages.ts';
import type { SourceFile } from '../../places.ts';
import { Bed } from './bed.ts';
import { PLANTS } from './planted.ts';
import { Referee } from './truth.ts';
import { type Counts, none, sum, truthsOf, verdicts } from './verdicts.ts';
import { VERSIONS } from './versions.ts';

/** What a workspace's files are read up to. */
const BYTES = { least: 1, most: 256 * 1024 };
const RESAMPLED = 2_000;

interface Row {
  name: string;
  steps: Counts[];
}

const { values } = parseArgs({
  options: { wrong: { type: 'boolean', default: false }, package: { type: 'string' } },
});
const referee = await Referee.create();
const rows: Row[] = [];
const planted = Object.keys(PLANTS).map((name): Row => ({ name, steps: [] }));
for (const { name, licence, versions } of VERSIONS) {
  if (values.package !== undefined && name !== values.package) continue;
  const steps: Counts[] = [];
  let last: SourceFile[] = [];
  for (const [at, version] of versions.entries()) {
    const files = await sourcesOf(`${name}@${version}`, BYTES);
    if (at > 0) steps.push(await step(last, files));
    last = files;
  }
  rows.push({ name: `${name} ${versions[0]} to ${versions.at(-1)} (${licence})`, steps });
  console.error(`evolution: ${name}`);
  for (const [at, plant] of Object.values(PLANTS).entries()) {
    planted[at]!.steps.push(await step(last, plant(last, referee, new Random(1))));
  }
}
print([...rows, { name: 'all upgrades', steps: rows.flatMap(({ steps }) => steps) }, ...planted]);
for (const { name, steps } of values.wrong ? [...rows, ...planted] : []) {
  for (const line of sum(steps).wrong) console.log(`${name}: ${line}`);
}

/** Remembers all there is in the first files, and checks it when the second are in their place. */
async function step(before: readonly SourceFile[], after: readonly SourceFile[]): Promise<Counts> {
  const bed = new Bed();
  try {
    await bed.put(before);
    const anchors = await bed.anchors(before);
    const untouched = await bed.check(anchors);
    if (untouched.some(({ state }) => state !== 'holds')) throw new Error('Something changed before anything did.');
    await bed.put(after);
    return verdicts(truthsOf(referee, before), truthsOf(referee, after), anchors, await bed.check(anchors));
  } finally {
    bed.close();
  }
}

function print(rows: readonly Row[]): void {
  const cells = rows.map(({ name, steps }) => {
    const { anchors, believed, falselyFresh, same, falselyStale, moved, followed, other, unjudged } = sum(steps);
    return [
      name,
      `${anchors}`,
      `${unjudged}`,
      `${same}`,
      `${other}`,
      `${moved}`,
      `${falselyFresh} of ${believed}`,
      interval(steps, 'falselyStale', 'same', falselyStale, same),
      interval(steps, 'followed', 'moved', followed, moved),
    ];
  });
  const head = ['', 'anchors', 'not judged', 'same', 'changed', 'moved', 'falsely fresh', 'falsely stale', 'followed'];
  const widths = head.map((_, column) => Math.max(...[head, ...cells].map((row) => row[column]!.length)));
  for (const row of [head, ...cells]) {
    console.log(row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '));
  }
}

/** A share of sums, and where it lies for 95 % of as many upgrades drawn anew. */
function interval(
  steps: readonly Counts[],
  part: 'falselyStale' | 'followed',
  whole: 'same' | 'moved',
  n: number,
  of: number,
): string {
  if (of === 0) return '-';
  const random = new Random(1);
  const bare = steps.map((one) => ({ ...one, wrong: none().wrong }));
  const shares = Array.from({ length: RESAMPLED }, () => {
    const drawn = sum(bare.map(() => random.choice(bare)));
    return drawn[whole] === 0 ? undefined : drawn[part] / drawn[whole];
  }).filter((share) => share !== undefined);
  shares.sort((a, b) => a - b);
  const percent = (share: number) => (100 * share).toFixed(share > 0 && share < 0.001 ? 3 : 1);
  const [low, high] = [0.025, 0.975].map((share) => shares[Math.floor(share * (shares.length - 1))]!);
  return `${percent(n / of)} % (${percent(low!)} to ${percent(high!)})`;
}
