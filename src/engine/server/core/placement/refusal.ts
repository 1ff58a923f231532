/** Says that models do not fit, and what would help, before anything is loaded. */
import { EngineFailure } from '../failure.ts';
import { gigabytes } from '../llama/memory.ts';
import { evaluate } from './evaluate.ts';
import { onCpu, type PlacedModel } from './layout.ts';
import { type ModelParts, type Tensors, weightBytes } from './parts.ts';
import type { Pools } from './pools.ts';
import type { RatedMachine } from './rates.ts';
import { hasRoom } from './simple.ts';
import { listed } from './words.ts';

/** A model smaller than this is none to advise. */
const LEAST_ADVISED = 300 * 2 ** 20;

/** The largest model that fits is found to a thousandth. */
const HALVINGS = 10;

/** Nothing was loaded yet. */
export class Refusal extends EngineFailure {}

export function refusal(models: readonly PlacedModel[], pools: Pools, machine: RatedMachine): Refusal {
  const needed = models.reduce((total, model) => total + leastBytes(model, pools, machine), 0);
  // An integrated GPU's memory is the system's.
  const own = pools.limits.filter(({ name }) => pools.gpus.find((gpu) => gpu.name === name)?.kind !== 'igpu');
  const free = own.reduce((total, { bytes }) => total + bytes, 0);
  const many = models.length > 1;
  const what = many ? `The models for ${listed(models.map(rolesOf))} need` : 'The model needs';
  const pieces = own.map(({ name, bytes }) => `${name} ${gigabytes(bytes)}`);
  const enough = needed <= free ? `, but in pieces that it does not fit into (${listed(pieces)})` : '';
  const remedies = models.flatMap((model, index) => {
    const others = models.filter((other) => other !== model);
    if (many && !hasRoom(others, pools, machine)) return [];
    const room = largest(models, index, pools, machine);
    const smaller = room >= LEAST_ADVISED ? [`a model of at most ${gigabytes(room)} for ${rolesOf(model)}`] : [];
    return [...smaller, ...(many ? [`none for ${rolesOf(model)}`] : [])];
  });
  const choose = remedies.length > 0 ? `choose ${remedies.join(', or ')}, or ` : 'choose smaller models, or ';
  return new Refusal(
    'outOfMemory',
    `${what} ${gigabytes(needed)} of memory, ${gigabytes(free)} are free behind a reserve${enough}: ${choose}close other programs.`,
  );
}

/** @returns bytes of the largest file that there is room for in place of one of the models, were it built alike. */
function largest(models: readonly PlacedModel[], index: number, pools: Pools, machine: RatedMachine): number {
  const { parts } = models[index]!;
  let [low, high] = [0, 1];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const share = (low + high) / 2;
    const scaled = models.map((model, at) => (at === index ? { ...model, parts: partOf(parts, share) } : model));
    if (hasRoom(scaled, pools, machine)) low = share;
    else high = share;
  }
  return low * weightBytes(parts);
}

/** A model with so much smaller tensors. */
function partOf(parts: ModelParts, share: number): ModelParts {
  const smaller = (tensors: Tensors): Tensors => ({ ...tensors, held: tensors.held * share });
  const layers = parts.layers.map((layer) => ({
    ...layer,
    attention: smaller(layer.attention),
    feedForward: smaller(layer.feedForward),
    experts: smaller(layer.experts),
  }));
  return { ...parts, layers, input: smaller(parts.input), output: smaller(parts.output) };
}

/** With the shortest context and the smallest cache. */
function leastBytes(model: PlacedModel, pools: Pools, machine: RatedMachine): number {
  const layout = onCpu(model, pools.gpus.length, model.contexts[0]!.tokens, model.kvTypes.at(-1)!);
  const { bytes } = evaluate([layout], pools, machine).models[0]!;
  return Object.values(bytes).reduce((total, { weights, cache, compute }) => total + weights + cache + compute, 0);
}

const rolesOf = ({ roles }: PlacedModel): string => roles.join(' and ');
