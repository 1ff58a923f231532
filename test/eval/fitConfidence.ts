/**
 * Fits the scale of `ngram/confidence.ts`: `node test/eval/fitConfidence.ts [places of each kind]`. What `quire complete` said
 * of its answers in the tuning packages, and whether their first line was right, is taken back to logarithmic odds and scaled
 * anew (Platt 1999).
 */
import { logit, SCALE } from '../../src/engine/server/services/completion/project/confidence.ts';
import { bundledModel, privateRuntime } from '../helpers/engine.ts';
import { answersOf } from './answers.ts';
import { caseFor, casesOf } from './cases.ts';
import { TUNING } from './packages.ts';
import { isRight } from './places.ts';

const runtime = privateRuntime();
const cases = await casesOf(TUNING, Number(process.argv[2] ?? 300), 31);
const asked = cases.map((one) => caseFor(one, 'workspace'));
const answers = await answersOf(asked, ['--model', bundledModel, '--gpu', 'off']);
const told = answers.flatMap(({ text, confidence }, at) => {
  if (confidence === null || confidence <= 0 || confidence >= 1) return [];
  const odds = (logit(confidence) - SCALE.constant) / SCALE.slope;
  return [{ odds, right: isRight({ truth: cases[at]!.truth }, text) }];
});
let [constant, slope] = [0, 1];
for (let round = 0; round < 20_000; round++) {
  let [a, b] = [0, 0];
  for (const { odds, right } of told) {
    const error = Number(right) - 1 / (1 + Math.exp(-(constant + slope * odds)));
    a += error;
    b += error * odds;
  }
  constant += (0.5 * a) / told.length;
  slope += (0.01 * b) / told.length;
}
console.log(`${told.length} answers: { constant: ${constant.toFixed(2)}, slope: ${slope.toFixed(3)} }`);
await runtime.dispose();
process.exit(0); // native threads may linger
