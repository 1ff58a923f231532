/**
 * Fits the weights of `ngram/mixture.ts`: `node test/eval/fit.ts [places of each kind]`.
 * The model and the index are asked at every token of what really stood at places of the tuning packages; stochastic
 * gradient descent (AdaGrad, Duchi et al. 2011) on the likelihood of the mixture gives the weights.
 */
import type { DecodeBackend } from '../../src/engine/server/core/backend.ts';
import { Distribution, LINE_END } from '../../src/engine/server/services/completion/project/distribution.ts';
import { Evidence, LEVELS } from '../../src/engine/server/services/completion/project/evidence.ts';
import { featuresOf } from '../../src/engine/server/services/completion/project/mixture.ts';
import { near, Projects } from '../../src/engine/server/services/completion/project/projects.ts';
import { Vocabulary } from '../../src/engine/server/services/completion/project/vocabulary.ts';
import { openBundled } from '../helpers/native.ts';
import { caseFor, casesOf, type EvalCase } from './cases.ts';
import { Desk, promptOf } from './desk.ts';
import { TUNING } from './packages.ts';

const EPOCHS = 15;
const RATE = 0.15;
const DECAY = 1e-4;
const START = [0, -0.5, 0.5, 0, 0, 0];
const WORKSPACE = 'fit';

/** A token that came: its probability by the model, and at each level that level's share and features. */
interface Sample {
  model: number;
  levels: { index: number; share: number; features: number[] }[];
}

const model = await openBundled();
const vocabulary = new Vocabulary(model.tokenizer, model.info.vocabularyTokens);
const projects = new Projects(model.tokenizer, model.info.vocabularyTokens);
const desk = new Desk(projects, WORKSPACE);
const evidence = new Evidence();
const distribution = new Distribution(vocabulary);
const backend = model.createBackend({ cells: model.info.contextTokens, sequences: 1 });
const cases = await casesOf(TUNING, Number(process.argv[2] ?? 400), 31);
const samples: Sample[] = [];
for (const [index, place] of cases.entries()) {
  if (index % 50 === 0) console.error(`fit: ${index} of ${cases.length} places, ${samples.length} tokens`);
  await sample(place);
}
const weights = fittedTo(samples);
console.log(weights.map((row) => `  [${row.map((weight) => weight.toFixed(2)).join(', ')}],`).join('\n'));
model.dispose();
process.exit(0); // native threads may linger

async function sample(place: EvalCase): Promise<void> {
  const fitted = await promptOf(caseFor(place, 'workspace'), model);
  const cursor = fitted.cursor!;
  const target = tokensFrom(place, cursor.beginning);
  if (!target) return;
  desk.show(place);
  const { index } = projects.of(WORKSPACE);
  const scopes = [near(cursor, false), ...index.scopes(place.path, place.prefix.length)];
  const rows = decode(backend, [...fitted.tokens, ...target.slice(0, -1)], fitted.tokens.length - 1);
  const context = [...cursor.before];
  let beginning = cursor.beginning;
  for (const [at, token] of target.entries()) {
    const among = beginning.length > 0 ? vocabulary.openings(beginning) : undefined;
    const held = beginning;
    distribution.read(rows[at]!, among, true);
    evidence.gather(
      context,
      scopes,
      (other) => {
        if (held.length > 0 && !vocabulary.opens(other, held)) return -1;
        return vocabulary.endsLine(other) ? LINE_END : other;
      },
      cursor.after,
    );
    const truth = vocabulary.endsLine(token) ? LINE_END : token;
    const best = distribution.probability(distribution.best);
    const found = evidence.tokens.subarray(0, evidence.count).indexOf(truth);
    samples.push({
      model: distribution.probability(truth),
      levels: evidence.levels.map((level) => ({
        index: level.index,
        share: found < 0 ? 0 : level.counts[found]! / level.total,
        features: featuresOf(level, best),
      })),
    });
    const { length } = vocabulary.bytes(token);
    beginning = beginning.subarray(Math.min(length, beginning.length));
    context.push(token);
  }
}

/** The tokens of what has to be written, as they are in the finished text; undefined where they do not begin there. */
function tokensFrom({ prefix, truth }: EvalCase, beginning: Uint8Array): Int32Array | undefined {
  const written = Buffer.from(prefix.slice(-2_000));
  const start = written.length - beginning.length;
  const tokens = model.tokenizer.encode(`${written.toString()}${truth}\n`);
  for (let at = 0, bytes = 0; at < tokens.length && bytes <= start; at++) {
    if (bytes === start) return tokens.slice(at, at + 40);
    bytes += vocabulary.bytes(tokens[at]!).length;
  }
  return undefined;
}

/** Logits from a position on. */
function decode(on: DecodeBackend, tokens: readonly number[], from: number): Float32Array[] {
  const rows: Float32Array[] = [];
  const batch = on.createBatch();
  on.removeRange(0, 0, -1);
  for (let start = 0; start < tokens.length; start += 256) {
    batch.clear();
    const end = Math.min(tokens.length, start + 256);
    const wanted: number[] = [];
    for (let at = start; at < end; at++) {
      const row = batch.add(tokens[at]!, at, [0], at >= from);
      if (at >= from) wanted.push(row);
    }
    if (on.decode(batch) !== 'ok') throw new Error('the prompt could not be decoded');
    rows.push(...wanted.map((row) => on.logits(row)));
  }
  return rows;
}

function fittedTo(all: readonly Sample[]): number[][] {
  const rows = LEVELS.map(() => [...START]);
  const squares = LEVELS.map(() => START.map(() => 1e-2));
  const useful = all.filter(({ levels }) => levels.length > 0);
  for (let round = 0; round < EPOCHS * useful.length; round++) {
    // A stride that meets all of them in another order than they came.
    const { model: alone, levels } = useful[(round * 7919) % useful.length]!;
    const escapes = levels.map(({ index, features }) => sigmoid(dot(rows[index]!, features)));
    const below = [alone + 1e-7];
    for (const [i, { share }] of levels.entries()) below.push((1 - escapes[i]!) * share + escapes[i]! * below[i]!);
    let reach = 1 / below.at(-1)!;
    for (let i = levels.length - 1; i >= 0; i--) {
      const { index, share, features } = levels[i]!;
      const e = escapes[i]!;
      const slope = reach * (below[i]! - share) * e * (1 - e);
      reach *= e;
      for (const [j, feature] of features.entries()) {
        const step = slope * feature - DECAY * rows[index]![j]!;
        squares[index]![j]! += step * step;
        rows[index]![j]! += (RATE * step) / Math.sqrt(squares[index]![j]!);
      }
    }
  }
  return rows;
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
