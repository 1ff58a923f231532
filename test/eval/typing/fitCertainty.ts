/**
 * Fits `project/certainty.ts`: `node test/eval/typing/fitCertainty.ts KEYS.jsonl... [--test KEYS.jsonl]`, on what `record.ts`
 * has written. Logistic regression by iteratively reweighted least squares, of each token's chance; and how well the chances agree with what came, at every place where a text could end.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { endingsOf } from '../../../src/completion/endings.ts';
import { isWord } from '../../../src/completion/text.ts';
import {
  Certainty,
  featuresOf,
  RIGHT,
  sigmoid,
} from '../../../src/engine/server/services/completion/project/certainty.ts';
import type { Record } from './record.ts';

interface Sample {
  features: number[];
  right: boolean;
}

/** Keeps weights of what is rare small. */
const RIDGE = 1;

export function recordsIn(files: readonly string[]): Record[] {
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line): Record => JSON.parse(line)),
  );
}

/** The tokens of an answer up to the first wrong one. */
function samplesOf({ text, truth, steps, typed }: Record): Sample[] {
  const [written, wanted] = [Buffer.from(text), Buffer.from(`${truth}\n`)];
  const samples: Sample[] = [];
  let [at, sum] = [0, 0];
  for (const [index, step] of steps.entries()) {
    const bytes = written.subarray(at, at + step.written);
    const cut = bytes.length < step.written;
    // The answer's last line break is not part of its text.
    const right = cut ? step.ends && wanted[at] === 0x0a : wanted.subarray(at, at + step.written).equals(bytes);
    const wordlike = bytes.length > 0 && /^[\w$\x80-\xff]/.test(String.fromCharCode(bytes[0]!));
    samples.push({ features: featuresOf(step, index, sum, typed, wordlike), right });
    at += step.written;
    sum += Math.log(step.probability + 1e-6);
    if (!right || cut || at >= wanted.length) break;
  }
  return samples;
}

function chancesOf({ text, steps, typed }: Pick<Record, 'text' | 'truth' | 'steps' | 'typed'>): Certainty {
  const certainty = new Certainty(typed);
  const bytes = Buffer.from(text);
  let at = 0;
  for (const step of steps) {
    certainty.add(step, bytes.subarray(at, at + step.written));
    at += step.written;
  }
  return certainty;
}

/** Weights that make what came likeliest (Newton's method). */
function fitted(samples: readonly Sample[]): number[] {
  const size = samples[0]!.features.length;
  let weights = new Array<number>(size).fill(0);
  for (let round = 0; round < 30; round++) {
    const gradient = weights.map((weight, i) => (i === 0 ? 0 : -RIDGE * weight));
    const curvature = weights.map((_, i) => weights.map((_, j) => (i === j ? RIDGE : 0)));
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

/** Expected calibration error in tenths, over all places where a text could end. */
function calibration(records: readonly Record[]): void {
  const places = records.flatMap((record) => {
    const ends = chancesOf(record).ends(record.text);
    return endingsOf(record.text.split('\n', 1)[0]!).flatMap((end) => {
      const token = ends.find(([at]) => at >= end);
      if (!token) return [];
      const text = record.text.slice(0, end);
      const right = record.truth.startsWith(text) && !(isWord(text.at(-1)) && isWord(record.truth[end]));
      return [{ said: token[1], right }];
    });
  });
  let error = 0;
  const rows = Array.from({ length: 10 }, (_, tenth) => {
    const part = places.filter(({ said }) => Math.min(9, Math.floor(said * 10)) === tenth);
    const said = part.reduce((sum, place) => sum + place.said, 0) / part.length;
    const right = part.filter((place) => place.right).length / part.length;
    if (part.length > 0) error += (Math.abs(said - right) * part.length) / places.length;
    return `${said.toFixed(2)} ${right.toFixed(2)} (${part.length})`;
  });
  console.log(`${places.length} places, expected calibration error ${error.toFixed(4)}\n  ${rows.join('\n  ')}`);
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { test: { type: 'string', multiple: true } },
  });
  const records = recordsIn(positionals);
  const printed = (weights: readonly number[]) => `[${weights.map((weight) => Number(weight.toFixed(3))).join(', ')}]`;
  const rights = fitted(records.flatMap(samplesOf));
  (RIGHT as number[]).splice(0, RIGHT.length, ...rights);
  console.log(`RIGHT = ${printed(rights)}`);
  calibration(records);
  for (const file of values.test ?? []) {
    console.log(file);
    calibration(recordsIn([file]));
  }
}
