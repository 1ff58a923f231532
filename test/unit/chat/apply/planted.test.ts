/** Edits of real files, each told as a model tells it, with faults: every one is placed exactly right, or refused. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { applyEdits, linesOf } from '../../../../src/chat/apply/lines.ts';
import { type PlanOptions, planEdit } from '../../../../src/chat/apply/plan.ts';
import { Grammars } from '../../../../src/syntax/grammars.ts';
import { makeCase, type PlantedCase, type SourceText } from './planted.ts';

const root = path.join(import.meta.dirname, '../../../..');
const FILES = [
  'src/completion/fitToFile.ts',
  'src/completion/silence.ts',
  'src/files/private.ts',
  'src/completion/syntax/source.ts',
  'src/models/download.ts',
  'node_modules/diff/libesm/diff/base.js',
  'node_modules/diff/libesm/patch/apply.js',
  'node_modules/diff/libesm/diff/word.js',
  'test/fixtures/apply/inventory.py',
  'test/fixtures/apply/queue.go',
  'test/fixtures/apply/Ledger.java',
  'test/fixtures/apply/grid.rs',
];
const CASES = Number(process.env.QUIRE_APPLY_CASES ?? 200);

test(`${CASES} edits with planted faults are placed exactly right or refused`, async (t) => {
  const grammars = new Grammars(import.meta.url);
  const sources: (SourceText & { options: PlanOptions })[] = [];
  for (const file of FILES) {
    const text = readFileSync(path.join(root, file), 'utf8').replaceAll('\r\n', '\n');
    const outline = await grammars.outliner({ path: file });
    sources.push({ path: file, text, symbols: outline!(text)!, options: { outline } });
  }
  const counts = new Map<string, { placed: number; asked: number; refused: number }>();
  const wrong: string[] = [];
  const ambiguous: string[] = [];
  const lost: string[] = [];
  for (let seed = 1; seed <= CASES; seed++) {
    const one = makeCase(seed, sources);
    const plan = planEdit(one.block, { path: one.path, text: one.text }, one.source.options);
    const count = counts.get(one.way) ?? { placed: 0, asked: 0, refused: 0 };
    counts.set(one.way, count);
    if (plan.kind === 'refused') {
      count.refused++;
      if (one.fault !== 'duplicate') lost.push(`${nameOf(one, seed)}: ${plan.words}`);
      continue;
    }
    // Told by its name it cannot be told apart; what is around the others may do that.
    if (one.fault === 'duplicate' && one.way === 'symbol') ambiguous.push(nameOf(one, seed));
    if (applyEdits(one.text, plan.edits) !== one.expected) {
      wrong.push(`${nameOf(one, seed)}\n${shown(one, applyEdits(one.text, plan.edits))}`);
    }
    if (plan.asks) count.asked++;
    else count.placed++;
  }
  for (const [way, { placed, asked, refused }] of [...counts].sort()) {
    t.diagnostic(`${way}: ${placed} placed, ${asked} placed after asking, ${refused} refused`);
  }
  if (process.env.QUIRE_APPLY_SHOW) for (const words of lost) t.diagnostic(words);
  assert.deepEqual(wrong, []);
  assert.deepEqual(ambiguous, [], 'what stands twice was placed');
  assert.ok(lost.length <= 0.1 * CASES, `refused although there is one place:\n${lost.join('\n')}`);
});

const nameOf = ({ way, fault, path }: PlantedCase, seed: number): string => `${seed} ${path} ${way} ${fault}`;

/** The first line that is not as it should be. */
function shown({ expected, block, text }: PlantedCase, got: string): string {
  const [want, have] = [linesOf(expected), linesOf(got)];
  const at = want.findIndex((line, index) => line.text !== have[index]?.text || line.ending !== have[index]?.ending);
  const near = (lines: readonly { text: string; ending: string }[]) =>
    lines
      .slice(Math.max(0, at - 2), at + 4)
      .map((line) => JSON.stringify(line.text + line.ending))
      .join('\n');
  return `wanted:\n${near(want)}\ngot:\n${near(have)}\nwas:\n${near(linesOf(text))}\nblock:\n${block.code.slice(0, 2_000)}`;
}
