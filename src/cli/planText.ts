/** Plans for people. */
import type { Machine, ModelPlan, PlanResult } from '../engine/protocol/index.ts';
import { planRows } from '../monitor/planText.ts';

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GB`;
const percent = (share: number): string => `${Math.round(100 * share)} %`;

/**
 * Several lines: the machine, the models, then what is left of each memory.
 * @param asked length of the context, where it was not the plan's to choose.
 */
export function planText({ machine, plan, solveMs }: PlanResult, asked?: number): string {
  const { simpleCost, cost } = plan;
  const simple = simpleCost === null ? 'would not fit' : `would cost ${simpleCost.toFixed(1)}`;
  const left = Object.entries(plan.leftBytes).map(([name, bytes]) => `${name} ${gigabytes(bytes)}`);
  return [
    machineText(machine),
    ...plan.models.flatMap((model) => [...modelLines(model), ...clipped(model, asked)]),
    `Left: ${left.join(', ')}, beside what is kept for other programs`,
    `Cost: ${cost.toFixed(1)} ms a token, roles by their weight; a shorter context and a coarser cache count as slower`,
    `      ${FOUND[plan.by]} in ${solveMs} ms; the last layers on GPUs first, as llama.cpp does, ${simple}`,
    'Speeds are estimates from the rates above, with 2,000 tokens in the cache; no model was loaded.',
    '',
  ].join('\n');
}

const FOUND = { optimised: 'found by the solver', simple: 'found by that rule', kept: 'kept' };

function clipped({ roles, contextTokens }: ModelPlan, asked = 0): string[] {
  if (contextTokens >= asked || roles.includes('embedding')) return [];
  return [`  (${asked.toLocaleString('en-US')} tokens were asked for; the model was trained for no more than this)`];
}

function machineText({ name = 'This machine', devices }: Machine): string {
  const memories = devices.map(({ name, description, freeBytes, totalBytes, bandwidth = 0, assumed }) => {
    const what = description ? ` (${description})` : '';
    const rate = `${Number((bandwidth / 1e9).toPrecision(3))} GB/s${assumed?.includes('bandwidth') ? ' assumed' : ''}`;
    return `${name}${what} ${gigabytes(freeBytes)} of ${gigabytes(totalBytes)} free, ${rate}`;
  });
  return `${name}: ${memories.join('; ')}`;
}

/** What of an engine's status is asked for. */
export type OpenPlans = Record<'models' | 'embedders', readonly { plan: ModelPlan | null }[]>;

/** Of the models that are open in an engine, by the plans that they were opened by; empty: there are none. */
export function openPlansText({ models, embedders }: OpenPlans): string {
  const plans = [...models, ...embedders].flatMap(({ plan }) => plan ?? []);
  return plans.flatMap((plan) => [...modelLines(plan), '']).join('\n');
}

function modelLines(plan: ModelPlan): string[] {
  const context = `${plan.contextTokens.toLocaleString('en-US')} tokens, kept as ${plan.kvType}`;
  const rows = [...planRows(plan), ['Context', context] as const];
  const width = Math.max(...rows.map(([label]) => label.length));
  return [
    `${plan.roles.join(' and ')}: ${plan.model}`,
    ...rows.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`),
  ];
}

/** One cell of a table: what a chat with the model would be like on a machine. */
export function planCell({ plan, machine }: PlanResult): string {
  const model = plan.models[0]!;
  const { predicted } = model;
  const cpu = machine.devices.find(({ kind }) => kind === 'cpu')!.name;
  const hot = 1 - (predicted.hotShare[cpu] ?? 0);
  const where =
    model.devices.length === 0
      ? 'all on the CPU'
      : `${percent(hot)} of reads on the GPU${model.devices.length > 1 ? 's' : ''}`;
  return `**${predicted.tokensPerSecond} t/s**, prompt ${predicted.prefillTokensPerSecond}; ${model.contextTokens / 1024}k ${model.kvType}; ${where}`;
}
