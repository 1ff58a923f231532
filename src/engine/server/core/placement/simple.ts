/**
 * The rule of thumb: model after model, as many of the last layers on the GPUs as there is room for, the rest with the CPU;
 * of a mixture first every layer without its experts (llama.cpp's common_fit_params). It holds no bandwidth against
 * another and looks at no second model, but it always has an answer where there is an easy one: the baseline of the
 * program, and what is done where that fails.
 */
import type { KvType, ModelRole } from '../../../protocol/index.ts';
import { evaluate } from './evaluate.ts';
import { type Layout, onCpu, type PlacedModel } from './layout.ts';
import type { Pools } from './pools.ts';
import type { RatedMachine } from './rates.ts';

/** Longest context that is given where there is room. */
const USUAL_CONTEXT = 16_384;
const ORDER: readonly ModelRole[] = ['completion', 'embedding', 'chat'];
/** Who has its place first. */
export const rankOf = (roles: readonly ModelRole[]): number => Math.min(...roles.map((role) => ORDER.indexOf(role)));

/** Where the rule finds no room: its layouts with the shortest contexts and coarsest caches, which do not fit. */
export function leastPlan(models: readonly PlacedModel[], pools: Pools, machine: RatedMachine): Layout[] {
  return attempts(models, pools, machine, [...pools.gpus.keys()])('q4_0', mostSteps(models));
}

/** Whether there is a place for all with the least that they can do with, as far as the rule finds one. */
export function hasRoom(models: readonly PlacedModel[], pools: Pools, machine: RatedMachine): boolean {
  return [[...pools.gpus.keys()], []].some((filled) => {
    const layouts = attempts(models, pools, machine, filled)('q4_0', mostSteps(models));
    return evaluate(layouts, pools, machine).fits;
  });
}

const mostSteps = (models: readonly PlacedModel[]): number =>
  Math.max(...models.map(({ contexts }) => contexts.length));

/**
 * @param filled GPUs to put layers on, by their places in the pools.
 * @returns layouts in the order of `models`; undefined where the rule finds no room.
 */
export function simplePlan(
  models: readonly PlacedModel[],
  pools: Pools,
  machine: RatedMachine,
  filled: readonly number[] = [...pools.gpus.keys()],
): Layout[] | undefined {
  const longest = mostSteps(models);
  const attempt = attempts(models, pools, machine, filled);
  // What has no room with the least has none with more.
  if (!evaluate(attempt('q4_0', longest), pools, machine).fits) return undefined;
  for (const kvType of ['f16', 'q8_0', 'q4_0'] as const) {
    for (let step = 0; step < longest; step++) {
      const layouts = attempt(kvType, step);
      if (evaluate(layouts, pools, machine).fits) return layouts;
    }
  }
  return undefined;
}

/** @param step how many lengths shorter than the usual each context is. */
const attempts =
  (models: readonly PlacedModel[], pools: Pools, machine: RatedMachine, filled: readonly number[]) =>
  (wanted: KvType, step: number): Layout[] => {
    const placed = new Map<PlacedModel, Layout>();
    for (const model of [...models].sort((a, b) => rankOf(a.roles) - rankOf(b.roles))) {
      const usual = model.contexts.filter(({ tokens }) => tokens <= USUAL_CONTEXT);
      const context = usual[Math.max(0, usual.length - 1 - step)] ?? model.contexts[0]!;
      const kvType = model.kvTypes.includes(wanted) ? wanted : 'f16';
      const start = onCpu(model, pools.gpus.length, context.tokens, kvType);
      placed.set(
        model,
        fill(start, filled, (layout) => onGpusFit([...placed.values(), layout], pools, machine)),
      );
    }
    return models.map((model) => placed.get(model)!);
  };

function fill(start: Layout, filled: readonly number[], fits: (layout: Layout) => boolean): Layout {
  const { layers } = start.model.parts;
  const mixture = layers.some(({ experts }) => experts.held > 0);
  const backwards = [...filled].reverse();
  let layout = start;
  for (const gpu of backwards) {
    const from = layout;
    // The output is one more, and comes first.
    const placed = from.layers.reduce((total, count) => total + count, 0);
    layout = most(layers.length + 1 - placed, (count) => withLayers(from, gpu, count, mixture), fits);
  }
  if (!mixture) return layout;
  for (const gpu of backwards) {
    const from = layout;
    const away = from.spilled.experts[gpu]!;
    layout = most(away, (count) => withSpilled(from, gpu, away - count), fits);
  }
  return layout;
}

/** @returns what has the largest count, up to `limit`, that fits; 0 does. More takes more room. */
function most(limit: number, at: (count: number) => Layout, fits: (layout: Layout) => boolean): Layout {
  let [low, high] = [0, limit];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(at(middle))) low = middle;
    else high = middle - 1;
  }
  return at(low);
}

/** So many layers more on a GPU; of a mixture without its experts. */
function withLayers(layout: Layout, gpu: number, count: number, mixture: boolean): Layout {
  const layers = changed(layout.layers, gpu, layout.layers[gpu]! + count);
  const output = count > 0 && layout.layers.every((one) => one === 0) ? 1 : 0;
  const larger = { ...layout, layers };
  return mixture ? withSpilled(larger, gpu, layout.spilled.experts[gpu]! + count - output) : larger;
}

const withSpilled = (layout: Layout, gpu: number, experts: number): Layout => ({
  ...layout,
  spilled: { ...layout.spilled, experts: changed(layout.spilled.experts, gpu, experts) },
});

const changed = (counts: readonly number[], at: number, to: number): number[] =>
  counts.map((count, index) => (index === at ? to : count));

function onGpusFit(layouts: readonly Layout[], pools: Pools, machine: RatedMachine): boolean {
  const { left } = evaluate(layouts, pools, machine);
  return left.every(({ name, bytes }) => name === pools.cpu.name || bytes >= 0);
}
