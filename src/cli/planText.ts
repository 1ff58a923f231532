/** Plans for people. */
import type { Machine, ModelPlan, PlanResult } from '../engine/protocol/index.ts';

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GB`;
const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Several lines: the models, then what is left of each memory. */
export function planText({ machine, plan, solveMs }: PlanResult): string {
  const { simpleCost, cost } = plan;
  const gain =
    simpleCost === null ? '; last layers first would not fit' : `; last layers first: ${simpleCost.toFixed(1)}`;
  return [
    ...plan.models.flatMap((model) => [`${model.roles.join(' and ')}: ${model.model}`, ...linesOf(model, machine)]),
    `left: ${Object.entries(plan.leftBytes)
      .map(([name, bytes]) => `${name} ${gigabytes(bytes)}`)
      .join(', ')}`,
    `cost ${cost.toFixed(1)}${gain} (${plan.by}, ${solveMs} ms)`,
    '',
  ].join('\n');
}

function linesOf({ predicted, ...model }: ModelPlan, { devices }: Machine): string[] {
  const places = Object.entries(predicted.bytes).map(([name, { weights, cache, compute }]) => {
    const kind = devices.find((device) => device.name === name)?.kind;
    const layers = model.tensorSplit[model.devices.indexOf(name)];
    const counted = kind !== 'cpu' && layers !== undefined ? `${layers} layers, ` : '';
    const hot = percent(predicted.hotShare[name] ?? 0);
    return `  ${name}: ${counted}weights ${gigabytes(weights)}, cache ${gigabytes(cache)}, buffers ${gigabytes(compute)}; ${hot} of what a token reads`;
  });
  const rates = predicted.tokensPerSecond > 0 ? `${predicted.tokensPerSecond} tokens/s, ` : '';
  return [
    `  context ${model.contextTokens}, cache ${model.kvType}; ${rates}prompt ${predicted.prefillTokensPerSecond} tokens/s`,
    ...places,
    ...model.tensorOverrides.map(({ pattern, device }) => `  on ${device}: ${pattern}`),
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
