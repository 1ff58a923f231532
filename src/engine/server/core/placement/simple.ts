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

/** @returns layouts in the order of `models`; undefined where the rule finds no room. */
export function simplePlan(models: readonly PlacedModel[], pools: Pools, machine: RatedMachine): Layout[] | undefined {
  const longest = Math.max(...models.map(({ contexts }) => contexts.length));
  // What has no room with the least has none with more.
  if (!evaluate(attempt(models, pools, machine, 'q4_0', longest), pools, machine).fits) return undefined;
  for (const kvType of ['f16', 'q8_0', 'q4_0'] as const) {
    for (let step = 0; step < longest; step++) {
      const layouts = attempt(models, pools, machine, kvType, step);
      if (evaluate(layouts, pools, machine).fits) return layouts;
    }
  }
  return undefined;
}

/** @param step how many lengths shorter than the usual each context is. */
function attempt(
  models: readonly PlacedModel[],
  pools: Pools,
  machine: RatedMachine,
  wanted: KvType,
  step: number,
): Layout[] {
  const placed = new Map<PlacedModel, Layout>();
  const rank = ({ roles }: PlacedModel): number => Math.min(...roles.map((role) => ORDER.indexOf(role)));
  for (const model of [...models].sort((a, b) => rank(a) - rank(b))) {
    const usual = model.contexts.filter(({ tokens }) => tokens <= USUAL_CONTEXT);
    const context = usual[Math.max(0, usual.length - 1 - step)] ?? model.contexts[0]!;
    const kvType = model.kvTypes.includes(wanted) ? wanted : 'f16';
    const start = onCpu(model, pools.gpus.length, context.tokens, kvType);
    placed.set(
      model,
      fill(start, pools, (layout) => onGpusFit([...placed.values(), layout], pools, machine)),
    );
  }
  return models.map((model) => placed.get(model)!);
}

function fill(start: Layout, { gpus }: Pools, fits: (layout: Layout) => boolean): Layout {
  const { layers } = start.model.parts;
  const mixture = layers.some(({ experts }) => experts.held > 0);
  const backwards = gpus.map((_, gpu) => gpu).reverse();
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
