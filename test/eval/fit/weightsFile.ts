/** The file that the engine has its fitted weights from: read, and written again as a whole. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as current from '../../../src/engine/server/services/completion/weights.ts';
import { repository } from '../../helpers/engine.ts';

export interface Weights {
  /** Which model, on how much, and when: one line. */
  FITTED: string;
  ESCAPE: readonly (readonly number[])[];
  RECALL: Record<keyof typeof current.RECALL, number>;
  UNFOUND: { constant: number; written: number };
  RIGHT: readonly number[];
}

export const FILE = path.join(repository, 'src/engine/server/services/completion/weights.ts');

/** Replaces some of the weights; engines that are started from source afterwards have them. */
export function writeWeights(changed: Partial<Weights>): void {
  const { FITTED, ESCAPE, RECALL, UNFOUND, RIGHT }: Weights = { ...current, ...changed };
  const number = (digits: number) => (value: number) => String(Number(value.toFixed(digits)));
  const list = (values: readonly number[], digits: number) => `[${values.map(number(digits)).join(', ')}]`;
  const fields = (values: object) =>
    Object.entries(values)
      .map(([name, value]) => `  ${name}: ${number(2)(value)},\n`)
      .join('');
  writeFileSync(
    FILE,
    `/** All that was fitted to a model and its tokens. Written by \`npm run fit\` (test/eval/fit/main.ts), not by hand. */
// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: fitted, and near one by chance.

/** To what. */
export const FITTED = ${JSON.stringify(FITTED)};

/** Of each level's escape, by feature: see \`project/mixture.ts\`. */
export const ESCAPE: readonly (readonly number[])[] = [
${ESCAPE.map((row) => `  ${list(row, 2)},\n`).join('')}];

/** Of each feature of a recalled line: see \`lines/likeness.ts\`. */
export const RECALL = {
${fields(RECALL)}};
/** What speaks for a line that was not found: a constant, and the logarithm of one more than the characters that are written. */
export const UNFOUND = {
${fields(UNFOUND)}};

/** Of what a token's chance depends on: see \`project/certainty.ts\`. */
export const RIGHT: readonly number[] = ${list(RIGHT, 3)};
`,
  );
  const biome = path.join(repository, 'node_modules/@biomejs/biome/bin/biome');
  execFileSync(process.execPath, [biome, 'check', '--write', FILE], { cwd: repository, stdio: 'pipe' });
}
