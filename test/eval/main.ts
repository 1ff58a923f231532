/**
 * `npm run eval:completion [-- --packages heldOut|tuning] [--per-kind N] [--seed N] [--model PATH]`: how often completions
 * are right in packages that nobody was trained on, by kind of place and by how much of the project is known; tables, and
 * test-results/eval.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openModel } from '../../src/engine/server/core/llama/model.ts';
import { table } from '../bench/report.ts';
import { bundledModel, privateRuntime, repository } from '../helpers/engine.ts';
import { cpuLibrary } from '../helpers/native.ts';
import { answersOf, answersWithoutModel } from './answers.ts';
import { caseFor, casesOf, KNOWN, type Known } from './cases.ts';
import { costs } from './costs.ts';
import { HELD_OUT, sourcesOf, TUNING } from './packages.ts';
import { type Answer, coverageCurve, reliability, type Score, scoresOf } from './scores.ts';

const { values } = parseArgs({
  options: {
    packages: { type: 'string', default: 'heldOut' },
    'per-kind': { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    model: { type: 'string', default: bundledModel },
  },
});
const packages = values.packages === 'tuning' ? TUNING : HELD_OUT;
const runtime = privateRuntime();
const cases = await casesOf(packages, Number(values['per-kind']), Number(values.seed));
console.error(`eval: ${cases.length} places in ${packages.join(', ')}`);
const model = await openModel(await cpuLibrary(), { path: values.model, contextTokens: 0 });
const options = ['--model', values.model, '--gpu', 'off'];
const asked = (known: Known) => cases.map((one) => caseFor(one, known));

const results: { who: string; known: Known; scores: Score[] }[] = [];
let mixed: Answer[] = [];
const note = (who: string, known: Known, answers: Answer[]) => {
  console.error(`eval: ${who}, ${known}`);
  results.push({ who, known, scores: scoresOf(cases, answers) });
};
note('model alone', 'file', await answersOf(asked('file'), [...options, '--no-ngram']));
for (const known of Object.keys(KNOWN) as Known[]) {
  note('project alone', known, await answersWithoutModel(asked(known), model));
  mixed = await answersOf(asked(known), options);
  note('mixed', known, mixed);
}
const curve = coverageCurve(cases, mixed, [0.8, 0.6, 0.5, 0.3, 0.2, 0.1, 0.05, 0]);
const tenths = reliability(cases, mixed);
const sources = (await Promise.all(packages.map((name) => sourcesOf(name)))).flat();
const rows = (await costs(model, sources)).map((row) => ({ group: 'cost', ...row }));

const percent = (share: number | null) => (share === null ? '' : `${(100 * share).toFixed(1)} %`);
print(
  ['who', 'knows', 'place', 'n', 'exact line', 'argument begun', 'argument', 'similarity', 'shown', 'right of it'],
  results.flatMap(({ who, known, scores }) =>
    scores.map((s) => [
      who,
      known,
      s.kind,
      String(s.count),
      percent(s.exact),
      percent(s.begun),
      percent(s.argument),
      s.similarity.toFixed(3),
      percent(s.shown),
      percent(s.precision),
    ]),
  ),
);
print(
  ['confidence from', 'coverage', 'right in the first line'],
  curve.map(({ least, coverage, precision }) => [least.toFixed(2), percent(coverage), percent(precision)]),
);
print(
  ['confidence, tenths', 'right'],
  tenths.map(({ confidence, right }) => [percent(confidence), percent(right)]),
);
console.log(table(rows));
const file = path.join(repository, 'test-results', 'eval.json');
mkdirSync(path.dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify({ packages, results, curve, tenths, rows }, null, 2)}\n`);
console.log(`\nalso in ${path.relative(repository, file)}`);
model.dispose();
await runtime.dispose();
process.exit(0); // native threads may linger

function print(head: string[], lines: string[][]): void {
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column]!.length)));
  console.log(
    `${all
      .map((line) =>
        line
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd(),
      )
      .join('\n')}\n`,
  );
}
