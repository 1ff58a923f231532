/**
 * Betters layouts step by step, by the one judge: the program knows mean layers and stops a little before its optimum, and
 * the simple rule looks at no rate at all. A step changes one model: some layers or parts of them come or go, or the cache
 * gets another length or number format, and what no longer fits then goes to the CPU.
 */
import { evaluate, type PlanCost } from './evaluate.ts';
import type { Layout } from './layout.ts';
import { SPILLED, type Spilled } from './parts.ts';
import type { Pools } from './pools.ts';
import type { RatedMachine } from './rates.ts';

type Judge = (layouts: readonly Layout[]) => PlanCost;

/** So many layers at once. */
const STEPS = [8, 2, 1];
/** A step that gains less of the cost than this is none. */
const LEAST_GAIN = 1e-6;

/** @param end by `performance.now()`. @returns layouts that fit and cost no more; undefined where none were found. */
export function refine(
  start: readonly Layout[],
  pools: Pools,
  machine: RatedMachine,
  end: number,
): Layout[] | undefined {
  const judge: Judge = (layouts) => evaluate(layouts, pools, machine);
  const repaired = repair(start, pools, judge, end);
  if (!repaired) return undefined;
  let layouts = repaired;
  let { cost } = judge(layouts);
  for (let better = true; better; ) {
    better = false;
    for (let index = 0; index < layouts.length; index++) {
      for (const step of stepsOf(layouts[index]!)) {
        if (performance.now() > end) return layouts;
        const stepped = replaced(layouts, index, step);
        const sameCache = step.context === layouts[index]!.context && step.kvType === layouts[index]!.kvType;
        const next = sameCache ? stepped : repair(stepped, pools, judge, end);
        if (!next) continue;
        const found = judge(next);
        if (!found.fits || found.cost >= cost - LEAST_GAIN * cost) continue;
        [layouts, cost, better] = [next, found.cost, true];
        break;
      }
    }
  }
  return layouts;
}

/** Makes layouts fit: what a GPU has no room for goes to the CPU, and what that lacks room for wherever less lacks then. */
function repair(start: readonly Layout[], pools: Pools, judge: Judge, end: number): Layout[] | undefined {
  let layouts = [...start];
  let less: Layout[] | undefined = layouts;
  const going = () => performance.now() <= end;
  for (; less && going(); less = lessOnGpus(layouts, pools, judge)) layouts = less;
  for (less = layouts; less && going(); less = lessLacking(layouts, judge)) layouts = less;
  return judge(layouts).fits ? layouts : undefined;
}

/** Of the model that has most on a GPU without room, parts of one layer more are with the CPU. */
function lessOnGpus(layouts: readonly Layout[], { gpus }: Pools, judge: Judge): Layout[] | undefined {
  const { left, models } = judge(layouts);
  const gpu = gpus.findIndex(({ name }) => left.some((limit) => limit.name === name && limit.bytes < 0));
  if (gpu < 0) return undefined;
  const held = models.map(({ bytes }) => bytes[gpus[gpu]!.name]?.weights ?? 0);
  const index = held.indexOf(Math.max(...held));
  const less = lessOn(gpu, layouts[index]!);
  return less && replaced(layouts, index, less);
}

function lessLacking(layouts: readonly Layout[], judge: Judge): Layout[] | undefined {
  const lack = lackOf(judge(layouts).left);
  if (lack === 0) return undefined;
  for (const [index, layout] of layouts.entries()) {
    for (const step of stepsOf(layout)) {
      const next = replaced(layouts, index, step);
      if (lackOf(judge(next).left) < lack) return next;
    }
  }
  return undefined;
}

const lackOf = (left: PlanCost['left']): number => left.reduce((total, { bytes }) => total + Math.max(0, -bytes), 0);

const replaced = (layouts: readonly Layout[], index: number, by: Layout): Layout[] =>
  layouts.map((layout, at) => (at === index ? by : layout));

function lessOn(gpu: number, layout: Layout): Layout | undefined {
  for (const part of [...SPILLED].reverse()) {
    const has = layout.model.parts.layers.some((layer) => layer[part].held > 0);
    const more = has && withSpilled(layout, part, gpu, 1);
    if (more) return more;
  }
  return withLayers(layout, { [gpu]: -1 });
}

function* stepsOf(layout: Layout): Generator<Layout> {
  const { model, layers } = layout;
  const parts = SPILLED.filter((part) => model.parts.layers.some((layer) => layer[part].held > 0));
  const gpus = layers.map((_, gpu) => gpu);
  const possible = function* (steps: Iterable<Layout | undefined>): Generator<Layout> {
    for (const step of steps) if (step) yield step;
  };
  for (const count of STEPS) {
    for (const sign of [1, -1]) {
      const by = sign * count;
      yield* possible(gpus.map((gpu) => withLayers(layout, { [gpu]: by })));
      yield* possible(parts.flatMap((part) => gpus.map((gpu) => withSpilled(layout, part, gpu, -by))));
      // Layers without their larger part come in place of that of others.
      for (const part of parts) {
        for (const gpu of gpus) {
          const larger = withLayers(layout, { [gpu]: by });
          yield* possible(STEPS.map((more) => larger && withSpilled(larger, part, gpu, sign * (count + more))));
        }
      }
    }
    yield* possible(
      gpus.flatMap((from) =>
        gpus.map((to) => (from === to ? undefined : withLayers(layout, { [from]: -count, [to]: count }))),
      ),
    );
  }
  for (const { tokens } of model.contexts) {
    for (const kvType of model.kvTypes) {
      const other = { ...layout, context: tokens, kvType };
      if (tokens !== layout.context || kvType !== layout.kvType) yield other;
      yield* gpus.map((gpu) => whollyOn(other, gpu));
    }
  }
}

function whollyOn(layout: Layout, gpu: number): Layout {
  const none = layout.layers.map(() => 0);
  const layers = none.map((_, at) => (at === gpu ? layout.model.parts.layers.length + 1 : 0));
  return { ...layout, layers, spilled: { feedForward: none, experts: none } };
}

/** @param by how many more each GPU gets, the output counting as one. */
function withLayers(layout: Layout, by: Readonly<Record<number, number>>): Layout | undefined {
  const layers = layout.layers.map((count, gpu) => count + (by[gpu] ?? 0));
  const all = layers.reduce((total, count) => total + count, 0);
  if (layers.some((count) => count < 0) || all > layout.model.parts.layers.length + 1) return undefined;
  const most = ownOf(layers);
  const within = (counts: number[]) => counts.map((count, gpu) => Math.min(count, most[gpu]!));
  const { feedForward, experts } = layout.spilled;
  return { ...layout, layers, spilled: { feedForward: within(feedForward), experts: within(experts) } };
}

function withSpilled(layout: Layout, part: Spilled, gpu: number, by: number): Layout | undefined {
  const counts = layout.spilled[part].map((count, at) => count + (at === gpu ? by : 0));
  if (counts[gpu]! < 0 || counts[gpu]! > ownOf(layout.layers)[gpu]!) return undefined;
  return { ...layout, spilled: { ...layout.spilled, [part]: counts } };
}

/** Layers on each GPU without the output, which the last of them has. */
function ownOf(layers: readonly number[]): number[] {
  const last = layers.findLastIndex((count) => count > 0);
  return layers.map((count, gpu) => (gpu === last ? count - 1 : count));
}
