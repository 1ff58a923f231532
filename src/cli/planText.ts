/** Plans for people. */
import type { Machine, ModelPlan, PlanResult } from '../engine/protocol/index.ts';
import { planRows } from '../monitor/planText.ts';

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GB`;
const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Several lines: the machine, the models, then what is left of each memory. */
export function planText({ machine, plan, solveMs }: PlanResult): string {
  const { simpleCost, cost } = plan;
  const simple = simpleCost === null ? 'would not fit' : `would cost ${simpleCost.toFixed(1)}`;
  return [
    machineText(machine),
    ...plan.models.flatMap(modelLines),
    `Left, behind a reserve: ${Object.entries(plan.leftBytes)
      .map(([name, bytes]) => `${name} ${gigabytes(bytes)}`)
      .join(', ')}`,
    `Cost ${cost.toFixed(1)}, ${FOUND[plan.by]} in ${solveMs} ms; last layers first ${simple}`,
    '',
  ].join('\n');
}

const FOUND = { optimised: 'found by the solver', simple: 'found by putting the last layers first', kept: 'kept' };

function machineText({ name = 'This machine', devices }: Machine): string {
  const memories = devices.map(({ name, description, freeBytes, totalBytes, bandwidth = 0 }) => {
    const what = description ? ` (${description})` : '';
    return `${name}${what} ${gigabytes(freeBytes)} of ${gigabytes(totalBytes)} free, ${Math.round(bandwidth / 1e9)} GB/s`;
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
