/**
 * Fits the weights of `lines/likeness.ts`: `node test/eval/fit/recall.ts --model PATH [--places N]`, N of each kind. The model
 * is not asked, only its tokenizer: lines that could stand at places of {@link PROJECTS} are recalled from each project, and
 * gradient descent (Adam, Kingma and Ba 2015) on the likelihood of the one that did stand there gives the weights. Prints
 * what is right before and after, also in packages that it was not fitted to, and writes the weights.
 */
import { parseArgs } from 'node:util';
import { openModel } from '../../../src/engine/server/core/llama/model.ts';
import { FEATURES, type Feature } from '../../../src/engine/server/services/completion/lines/likeness.ts';
import { LineTokens } from '../../../src/engine/server/services/completion/lines/lineTokens.ts';
import { Recall } from '../../../src/engine/server/services/completion/lines/recall.ts';
import { lineContext, Projects } from '../../../src/engine/server/services/completion/project/projects.ts';
import { RECALL, UNFOUND } from '../../../src/engine/server/services/completion/weights.ts';
import { bundledModel } from '../../helpers/engine.ts';
import { cpuLibrary } from '../../helpers/native.ts';
import { caseFor, casesOf, type EvalCase } from '../cases.ts';
import { Desk, promptOf } from '../desk.ts';
import { PROJECTS, TUNING } from '../packages.ts';
import { writeWeights } from './weightsFile.ts';

const WORKSPACE = 'fit';
const STEPS = 300;
const RATE = 0.05;
/** Weights that have little to say stay near to what they were. */
const INERTIA = 1e-4;

/** A place: the features of each line that was recalled, which of them is which text, which text is right (-1: none). */
interface Sample {
  kind: EvalCase['kind'];
  written: number;
  features: Float64Array[];
  texts: number[];
  truth: number;
}

const { values } = parseArgs({
  options: { model: { type: 'string', default: bundledModel }, places: { type: 'string', default: '2000' } },
});
const model = await openModel(await cpuLibrary(), { path: values.model, contextTokens: 0 });
const spelling = new LineTokens(model.tokenizer, model.info.vocabularyTokens);
const recall = new Recall(spelling);
const samples = await samplesOf(PROJECTS, Number(values.places));
const checks = await samplesOf(TUNING, 400);
const width = FEATURES.length + 2;
const before = Float64Array.of(...FEATURES.map((feature) => RECALL[feature]), UNFOUND.constant, UNFOUND.written);
const after = fitted();
for (const [name, all] of Object.entries({ fitted: samples, tuning: checks })) {
  for (const kind of ['restOfLine', 'argument', 'wholeLine']) {
    const part = all.filter((sample) => sample.kind === kind);
    report(`recall before, ${name}, ${kind}`, part, before);
    report(`recall after, ${name}, ${kind}`, part, after);
  }
}
writeWeights({
  RECALL: Object.fromEntries(FEATURES.map((feature, i) => [feature, after[i]!])) as Record<Feature, number>,
  UNFOUND: { constant: after[width - 2]!, written: after[width - 1]! },
});
model.dispose();
process.exit(0); // native threads may linger

async function samplesOf(packages: readonly string[], perKind: number): Promise<Sample[]> {
  const projects = new Projects(model.tokenizer, model.info.vocabularyTokens);
  const desk = new Desk(projects, WORKSPACE);
  const made: Sample[] = [];
  const cases = await casesOf(packages, perKind, 77);
  for (const [at, place] of cases.entries()) {
    if (at % 500 === 0) console.error(`fit: ${at} of ${cases.length} places`);
    desk.show(place);
    made.push(await sampleOf(place, projects));
  }
  return made;
}

