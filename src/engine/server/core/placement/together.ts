/** A plan for a model that is to be opened and for those that are open already. */
import type { ModelPlan, Plan } from '../../../protocol/index.ts';
import { totalOf } from './evaluate.ts';
import { readModelParts } from './fromHeader.ts';
import { type PlacedModel, placedModel } from './layout.ts';
import type { PlacedOpen } from './openModels.ts';
import type { RatedMachine } from './rates.ts';

/** With the context that its users were told. */
export async function openModel({ plan, contextTokens }: PlacedOpen): Promise<PlacedModel> {
  return placedModel(await readModelParts(plan.model), plan.roles, contextTokens);
}

/** A machine on which what these models take is free. */
export function withMemoryOf(models: readonly PlacedOpen[], machine: RatedMachine): RatedMachine {
  const devices = machine.devices.map((device) => {
    // An integrated GPU's memory is the system's.
    const names = machine.devices
      .filter(({ name, kind }) => name === device.name || (device.kind === 'cpu' && kind === 'igpu'))
      .map(({ name }) => name);
    const free = names.reduce((sum, name) => sum + takenBy(models, name), device.freeBytes);
    return { ...device, freeBytes: Math.min(free, device.totalBytes) };
  });
  return { ...machine, devices };
}

/** Bytes of a device. Of the system's memory what was foretold: a mapped file counts as a whole in what is told of it. */
export function takenBy(models: readonly PlacedOpen[], name: string): number {
  return models.reduce((sum, { plan, memory }) => {
    const told = name === 'CPU' ? undefined : memory.find(({ device }) => device === name);
    return sum + totalOf(told ?? plan.predicted.bytes[name]);
  }, 0);
}

/**
 * What has to be opened anew for a plan, those first that give memory back.
 * @param plan of the models in order, and of others behind them.
 * @param name of the model that room is made for.
 */
export function movesOf(
  models: readonly PlacedOpen[],
  plan: Plan,
  name: string,
): { model: PlacedOpen; plan: ModelPlan }[] {
  return models
    .flatMap((model, index) => {
      const to = plan.models[index]!;
      if (samePlace(model.plan, to)) return [];
      return { model, plan: { ...to, why: [`moved to make room for ${name}`, ...to.why] } };
    })
    .sort((a, b) => grows(a) - grows(b));
}

const samePlace = (a: ModelPlan, b: ModelPlan): boolean => JSON.stringify(placeOf(a)) === JSON.stringify(placeOf(b));

const placeOf = ({ devices, nGpuLayers, tensorSplit, tensorOverrides, cells, kvType }: ModelPlan) => [
  devices,
  nGpuLayers,
  tensorSplit,
  tensorOverrides,
  cells,
  kvType,
];

function grows({ model, plan }: { model: PlacedOpen; plan: ModelPlan }): number {
  return onGpus(plan) - onGpus(model.plan);
}

const onGpus = ({ devices, predicted }: ModelPlan): number =>
  devices.reduce((sum, name) => sum + totalOf(predicted.bytes[name]), 0);
