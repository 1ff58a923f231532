/**
 * The mixed-integer program of a plan: for all models together, how many layers each GPU has, of how many of them the
 * feed-forward parts and the experts are there too, which device has the output, and one length of context and number
 * format of the cache for each model. It knows the mean layer of a model; evaluate.ts knows each of them.
 *
 *     least   sum over models of prices, all linear (pricing.ts), + what a shorter context and a coarser cache lose
 *     so that each memory holds its weights, caches and buffers,
 *             a GPU behind the one with the output has no layers (libllama's order),
 *             a layer's cache is where its attention is.
 */
import type { KvType } from '../../../protocol/index.ts';
import { bufferNeeds } from './buffers.ts';
import { kvLoss, type Layout, type PlacedModel } from './layout.ts';
import { LinearProgram, type Term } from './lpText.ts';
import { SPILLED, type Spilled, sum, type Tensors } from './parts.ts';
import type { Pools } from './pools.ts';
import { type Group, Pricing } from './pricing.ts';
import type { RatedDevice } from './rates.ts';
import { KV_TYPES, STATES } from './roles.ts';

export interface Program {
  /** In the LP format. */
  text: string;
  /** What a solution means; `values` by name of the variable. */
  read(values: Readonly<Record<string, number>>): Layout[];
}

/** Sizes are written in MiB, so that the numbers of a row are of one order. */
const MIB = 2 ** 20;
/** A variable that is always 1. */
const ONE = 'one';

/** @param limits bytes of each of the pools' limits; where they are other than the pools', as mean layers err a little. */
export function programOf(
  models: readonly PlacedModel[],
  pools: Pools,
  link: number,
  limits: readonly number[],
): Program {
  const lp = new LinearProgram();
  lp.row([[1, lp.integer(ONE, 1)]], '=', -1);
  const placed = models.map((model, index) => describe(lp, model, `m${index}`, pools, new Pricing(model, link)));
  pools.limits.forEach(({ devices }, index) => {
    const held = placed.flatMap(({ bytes }) => devices.flatMap((device) => bytes.get(device) ?? []));
    lp.row(
      held.map(([size, name]) => [size / MIB, name] as const),
      '<=',
      -limits[index]! / MIB,
    );
  });
  return { text: lp.text(), read: (values) => placed.map(({ read }) => read(values)) };
}

interface Described {
  /** What the model takes on each device, by its name. */
  bytes: Map<string, Term[]>;
  read(values: Readonly<Record<string, number>>): Layout;
}