async function sampleOf(place: EvalCase, projects: Projects): Promise<Sample> {
  const { cursor } = await promptOf(caseFor(place, 'workspace'), model);
  const { index } = projects.of(WORKSPACE);
  const { at, scopes, own } = lineContext(spelling, index, place.path, place.prefix.length, cursor!);
  const places = recall.places(at, scopes);
  const line = place.prefix.slice(place.prefix.lastIndexOf('\n') + 1) + place.truth;
  const right = Buffer.from(line.trim()).toString('latin1');
  const texts = [...new Set(places.map(({ text }) => text))];
  return {
    kind: place.kind,
    written: at.typed.length,
    features: recall.features(at, places, own).map((row) => row),
    texts: places.map(({ text }) => texts.indexOf(text)),
    truth: texts.indexOf(right),
  };
}

/** Probability of each text, and of none at the end. */
function sharesOf(
  { features, texts, written }: Sample,
  by: ArrayLike<number>,
): { places: Float64Array; shares: number[]; none: number } {
  const places = Float64Array.from(features, (row) => {
    let logit = 0;
    for (let i = 0; i < row.length; i++) logit += by[i]! * row[i]!;
    return Math.exp(Math.min(20, logit));
  });
  const none = Math.exp(by[width - 2]! + by[width - 1]! * Math.log1p(written));
  const total = places.reduce((sum, weight) => sum + weight, none);
  const shares: number[] = Array(Math.max(-1, ...texts) + 1).fill(0);
  for (const [i, text] of texts.entries()) {
    places[i]! /= total;
    shares[text]! += places[i]!;
  }
  return { places, shares, none: none / total };
}

function fitted(): Float64Array {
  const by = before.slice();
  const [first, second] = [new Float64Array(width), new Float64Array(width)];
  for (let step = 1; step <= STEPS; step++) {
    const slope = new Float64Array(width);
    let loss = 0;
    for (const sample of samples) {
      const { places, shares, none } = sharesOf(sample, by);
      const found = sample.truth < 0 ? none : shares[sample.truth]!;
      loss -= Math.log(found);
      for (const [i, row] of sample.features.entries()) {
        const wanted = sample.texts[i] === sample.truth ? places[i]! / found : 0;
        const push = wanted - places[i]!;
        for (let j = 0; j < row.length; j++) slope[j]! += push * row[j]!;
      }
      const push = Number(sample.truth < 0) - none;
      slope[width - 2]! += push;
      slope[width - 1]! += push * Math.log1p(sample.written);
    }
    for (let j = 0; j < width; j++) {
      const g = slope[j]! / samples.length - INERTIA * (by[j]! - before[j]!);
      first[j] = 0.9 * first[j]! + 0.1 * g;
      second[j] = 0.99 * second[j]! + 0.01 * g * g;
      const rate = RATE * Math.min(1, 3 - (3 * step) / (STEPS + 1));
      by[j]! += (rate * (first[j]! / (1 - 0.9 ** step))) / (Math.sqrt(second[j]! / (1 - 0.99 ** step)) + 1e-8);
    }
    if (step % 50 === 0) console.error(`fit: ${step} steps, loss ${(loss / samples.length).toFixed(4)}`);
  }
  return by;
}

/** How often the likeliest line is right, whatever its share, and what share the right one has. */
function report(name: string, all: readonly Sample[], weights: Float64Array): void {
  const known = all.filter(({ truth }) => truth >= 0).length;
  const right = all.filter((sample) => {
    const { shares } = sharesOf(sample, weights);
    return sample.truth >= 0 && shares[sample.truth]! >= Math.max(...shares);
  }).length;
  const places = all.reduce((sum, { features }) => sum + features.length, 0) / all.length;
  const percent = (part: number) => `${((100 * part) / all.length).toFixed(1)} %`;
  const nats = all.reduce((sum, sample) => {
    const { shares, none } = sharesOf(sample, weights);
    return sum - Math.log(sample.truth < 0 ? none : shares[sample.truth]!);
  }, 0);
  const found = `${percent(known)} recalled, ${places.toFixed(0)} places, ${(nats / all.length).toFixed(3)} nats`;
  console.log(`${name}: ${percent(right)} right, ${found}`);
}
