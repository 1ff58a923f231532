/** Plans blocks for files whose grammar is known by their names. */
import assert from 'node:assert/strict';
import { applyEdits } from '../../../../src/chat/apply/lines.ts';
import { type CodeBlock, type EditPlan, type PlanOptions, planEdit } from '../../../../src/chat/apply/plan.ts';
import { Grammars } from '../../../../src/syntax/grammars.ts';

const grammars = new Grammars(import.meta.url);

const blockOf = (code: string, language = ''): CodeBlock => ({ code, language, info: language });

export async function planned(
  code: string,
  text: string,
  path = 'a.ts',
  options: PlanOptions & { language?: string } = {},
) {
  const outline = await grammars.outliner({ path });
  return planEdit(blockOf(code, options.language), { path, text }, { outline, ...options });
}

export async function applied(
  code: string,
  text: string,
  path = 'a.ts',
  options: PlanOptions & { language?: string } = {},
) {
  const plan = await planned(code, text, path, options);
  assert.equal(plan.kind, 'edits', plan.words);
  return { text: applyEdits(text, (plan as EditPlan).edits), plan: plan as EditPlan };
}

export async function refusal(
  code: string,
  text: string,
  path = 'a.ts',
  options: PlanOptions & { language?: string } = {},
) {
  const plan = await planned(code, text, path, options);
  assert.equal(plan.kind, 'refused', JSON.stringify(plan));
  return plan as Exclude<typeof plan, EditPlan>;
}