function describe(lp: LinearProgram, model: PlacedModel, id: string, pools: Pools, pricing: Pricing): Described {
  const { parts } = model;
  const { cpu, gpus } = pools;
  const count = parts.layers.length;
  const mean = meanLayer(model);
  const spillable = SPILLED.filter((part) => mean[part].held > 0);
  const bytes = new Map<string, Term[]>([cpu, ...gpus].map(({ name }) => [name, []]));
  const needs = bufferNeeds(parts);

  // Layers, the parts of them that stayed with them, and the output.
  const layers = gpus.map((_, gpu) => lp.integer(`${id}n${gpu}`, count));
  const kept = (part: Spilled): string[] => gpus.map((_, gpu) => lp.integer(`${id}${part}${gpu}`, count));
  const inside = { feedForward: kept('feedForward'), experts: kept('experts') };
  const outputs = [...gpus, cpu].map((_, index) => lp.integer(`${id}o${index}`, 1));
  const outputOnCpu = outputs.at(-1)!;
  lp.row(
    outputs.map((output) => [1, output]),
    '=',
    -1,
  );
  const used = gpus.map((_, gpu) => lp.integer(`${id}used${gpu}`, 1));
  gpus.forEach((_, gpu) => {
    lp.row([[1, layers[gpu]!], ...outputs.slice(gpu, -1).map((output): Term => [-count, output])], '<=');
    lp.row(
      [
        [1, layers[gpu]!],
        [-count, used[gpu]!],
      ],
      '<=',
    );
    lp.row(
      [
        [1, outputs[gpu]!],
        [-1, used[gpu]!],
      ],
      '<=',
    );
    for (const part of SPILLED)
      lp.row(
        [
          [1, inside[part][gpu]!],
          [-1, layers[gpu]!],
        ],
        '<=',
      );
  });

  // Each group of tensors: on the GPUs what is counted there, with the CPU the rest; a GPU helps with that (see below).
  const withCpu: Term[] = [];
  const place = (group: Group, tensors: Tensors, counts: readonly string[], total: number): void => {
    const away = pricing.tensors(group, tensors, cpu, gpus[0]);
    lp.cost([total * away, ONE], [total * (pricing.tensors(group, tensors, cpu, undefined) - away), outputOnCpu]);
    if (group !== 'output') withCpu.push([total * tensors.multiplications, ONE]);
    bytes.get(cpu.name)!.push([total * tensors.held, ONE]);
    counts.forEach((name, gpu) => {
      lp.cost([pricing.tensors(group, tensors, gpus[gpu]!, undefined) - away, name]);
      if (group !== 'output') withCpu.push([-tensors.multiplications, name]);
      bytes.get(gpus[gpu]!.name)!.push([tensors.held, name]);
      bytes.get(cpu.name)!.push([-tensors.held, name]);
    });
  };
  place('attention', mean.attention, layers, count);
  for (const part of spillable) place(part, mean[part], inside[part], count);
  place('output', parts.output, outputs.slice(0, -1), 1);
  bytes.get(cpu.name)!.push([parts.input.held, ONE]);
  if (parts.tied) bytes.get(cpu.name)!.push([-parts.output.held, outputOnCpu]);

  // The first GPU that is used helps, which is the quickest of them: all the work can be its own at the least price.
  if (gpus.length > 1) {
    const all = withCpu.reduce((most, [multiplications]) => Math.max(0, multiplications) + most, 0);
    const helped = gpus.map((gpu, index) => {
      const work = lp.real(`${id}help${index}`);
      // One that has nothing does not help.
      lp.row(
        [
          [1, used[index]!],
          [-1, layers[index]!],
          [-1, outputs[index]!],
        ],
        '<=',
      );
      lp.row(
        [
          [1, work],
          [-1, used[index]!],
        ],
        '<=',
      );
      lp.cost([all * pricing.helpedBy(gpu, gpus[0]!), work]);
      return work;
    });
    lp.row(
      [
        ...withCpu.map(([multiplications, name]): Term => [multiplications / all, name]),
        [-1, outputOnCpu],
        ...helped.map((work): Term => [-1, work]),
      ],
      '<=',
    );
  }

  // Changes of the device: the beginning, into each GPU, and there and back for what is spilled.
  lp.cost([pricing.split(), ONE]);
  for (const name of used) lp.cost([pricing.split(), name]);
  for (const name of layers) lp.cost([pricing.layer(), name]);
  for (const part of spillable) {
    const share = parts.layers.filter((layer) => layer[part].held > 0).length / count;
    gpus.forEach((_, gpu) => {
      lp.cost([2 * share * pricing.split(), layers[gpu]!], [-2 * share * pricing.split(), inside[part][gpu]!]);
    });
  }

  // Context and cache: one choice, and the layers of each device under it.
  const choices = choicesOf(model).map((choice, index) => ({ ...choice, name: lp.integer(`${id}c${index}`, 1) }));
  lp.row(
    choices.map(({ name }) => [1, name]),
    '=',
    -1,
  );
  const shares = [...gpus, cpu].map((device, index) => {
    const names = choices.map((_, choice) => lp.real(`${id}v${choice}_${index}`));
    const onGpus: Term[] = index < gpus.length ? [[-1, layers[index]!]] : layers.map((name) => [1, name]);
    lp.row([...names.map((name): Term => [1, name]), ...onGpus], '=', index < gpus.length ? 0 : -count);
    choices.forEach(({ kvType, cells }, choice) => {
      lp.cost([pricing.cache(mean.cacheElements, kvType, device), names[choice]!]);
      const cache = mean.cacheElements * KV_TYPES[kvType].bytes * cells + mean.stateBytes * STATES;
      bytes.get(device.name)!.push([cache, names[choice]!]);
    });
    return names;
  });
  choices.forEach(({ name, loss }, choice) => {
    lp.cost([loss, name]);
    lp.row([...shares.map((names): Term => [1, names[choice]!]), [-count, name]], '=');
  });

  // Buffers: on each device as large as its largest step.
  const cpuComputes = lp.integer(`${id}usedcpu`, 1);
  for (const names of [layers, ...spillable.map((part) => inside[part])]) {
    lp.row([[count, ONE], ...names.map((name): Term => [-1, name]), [-count, cpuComputes]], '<=');
  }
  const mask = choices.map(({ name, cells }): Term => [(needs.perCell * cells) / MIB, name]);
  const most = (needs.layers + needs.copied + needs.perCell * Math.max(...choices.map(({ cells }) => cells))) / MIB;
  const buffer = (device: RatedDevice, computes: string, output: string, copied: number): string => {
    const size = lp.real(`${computes}size`);
    // Nothing where `computes` is 0.
    lp.row([...mask, [copied / MIB, cpuComputes], [most, computes], [-1, size]], '<=', needs.layers / MIB - most);
    lp.row(
      [
        [needs.output / MIB, output],
        [-1, size],
      ],
      '<=',
    );
    bytes.get(device.name)!.push([MIB, size]);
    return size;
  };
  gpus.forEach((gpu, index) => {
    buffer(gpu, used[index]!, outputs[index]!, needs.copied);
  });
  const cpuSize = buffer(cpu, cpuComputes, outputOnCpu, 0);
  lp.row([...mask, [-1, cpuSize]], '<=', needs.input / MIB);
  bytes.get(cpu.name)!.push([needs.logits, ONE]);

  return {
    bytes,
    read: (values) => {
      const whole = (name: string): number => Math.round(values[name] ?? 0);
      const choice = choices.find(({ name }) => whole(name) === 1)!;
      const spilled = (part: Spilled) =>
        gpus.map((_, gpu) => (spillable.includes(part) ? whole(layers[gpu]!) - whole(inside[part][gpu]!) : 0));
      return {
        model,
        context: choice.tokens,
        kvType: choice.kvType,
        layers: gpus.map((_, gpu) => whole(layers[gpu]!) + whole(outputs[gpu]!)),
        spilled: { feedForward: spilled('feedForward'), experts: spilled('experts') },
      };
    },
  };
}

