/**
 * Fits `project/certainty.ts`: `node test/eval/fit/certainty.ts --model PATH [--lines N] [--keys SHARE] [--judge]`. Records what the
 * engine says at keys of N typed lines of the tuning packages, a third of them each with the file, open files, and the
 * project known; fits each token's chance, a logistic regression by iteratively reweighted least squares; prints how well the
 * chances agree with what came, at every place where a text could end, before and after, each project judged by weights
 * fitted to the others; and writes the weights that were fitted to all. The mixture is fitted before.
 * `--judge` fits and writes nothing: it says how well the chances that are there agree with what came in the held-out packages.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { endingsOf } from '../../../src/completion/endings.ts';
import { isWord } from '../../../src/completion/text.ts';
import {
  Certainty,
  featuresOf,
  isWordAfter,
  sigmoid,
  wordPlaceOf,
} from '../../../src/engine/server/services/completion/project/certainty.ts';
import { FITTED, RIGHT } from '../../../src/engine/server/services/completion/weights.ts';
import { bundledModel, repository } from '../../helpers/engine.ts';
import { HELD_OUT, TUNING } from '../packages.ts';
import type { Known } from '../typing/desk.ts';
import type { Record } from '../typing/record.ts';
import { writeWeights } from './weightsFile.ts';

interface Sample {
  features: number[];
  right: boolean;
}

/** Weights that have little to say stay near to what they were: keys of a line are much alike, and few lines are typed. */
const INERTIA = 100;
const SITUATIONS: readonly Known[] = ['file', 'open', 'project'];
const FOLDS = 3;
const SEED = 5;

function recordsIn(file: string): Record[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): Record => JSON.parse(line));
}

/** The tokens of an answer up to the first wrong one. */
function samplesOf({ text, truth, steps, typed }: Record): Sample[] {
  const [written, wanted] = [Buffer.from(text), Buffer.from(`${truth}\n`)];
  const samples: Sample[] = [];
  let [at, sum, isWord] = [0, 0, false];
  for (const [index, step] of steps.entries()) {
    const bytes = written.subarray(at, at + step.written);
    const cut = bytes.length < step.written;
    // The answer's last line break is not part of its text.
    const right = cut ? step.ends && wanted[at] === 0x0a : wanted.subarray(at, at + step.written).equals(bytes);
    samples.push({ features: featuresOf(step, index, sum, typed, wordPlaceOf(bytes, isWord)), right });
    isWord = isWordAfter(bytes);
    at += step.written;
    sum += Math.log(step.probability + 1e-6);
    if (!right || cut || at >= wanted.length) break;
  }
  return samples;
}

function chancesOf({ text, steps, typed }: Record, weights: readonly number[]): Certainty {
  const certainty = new Certainty(typed, weights);
  const bytes = Buffer.from(text);
  let at = 0;
  for (const step of steps) {
    certainty.add(step, bytes.subarray(at, at + step.written));
    at += step.written;
  }
  return certainty;
}

/** Weights that make what came likeliest (Newton's method). */
function fitted(samples: readonly Sample[]): readonly number[] {
  const size = samples[0]!.features.length;
  let weights: readonly number[] = RIGHT;
  for (let round = 0; round < 30; round++) {
    const gradient = weights.map((weight, i) => -INERTIA * (weight - RIGHT[i]!));
    const curvature = weights.map((_, i) => weights.map((_, j) => (i === j ? INERTIA : 0)));
    for (const { features, right } of samples) {
      const chance = sigmoid(features.reduce((sum, value, i) => sum + value * weights[i]!, 0));
      const error = Number(right) - chance;
      const weight = chance * (1 - chance);
      for (let i = 0; i < size; i++) {
        gradient[i]! += error * features[i]!;
        for (let j = 0; j <= i; j++) curvature[i]![j]! += weight * features[i]! * features[j]!;
      }
    }
    for (let i = 0; i < size; i++) for (let j = i + 1; j < size; j++) curvature[i]![j] = curvature[j]![i]!;
    const step = solved(curvature, gradient);
    weights = weights.map((weight, i) => weight + step[i]!);
    if (step.every((value) => Math.abs(value) < 1e-6)) break;
  }
  return weights;
}

