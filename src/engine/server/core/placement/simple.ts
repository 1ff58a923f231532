/**
 * The rule of thumb: model after model, as many of the last layers on the GPUs as there is room for, the rest with the CPU;
 * of a mixture first every layer without its experts (llama.cpp's common_fit_params). It holds no bandwidth against
 * another and looks at no second model, but it always has an answer where there is an easy one: the baseline of the
 * program, and what is done where that fails.
 */
import type { KvType, Machine, ModelRole } from '../../../protocol/index.ts';
import { evaluate } from './evaluate.ts';
import { type Layout, onCpu, type PlacedModel } from './layout.ts';
import type { Pools } from './pools.ts';

/** Longest context that is given where there is room. */
const USUAL_CONTEXT = 16_384;
const ORDER: readonly ModelRole[] = ['completion', 'embedding', 'chat'];

/** @returns layouts in the order of `models`; undefined where the rule finds no room. */
export function simplePlan(models: readonly PlacedModel[], pools: Pools, machine: Machine): Layout[] | undefined {
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
  machine: Machine,
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
  let layout = start;
  const grow = (next: (layout: Layout) => Layout | undefined): void => {
    for (let larger = next(layout); larger && fits(larger); larger = next(layout)) layout = larger;
  };
  const backwards = gpus.map((_, gpu) => gpu).reverse();
  for (const gpu of backwards) grow((from) => withLayer(from, gpu, mixture));
  if (mixture) for (const gpu of backwards) grow((from) => withExperts(from, gpu));
  return layout;
}

/** One layer more on a GPU; of a mixture without its experts. */
function withLayer(layout: Layout, gpu: number, mixture: boolean): Layout | undefined {
  const { layers, spilled, model } = layout;
  const all = layers.reduce((total, count) => total + count, 0);
  if (all > model.parts.layers.length) return undefined;
  // The output, which comes first, has no experts.
  const experts = mixture && all > 0 ? changed(spilled.experts, gpu, 1) : spilled.experts;
  return { ...layout, layers: changed(layers, gpu, 1), spilled: { ...spilled, experts } };
}

function withExperts(layout: Layout, gpu: number): Layout | undefined {
  if (layout.spilled.experts[gpu] === 0) return undefined;
  return { ...layout, spilled: { ...layout.spilled, experts: changed(layout.spilled.experts, gpu, -1) } };
}

const changed = (counts: readonly number[], at: number, by: number): number[] =>
  counts.map((count, index) => (index === at ? count + by : count));

function onGpusFit(layouts: readonly Layout[], pools: Pools, machine: Machine): boolean {
  const { left } = evaluate(layouts, pools, machine);
  return left.every(({ name, bytes }) => name === pools.cpu.name || bytes >= 0);
}
