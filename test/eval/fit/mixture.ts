/**
 * Fits the escapes of the mixture: `node test/eval/fit/mixture.ts --model PATH [--places N]`, N of each kind, in the tuning
 * packages. Prints what is right before and after, each package judged by weights that were fitted to the others, and writes
 * the weights that were fitted to all of them.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { openModel } from '../../../src/engine/server/core/llama/model.ts';
import { ESCAPE } from '../../../src/engine/server/services/completion/weights.ts';
import { bundledModel } from '../../helpers/engine.ts';
import { cpuLibrary } from '../../helpers/native.ts';
import { casesOf } from '../cases.ts';
import { TUNING } from '../packages.ts';
import { type Escape, fittedEscape, type Quality, qualityOf } from './escape.ts';
import { type Line, linesOf, SITUATIONS } from './samples.ts';
import { writeWeights } from './weightsFile.ts';

const SEED = 31;
const FOLDS = 3;
/**
 * What likelihood gives is a little too much for the model where a long match says one thing: a habit that stands four times in
 * the project has to be heard (test/engine/projectCode.test.ts). From this level on escapes are lowered so far; .7 costs one
 * line of a hundred that would be exactly right.
 */
const HABIT = { level: 3, by: 0.1 };
const KINDS = ['restOfLine', 'argument', 'wholeLine'] as const;

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: bundledModel },
    places: { type: 'string', default: '400' },
    part: { type: 'string' },
    out: { type: 'string' },
  },
});
if (values.part !== undefined && values.out !== undefined) await collect(values.part, values.out);
else await fitAll();
process.exit(0); // native threads may linger

/** Collects a part of the places, as "1/2" is the second half, into a file. */
async function collect(part: string, out: string): Promise<void> {
  const [index, parts] = part.split('/').map(Number) as [number, number];
  const model = await openModel(await cpuLibrary(), { path: values.model, contextTokens: 0 });
  const all = await casesOf(TUNING, Number(values.places), SEED);
  const cases = all.slice((all.length * index) / parts, (all.length * (index + 1)) / parts);
  const lines = await linesOf(model, cases, (at) => {
    if (at % 20 === 0) console.error(`fit: part ${part}: ${at} of ${cases.length} places`);
  });
  writeFileSync(out, serialize(lines));
  model.dispose();
}

async function fitAll(): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'quire-fit-'));
  try {
    const parts = os.availableParallelism();
    const lines = (
      await Promise.all(Array.from({ length: parts }, (_, part) => collected(`${part}/${parts}`, folder)))
    ).flat();
    const folds = foldsOf(lines);
    const judged = folds.map((fold) => ({
      fold,
      weights: fittedEscape(
        lines.filter((l) => !fold.includes(l)),
        ESCAPE,
      ),
    }));
    print('recall and model alone', [{ fold: lines, weights: ESCAPE, bias: Number.POSITIVE_INFINITY }]);
    print('mixture before', [{ fold: lines, weights: ESCAPE }]);
    print('mixture after', judged);
    const fitted = fittedEscape(lines, ESCAPE);
    for (const row of fitted.slice(HABIT.level)) row[0]! -= HABIT.by;
    writeWeights({
      ESCAPE: fitted,
      FITTED: `${path.basename(values.model)}, ${lines.length / SITUATIONS.length} places`,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In a process of its own, as many as there are cores. */
async function collected(part: string, folder: string): Promise<Line[]> {
  const out = path.join(folder, part.replace('/', '-'));
  const options = ['--model', values.model, '--places', values.places, '--part', part, '--out', out];
  const running = promisify(execFile)(process.execPath, [import.meta.filename, ...options]);
  running.child.stderr?.pipe(process.stderr);
  await running;
  return deserialize(readFileSync(out));
}

/** The lines of some packages each. */
function foldsOf(lines: readonly Line[]): Line[][] {
  return Array.from({ length: FOLDS }, (_, fold) =>
    lines.filter((line) => TUNING.indexOf(line.package) % FOLDS === fold),
  );
}

/** Lines exactly right by what is known and kind of place, and nats a token. */
function print(name: string, parts: readonly { fold: readonly Line[]; weights: Escape; bias?: number }[]): void {
  for (const known of SITUATIONS) {
    const qualities = KINDS.map((kind) =>
      parts.map(({ fold, weights, bias }) =>
        qualityOf(
          fold.filter((line) => line.known === known && line.kind === kind),
          weights,
          bias,
        ),
      ),
    );
    const sum = (all: readonly Quality[], of: keyof Quality) => all.reduce((total, quality) => total + quality[of], 0);
    const right = KINDS.map((kind, i) => `${kind} ${sum(qualities[i]!, 'exact')} of ${sum(qualities[i]!, 'lines')}`);
    const all = qualities.flat();
    const nats = (-sum(all, 'likelihood') / sum(all, 'tokens')).toFixed(3);
    console.log(`${name}, ${known}: ${right.join(', ')}, together ${sum(all, 'exact')}; ${nats} nats a token`);
  }
}
