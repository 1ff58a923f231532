/** A plan in words: what lies where, and what kept it from a better place, a longer context or a finer cache. */
import type { LayoutCost, PlanCost } from './evaluate.ts';
import { CPU, homes, type Layout, spilledLayers } from './layout.ts';
import { SPILLED, type Spilled } from './parts.ts';
import type { Pools } from './pools.ts';
import { KV_TYPES } from './roles.ts';

const NAMES: Record<Spilled, string> = { feedForward: 'feed-forward parts', experts: 'experts' };
const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** An entry for each device that holds something, the GPUs first. */
export function whereWords(layout: Layout, { bytes, hotShare }: LayoutCost, { cpu, gpus }: Pools): string[] {
  const at = homes(layout).slice(0, -1);
  const output = homes(layout).at(-1)!;
  const spilled = spilledLayers(layout);
  const all = at.length;
  return [...gpus.keys(), CPU].flatMap((index) => {
    const { name } = index === CPU ? cpu : gpus[index]!;
    const held = bytes[name];
    if (!held) return [];
    const own = at.flatMap((home, layer) => (home === index ? layer : []));
    const layers = own.length === all ? [`all ${all} layers`] : own.length > 0 ? [layersIn(own)] : [];
    const moved = SPILLED.flatMap((part) => {
      const which = [...spilled[part]].filter((layer) => index === CPU || at[layer] === index);
      return which.length > 0 ? `the ${NAMES[part]} of ${layersIn(which)}` : [];
    });
    const things = [
      ...layers,
      ...(output === index ? ['the output'] : []),
      ...(index === CPU ? [...moved, 'the input'] : []),
    ];
    const without = index !== CPU && moved.length > 0 ? ` without ${moved.join(' and ')}` : '';
    const parts = [
      [held.weights, 'weights'],
      [held.cache, 'cache'],
      [held.compute, 'buffers'],
    ] as const;
    const sizes = parts.flatMap(([size, what]) => (size > 0 ? `${sized(size)} ${what}` : []));
    const hot = Math.round(100 * (hotShare[name] ?? 0));
    const reads = hot > 0 ? `; ${hot} % of what a token reads` : '';
    return `${name}: ${listed(things)}${without} (${sizes.join(', ')}${reads})`;
  });
}

/**
 * @param left of each limit of the pools, behind all models of the plan.
 * @returns in words what could be better; `short`: memory is what lacks for some of it.
 */
export function whyWords(
  layout: Layout,
  { bytes }: LayoutCost,
  pools: Pools,
  left: PlanCost['left'],
): { why: string[]; short: boolean } {
  const leftOn = (names: readonly string[]): number =>
    left.filter(({ name }) => names.includes(name)).reduce((sum, one) => sum + Math.max(0, one.bytes), 0);
  const { model, context, kvType } = layout;
  const gpus = [...pools.gpus.map(({ name }) => name), ...pools.full];
  const why: string[] = [];
  let short = false;

  const away = onTheCpu(layout);
  if (gpus.length > 0 && away.bytes > 0) {
    const missing = away.bytes - leftOn(gpus);
    const because =
      missing > 0
        ? `${listed(gpus)} ${gpus.length > 1 ? 'lack' : 'lacks'} ${sized(missing)} for that`
        : 'it is no slower there';
    why.push(`with the CPU: ${listed(away.what)}, as ${because}`);
    short ||= missing > 0;
  }

  const caches = Object.entries(bytes).filter(([, { cache }]) => cache > 0);
  const cacheBytes = caches.reduce((sum, [, { cache }]) => sum + cache, 0);
  const holders = caches.map(([name]) => name);
  const quick = holders.filter((name) => gpus.includes(name));
  // What an integrated GPU has left is the system's.
  const system = leftOn([pools.cpu.name]);
  const ownMemory = quick.some((name) => pools.gpus.find((gpu) => gpu.name === name)?.kind === 'gpu');
  const onQuick = leftOn(quick);
  const free = quick.length === 0 ? system : ownMemory ? onQuick : Math.min(onQuick, system);
  const lacking = (what: string, more: number): void => {
    const because = more > free ? `and ${sized(free)} are left` : 'and be slower';
    why.push(`${what} would take ${sized(more)} more, ${because}`);
    short ||= more > free;
  };
  const { cells } = model.contexts.find(({ tokens }) => tokens === context)!;
  const next = model.contexts.find(({ tokens }) => tokens > context);
  if (next)
    lacking(
      `the context is of ${grouped(context)} tokens: ${grouped(next.tokens)}`,
      cacheBytes * (next.cells / cells - 1),
    );
  if (kvType !== 'f16') {
    const [bits, loss] = kvType === 'q4_0' ? [4, 'some loss of quality'] : [8, 'next to no loss'];
    const more = cacheBytes * (KV_TYPES.f16.bytes / KV_TYPES[kvType].bytes - 1);
    lacking(`the cache is kept in ${bits} bits, with ${loss}: 16`, more);
  }
  return { why, short };
}

/** Layers, and parts of layers, that are not on a GPU; bytes with their cache. */
function onTheCpu(layout: Layout): { what: string[]; bytes: number } {
  const { model, context, kvType } = layout;
  const { cells } = model.contexts.find(({ tokens }) => tokens === context)!;
  const { layers } = model.parts;
  const spilled = spilledLayers(layout);
  const whole = homes(layout)
    .slice(0, -1)
    .flatMap((home, layer) => (home === CPU ? layer : []));
  let bytes = 0;
  for (const layer of whole) {
    const { attention, feedForward, experts, cacheElements } = layers[layer]!;
    bytes += attention.held + feedForward.held + experts.held + cacheElements * KV_TYPES[kvType].bytes * cells;
  }
  const what = whole.length === layers.length ? ['all of it'] : whole.length > 0 ? [layersIn(whole)] : [];
  for (const part of SPILLED) {
    for (const layer of spilled[part]) bytes += layers[layer]![part].held;
    if (spilled[part].size > 0) what.push(`the ${NAMES[part]} of ${layersIn([...spilled[part]])}`);
  }
  return { what, bytes };
}

/** @param layers ascending. */
function layersIn(layers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const layer of layers) {
    const run = runs.at(-1);
    if (run && run[1] === layer - 1) run[1] = layer;
    else runs.push([layer, layer]);
  }
  const word = layers.length === 1 ? 'layer' : 'layers';
  return `${word} ${runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ')}`;
}

/** `a, b and c` */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

const sized = (bytes: number): string =>
  bytes >= 0.1 * GIB ? `${(bytes / GIB).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / MIB))} MB`;

const grouped = (count: number): string => count.toLocaleString('en-US');
