/**
 * `npm run eval:memory -- audit [--folder FOLDER] [--package NAME] [--missing] [--sample N] [--seed N]`: how true summaries
 * are. Those of a folder as it is must mention only what its code has; those of ten packages are kept while the folder goes
 * on to the next version, and of the sentences that are still used there it is counted how many mention only names that
 * their code has now, and how many are of code that has changed, as another parser sees it. A sample is printed for people
 * to read, with the code.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../../../traces/random.ts';
import { folderOf } from '../../packages.ts';
import { Referee } from '../evolution/truth.ts';
import { VERSIONS } from '../evolution/versions.ts';
import { FolderAudit, type Said } from './folderAudit.ts';
import { printed } from './sample.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    package: { type: 'string' },
    missing: { type: 'boolean', default: false },
    sample: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
  },
});
const total = { fresh: 0, missingAtOnce: 0, sentences: 0, stale: 0, used: 0, missing: 0, judged: 0, changed: 0 };
const referee = await Referee.create();
const sample: { print: string; order: number }[] = [];
const random = new Random(Number(values.seed));

if (values.folder === undefined) {
  for (const { name, versions } of VERSIONS) {
    if (values.package !== undefined && values.package !== name) continue;
    const folder = mkdtempSync(path.join(tmpdir(), 'quire-audit-'));
    try {
      await put(folder, `${name}@${versions.at(-2)}`);
      const audit = await FolderAudit.of(folder);
      await atOnce(name, audit);
      const before = await audit.truths(referee);
      await put(folder, `${name}@${versions.at(-1)}`);
      const said = await audit.check();
      const used = said.filter(({ sentence }) => sentence.isTrue);
      const { judged, changed } = await audit.changed(referee, before, used);
      total.sentences += said.length;
      total.stale += said.length - used.length;
      total.used += used.length;
      total.judged += judged;
      total.changed += changed.length;
      for (const where of values.missing ? changed : []) console.log(`${name}: used though it changed: ${where}`);
      total.missing += report(name, used);
      await draw(name, audit, used);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
} else {
  const audit = await FolderAudit.of(path.resolve(values.folder));
  await draw('', audit, await atOnce(path.basename(values.folder), audit));
}
sample.sort((a, b) => a.order - b.order);
for (const [at, { print }] of sample.slice(0, Number(values.sample)).entries()) console.log(`\n[${at + 1}] ${print}`);
const { fresh, missingAtOnce, sentences, stale, used, missing, judged, changed } = total;
const percent = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(2)} %`;
console.log(`as they are: ${fresh} sentences, ${missingAtOnce} that name what is not there`);
if (sentences > 0) {
  console.log(
    `after one version: ${sentences} sentences, ${percent(stale, sentences)} not used any more; of ${used} that are, ` +
      `${percent(used - missing, used)} name only what is there (${missing} do not); of ${judged} anchors, ${changed} of code that changed`,
  );
}

async function atOnce(name: string, audit: FolderAudit): Promise<Said[]> {
  const said = await audit.check();
  const lost = said.filter(({ sentence }) => !sentence.isTrue);
  for (const { sentence } of values.missing ? lost : []) console.log(`${name}: not true at once: ${sentence.text}`);
  total.fresh += said.length;
  total.missingAtOnce += report(name, said);
  console.log(`${name}: ${said.length} sentences, ${lost.length} not true at once; left out ${audit.leftOut}`);
  return said;
}

function report(name: string, said: readonly Said[]): number {
  const wrong = said.filter(({ missing }) => missing.length > 0);
  for (const { missing, sentence } of values.missing ? wrong : []) {
    console.log(`${name}: ${missing.join(' ')}: ${sentence.text}`);
  }
  return wrong.length;
}

/** Every sentence has the same chance. */
async function draw(name: string, audit: FolderAudit, said: readonly Said[]): Promise<void> {
  for (const one of said) {
    const order = random.next();
    if (Number(values.sample) > 0) sample.push({ order, print: await printed(name, one, audit.read) });
  }
}

async function put(folder: string, name: string): Promise<void> {
  const from = path.join(await folderOf(name), 'package');
  rmSync(folder, { recursive: true, force: true });
  cpSync(from, folder, { recursive: true, filter: (file) => !/\/package\/(?:dist|build)$/.test(file) });
}