/** Gauss's elimination. */
function solved(matrix: number[][], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (let i = 0; i < rows.length; i++) {
    const pivot = rows.slice(i).reduce((best, row) => (Math.abs(row[i]!) > Math.abs(best[i]!) ? row : best));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(i, 0, pivot);
    for (let j = 0; j < rows.length; j++) {
      if (j === i) continue;
      const factor = rows[j]![i]! / pivot[i]!;
      for (let k = i; k <= rows.length; k++) rows[j]![k]! -= factor * pivot[k]!;
    }
  }
  return rows.map((row, i) => row[rows.length]! / row[i]!);
}

/** A place where a text could end: what is said of it, and whether it is right up to there. */
interface Place {
  said: number;
  right: boolean;
}

function placesOf(records: readonly Record[], weights: readonly number[]): Place[] {
  return records.flatMap((record) => {
    const ends = chancesOf(record, weights).ends(record.text);
    return endingsOf(record.text.split('\n', 1)[0]!).flatMap((end) => {
      const token = ends.find(([at]) => at >= end);
      if (!token) return [];
      const text = record.text.slice(0, end);
      const right = record.truth.startsWith(text) && !(isWord(text.at(-1)) && isWord(record.truth[end]));
      return [{ said: token[1], right }];
    });
  });
}

/** Expected calibration error in tenths, nats a place, and each tenth: what is said, what is so, and of how many. */
function print(name: string, places: readonly Place[]): void {
  let error = 0;
  const rows = Array.from({ length: 10 }, (_, tenth) => {
    const part = places.filter(({ said }) => Math.min(9, Math.floor(said * 10)) === tenth);
    if (part.length === 0) return '-';
    const said = part.reduce((sum, place) => sum + place.said, 0) / part.length;
    const right = part.filter((place) => place.right).length / part.length;
    error += (Math.abs(said - right) * part.length) / places.length;
    return `${said.toFixed(2)} ${right.toFixed(2)} (${part.length})`;
  });
  const nats = places.reduce((sum, { said, right }) => sum - Math.log(Math.max(1e-6, right ? said : 1 - said)), 0);
  const figures = `calibration error ${error.toFixed(4)}, ${(nats / places.length).toFixed(4)} nats`;
  console.log(`certainty ${name}: ${places.length} places, ${figures}\n  ${rows.join(', ')}`);
}

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: bundledModel },
    lines: { type: 'string', default: '600' },
    keys: { type: 'string', default: '0.5' },
    judge: { type: 'boolean', default: false },
  },
});
const folder = mkdtempSync(path.join(os.tmpdir(), 'quire-fit-'));
const records = await recorded();
rmSync(folder, { recursive: true, force: true });
if (values.judge) {
  print('held-out', placesOf(records, RIGHT));
  for (const known of SITUATIONS) {
    print(
      `held-out, ${known} known`,
      placesOf(
        records.filter((record) => record.known === known),
        RIGHT,
      ),
    );
  }
  for (const project of HELD_OUT) {
    print(
      project,
      placesOf(
        records.filter((record) => record.project === project),
        RIGHT,
      ),
    );
  }
  process.exit(0);
}
const sampled = (some: readonly Record[]) => fitted(some.flatMap(samplesOf));
const isOf = (fold: number) => (record: Record) => TUNING.indexOf(record.project) % FOLDS === fold;
print('before', placesOf(records, RIGHT));
print(
  'after',
  Array.from({ length: FOLDS }, (_, fold) => {
    const weights = sampled(records.filter((record) => !isOf(fold)(record)));
    return placesOf(records.filter(isOf(fold)), weights);
  }).flat(),
);
writeWeights({ RIGHT: sampled(records), FITTED: `${FITTED.replace(/, \d+ keys.*/, '')}, ${records.length} keys` });
process.exit(0);

/** Keys in all situations, as many processes at a time as there are cores. */
async function recorded(): Promise<Record[]> {
  const waiting = SITUATIONS.map((known, index) => ({ known, seed: String(SEED + index) }));
  const records: Record[] = [];
  await Promise.all(
    Array.from({ length: os.availableParallelism() }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const out = path.join(folder, next.known);
        const lines = String(Math.ceil(Number(values.lines) / SITUATIONS.length));
        const options = ['--lines', lines, '--seed', next.seed, '--known', next.known, '--keys', values.keys];
        const entry = path.join(repository, 'test/eval/typing/record.ts');
        const projects = values.judge ? HELD_OUT : TUNING;
        const args = [entry, out, ...options, '--model', values.model, ...projects];
        const running = promisify(execFile)(process.execPath, args);
        running.child.stderr?.pipe(process.stderr);
        await running;
        records.push(...recordsIn(out));
      }
    }),
  );
  return records;
}
