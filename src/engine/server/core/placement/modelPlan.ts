/** Layouts in the words of libllama's parameters, and back. */
import type { ModelPlan } from '../../../protocol/index.ts';
import type { LayoutCost, PlanCost } from './evaluate.ts';
import { EXPERTS, FEED_FORWARD } from './fromHeader.ts';
import { CPU, homes, type Layout, type PlacedModel, spilledLayers } from './layout.ts';
import { SPILLED, type Spilled } from './parts.ts';
import type { Pools } from './pools.ts';
import { whereWords, whyWords } from './words.ts';

const NAMES: Record<Spilled, RegExp> = { feedForward: FEED_FORWARD, experts: EXPERTS };
/** A tensor of each part, to ask patterns about. */
const SAMPLES: Record<Spilled, string> = { feedForward: 'ffn_up.weight', experts: 'ffn_up_exps.weight' };

/** @param left of each limit of the pools, behind all models of the plan. */
export function modelPlan(layout: Layout, cost: LayoutCost, pools: Pools, left: PlanCost['left']): ModelPlan {
  const { gpus, cpu } = pools;
  const { model, layers, context, kvType } = layout;
  const used = gpus.map((gpu, index) => ({ name: gpu.name, layers: layers[index]! })).filter((gpu) => gpu.layers > 0);
  const spilled = spilledLayers(layout);
  return {
    roles: model.roles,
    model: model.parts.name,
    nGpuLayers: used.reduce((total, gpu) => total + gpu.layers, 0),
    splitMode: used.length > 1 ? 'layer' : 'none',
    devices: used.map(({ name }) => name),
    tensorSplit: used.map((gpu) => gpu.layers),
    mainGpu: 0,
    tensorOverrides: SPILLED.filter((part) => spilled[part].size > 0).map((part) => ({
      pattern: `^blk\\.(${[...spilled[part]].join('|')})${NAMES[part].source}`,
      device: cpu.name,
    })),
    contextTokens: context,
    cells: model.contexts.find(({ tokens }) => tokens === context)!.cells,
    kvType,
    where: whereWords(layout, cost, pools),
    ...whyWords(layout, cost, pools, left),
    predicted: {
      bytes: cost.bytes,
      tokensPerSecond: cost.msPerToken > 0 ? rounded(1000 / cost.msPerToken) : 0,
      prefillTokensPerSecond: rounded(1000 / cost.promptMsPerToken),
      readBytes: Math.round(cost.readBytes),
      hotShare: Object.fromEntries(Object.entries(cost.hotShare).map(([device, share]) => [device, rounded(share)])),
      splits: cost.splits,
    },
  };
}

/** @returns undefined where the plan is for other devices, another length, or places something as no layout can. */
export function layoutOf(plan: ModelPlan, model: PlacedModel, { gpus }: Pools): Layout | undefined {
  const order = plan.devices.map((device) => gpus.findIndex(({ name }) => name === device));
  const known = order.every((at, index) => at > (order[index - 1] ?? CPU));
  const offered = model.contexts.some(({ tokens }) => tokens === plan.contextTokens);
  if (!known || !offered || !model.kvTypes.includes(plan.kvType)) return undefined;
  const layers = gpus.map(({ name }) => plan.tensorSplit[plan.devices.indexOf(name)] ?? 0);
  const none = () => Array<number>(gpus.length).fill(0);
  const layout: Layout = {
    model,
    context: plan.contextTokens,
    kvType: plan.kvType,
    layers,
    spilled: { feedForward: none(), experts: none() },
  };
  const patterns = plan.tensorOverrides.map(({ pattern }) => new RegExp(pattern));
  homes(layout)
    .slice(0, -1)
    .forEach((home, layer) => {
      for (const part of SPILLED) {
        if (home < 0 || model.parts.layers[layer]![part].held === 0) continue;
        if (patterns.some((pattern) => pattern.test(`blk.${layer}.${SAMPLES[part]}`))) layout.spilled[part][home]!++;
      }
    });
  return layout;
}

const rounded = (value: number): number => Number(value.toPrecision(3));
