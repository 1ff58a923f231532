/**
 * `npm run fit [-- --model PATH] [--quick]`: fits everything that depends on the model to it, and writes the weights where the
 * engine reads them (src/engine/server/services/completion/weights.ts). In this order, since each rests on those before:
 *
 *   1. recall: how alike surroundings make a line the one that is meant; needs the model's tokens only
 *   2. mixture: how far each length of match escapes to what is below, the model at the bottom
 *   3. certainty: how likely each token of an answer is right, on what the engine with the new mixture says at keys
 *
 * Prints figures before and after each, those after of packages that were fitted without. `--model` is a GGUF that can fill
 * in the middle, with any vocabulary; the bundled one if none is named. Weights are those of the bundled model, all others
 * use them too. `--quick` takes a fourth of the places: a quarter of an hour on two cores for a model of 31M parameters.
 * `--only recall,mixture,certainty` does a part. What packages are needed are fetched with npm, once.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bundledModel, repository } from '../../helpers/engine.ts';

const STAGES = {
  recall: { full: ['--places', '2000'], quick: ['--places', '500'] },
  mixture: { full: ['--places', '400'], quick: ['--places', '80'] },
  certainty: { full: ['--lines', '600', '--keys', '0.5'], quick: ['--lines', '210', '--keys', '0.3'] },
} as const;

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: bundledModel },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: Object.keys(STAGES).join() },
  },
});
const only = values.only.split(',');
const unknown = only.find((stage) => !(stage in STAGES));
if (unknown !== undefined) throw new Error(`there is no stage ${unknown}: name ${Object.keys(STAGES).join(', ')}`);
for (const [stage, { full, quick }] of Object.entries(STAGES)) {
  if (!only.includes(stage)) continue;
  const begun = performance.now();
  const options = ['--model', path.resolve(values.model), ...(values.quick ? quick : full)];
  const child = spawn(process.execPath, [path.join(repository, `test/eval/fit/${stage}.ts`), ...options], {
    cwd: repository,
    stdio: 'inherit',
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${stage} could not be fitted; the weights before it are written`);
  console.log(`${stage}: fitted in ${((performance.now() - begun) / 1_000).toFixed(0)} s\n`);
}
