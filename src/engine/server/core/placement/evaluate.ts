/** What layouts take and cost, exactly, layer by layer: the one judge of all plans, whoever makes them. */
import type { DeviceBytes, ModelRole } from '../../../protocol/index.ts';
import { bufferNeeds } from './buffers.ts';
import { CPU, homes, kvLoss, type Layout, spilledLayers } from './layout.ts';
import { NOTHING, SPILLED, sum, type Tensors } from './parts.ts';
import type { Pools } from './pools.ts';
import { cacheMs, decodeMs, type Group, LAYER_MS, Pricing, SPLIT_MS } from './pricing.ts';
import type { RatedDevice, RatedMachine } from './rates.ts';
import { KV_TYPES, ROLES, STATES } from './roles.ts';

/** What goes in is kept four times then (`GGML_SCHED_MAX_COPIES`). */
const PIPELINE_COPIES = 3;
/** A prompt's tokens in one go, and the tokens in the cache, by which rates are told. */
const TOLD = { promptBatch: 512, fill: 2000 };

export interface LayoutCost {
  /** Weighted ms a token, with what is lost by a shorter context and a coarser cache. */
  cost: number;
  /** By name of the device. */
  bytes: Record<string, DeviceBytes>;
  /** Of weights, for a token. */
  readBytes: number;
  hotShare: Record<string, number>;
  msPerToken: number;
  promptMsPerToken: number;
  splits: number;
}

export interface PlanCost {
  models: LayoutCost[];
  cost: number;
  /** What is left of each limit of {@link Pools}; negative: the layouts do not fit. */
  left: { name: string; bytes: number }[];
  fits: boolean;
}

export function evaluate(layouts: readonly Layout[], pools: Pools, { link }: RatedMachine): PlanCost {
  const models = layouts.map((layout) => costOf(layout, pools, link));
  const left = pools.limits.map(({ name, devices, bytes }) => {
    const taken = models.flatMap((model) => devices.map((device) => totalOf(model.bytes[device])));
    return { name, bytes: bytes - taken.reduce((total, one) => total + one, 0) };
  });
  return {
    models,
    cost: models.reduce((total, { cost }) => total + cost, 0),
    left,
    fits: left.every(({ bytes }) => bytes >= 0),
  };
}

/** Everything of one model that is on one device. */
interface Load {
  tensors: Record<Group, Tensors>;
  cacheElements: number;
  stateBytes: number;
  held: number;
}

function costOf(layout: Layout, pools: Pools, link: number): LayoutCost {
  const { model, kvType } = layout;
  const { parts } = model;
  const home = homes(layout);
  const spilled = spilledLayers(layout);
  // ggml asks the devices of a model in their order.
  const helper = pools.gpus[Math.min(...home.filter((index) => index !== CPU))];
  const loads = new Map<RatedDevice, Load>();
  const on = (index: number): Load => {
    const device = index === CPU ? pools.cpu : pools.gpus[index]!;
    const load = loads.get(device) ?? emptyLoad();
    loads.set(device, load);
    return load;
  };
  const put = (index: number, group: Group, tensors: Tensors, held = tensors.held): void => {
    const load = on(index);
    const total = load.tensors[group];
    total.held += tensors.held;
    total.read += tensors.read;
    total.multiplications += tensors.multiplications;
    load.held += held;
  };
  on(CPU).held += parts.input.held;
  let splits = 1;
  let last = CPU;
  parts.layers.forEach((layer, index) => {
    const at = home[index]!;
    if (at !== last) splits++;
    last = at;
    put(at, 'attention', layer.attention);
    on(at).cacheElements += layer.cacheElements;
    on(at).stateBytes += layer.stateBytes;
    for (const part of SPILLED) {
      if (layer[part].held === 0) continue;
      const away = spilled[part].has(index);
      // There and back.
      if (away) splits += 2;
      put(away ? CPU : at, part, layer[part]);
    }
  });
  const output = home.at(-1)!;
  if (output !== last) splits++;
  put(output, 'output', parts.output, parts.tied && output === CPU ? 0 : parts.output.held);

  const context = model.contexts.find(({ tokens }) => tokens === layout.context)!;
  const needs = bufferNeeds(parts);
  const cpuComputes = parts.layers.some(
    (_, index) => home[index] === CPU || SPILLED.some((part) => spilled[part].has(index)),
  );
  // GPUs that have all of a model between them begin with the next part of a batch while the others are at this one.
  const pipelined = new Set(home).size > 1 && !home.includes(CPU) && !cpuComputes;
  const pricing = new Pricing(model, link);
  const writes = model.roles.some((role: ModelRole) => ROLES[role].writes);
  const onGpus = home.slice(0, -1).filter((index) => index !== CPU).length;
  const result: LayoutCost = {
    cost: splits * pricing.split() + onGpus * pricing.layer() + context.loss + kvLoss(model, kvType),
    bytes: {},
    readBytes: 0,
    hotShare: {},
    msPerToken: writes ? splits * SPLIT_MS + onGpus * LAYER_MS : 0,
    promptMsPerToken: 0,
    splits,
  };
  for (const [device, load] of loads) {
    const isCpu = device === pools.cpu;
    const computes = isCpu ? cpuComputes : true;
    const hasOutput = device === (output === CPU ? pools.cpu : pools.gpus[output]);
    const copied = !isCpu && cpuComputes ? needs.copied : 0;
    const inputs = (isCpu ? 0 : needs.input) + needs.perCell * context.cells;
    const compute = Math.max(
      // A GPU that has some of a model computes long batches of the rest as well (`op_offload`).
      computes && !(isCpu && helper) ? needs.layers + needs.perCell * context.cells + copied : 0,
      hasOutput ? needs.output : 0,
      isCpu ? needs.input + needs.perCell * context.cells : 0,
    );
    const cache = load.cacheElements * KV_TYPES[kvType].bytes * context.cells + load.stateBytes * STATES;
    result.bytes[device.name] = {
      weights: Math.round(load.held),
      cache: Math.round(cache),
      compute: Math.round(compute + (isCpu ? needs.logits : 0) + (pipelined ? PIPELINE_COPIES * inputs : 0)),
    };
    result.cost += pricing.cache(load.cacheElements, kvType, device);
    for (const [group, tensors] of Object.entries(load.tensors) as [Group, Tensors][]) {
      result.cost += pricing.tensors(group, tensors, device, helper);
      result.promptMsPerToken += pricing.promptMs(group, tensors, device, helper, TOLD.promptBatch);
      if (writes) result.msPerToken += decodeMs(tensors, device);
    }
    if (writes) result.msPerToken += cacheMs(load.cacheElements, kvType, device, Math.min(TOLD.fill, context.tokens));
    result.hotShare[device.name] = sum(Object.values(load.tensors)).read;
  }
  result.readBytes = Object.values(result.hotShare).reduce((total, one) => total + one, 0);
  for (const device of Object.keys(result.hotShare)) result.hotShare[device]! /= result.readBytes || 1;
  return result;
}

const emptyLoad = (): Load => ({
  tensors: {
    attention: { ...NOTHING },
    feedForward: { ...NOTHING },
    experts: { ...NOTHING },
    output: { ...NOTHING },
  },
  cacheElements: 0,
  stateBytes: 0,
  held: 0,
});

export const totalOf = (bytes: DeviceBytes | undefined): number =>
  bytes ? bytes.weights + bytes.cache + bytes.compute : 0;