/** Contexts by number formats, with what each loses; without those that another is better than in everything. */
function choicesOf(model: PlacedModel): { tokens: number; cells: number; kvType: KvType; loss: number }[] {
  const all = model.contexts.flatMap(({ loss, ...context }) =>
    model.kvTypes.map((kvType) => {
      const { bytes } = KV_TYPES[kvType];
      return { ...context, kvType, loss: loss + kvLoss(model, kvType), bytes, held: bytes * context.cells };
    }),
  );
  return all.filter(
    (one) =>
      !all.some(
        (other) => other !== one && other.loss <= one.loss && other.held <= one.held && other.bytes <= one.bytes,
      ),
  );
}

function meanLayer({ parts: { layers } }: PlacedModel) {
  const share = 1 / layers.length;
  const mean = (group: Spilled | 'attention'): Tensors => {
    const { held, read, multiplications } = sum(layers.map((layer) => layer[group]));
    return { held: held * share, read: read * share, multiplications: multiplications * share };
  };
  const number = (of: 'cacheElements' | 'stateBytes') => layers.reduce((total, layer) => total + layer[of], 0) * share;
  return {
    attention: mean('attention'),
    feedForward: mean('feedForward'),
    experts: mean('experts'),
    cacheElements: number('cacheElements'),
    stateBytes: number('stateBytes'),
  };
}
