/** Says that models do not fit, and what would help, before anything is loaded. */
import { EngineFailure } from '../failure.ts';
import { gigabytes } from '../llama/memory.ts';
import { evaluate } from './evaluate.ts';
import { onCpu, type PlacedModel } from './layout.ts';
import { weightBytes } from './parts.ts';
import type { Pools } from './pools.ts';
import type { RatedMachine } from './rates.ts';
import { simplePlan } from './simple.ts';
import { listed } from './words.ts';

/** A model smaller than this is none to advise. */
const LEAST_ADVISED = 300 * 2 ** 20;

/** Nothing was loaded yet. */
export class Refusal extends EngineFailure {}

export function refusal(models: readonly PlacedModel[], pools: Pools, machine: RatedMachine): Refusal {
  const needs = models.map((model) => leastBytes(model, pools, machine));
  const needed = needs.reduce((total, bytes) => total + bytes, 0);
  // An integrated GPU's memory is the system's.
  const own = pools.limits.filter(({ name }) => pools.gpus.find((gpu) => gpu.name === name)?.kind !== 'igpu');
  const free = own.reduce((total, { bytes }) => total + bytes, 0);
  const many = models.length > 1;
  const what = many ? `The models for ${listed(models.map(rolesOf))} need` : 'The model needs';
  const enough = needed <= free ? ', but in pieces that it does not fit into' : '';
  const remedies = models.flatMap((model, index) => {
    const others = models.filter((other) => other !== model);
    if (many && !simplePlan(others, pools, machine)) return [];
    const room = free - (needed - needs[index]!) - (needs[index]! - weightBytes(model.parts));
    const smaller = room >= LEAST_ADVISED ? [`a model of at most ${gigabytes(room)} for ${rolesOf(model)}`] : [];
    return [...smaller, ...(many ? [`none for ${rolesOf(model)}`] : [])];
  });
  const choose = remedies.length > 0 ? `choose ${remedies.join(', or ')}, or ` : 'choose smaller models, or ';
  return new Refusal(
    'outOfMemory',
    `${what} ${gigabytes(needed)} of memory, ${gigabytes(free)} are free${enough}: ${choose}close other programs.`,
  );
}

/** With the shortest context and the smallest cache. */
function leastBytes(model: PlacedModel, pools: Pools, machine: RatedMachine): number {
  const layout = onCpu(model, pools.gpus.length, model.contexts[0]!.tokens, model.kvTypes.at(-1)!);
  const { bytes } = evaluate([layout], pools, machine).models[0]!;
  return Object.values(bytes).reduce((total, { weights, cache, compute }) => total + weights + cache + compute, 0);
}

const rolesOf = ({ roles }: PlacedModel): string => roles.join(' and ');
