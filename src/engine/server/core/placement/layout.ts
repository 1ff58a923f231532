/**
 * One way to place a model, in the terms that libllama has: the first layers are with the CPU, then each GPU has the next
 * ones, and the output is one more on the last GPU that has any. What of a layer is spilled lies with the CPU all the same;
 * a layer's cache is where its attention is.
 *
 *     layer       0 .. 3    4 .. 20    21 .. 47  output
 *     attention   CPU       GPU 0      GPU 1     GPU 1
 *     experts     CPU       CPU 4..12, GPU 1
 *                           GPU 0
 */
import type { KvType, ModelRole } from '../../../protocol/index.ts';
import { cellsFor } from '../cells.ts';
import { type ModelParts, SPILLED, type Spilled } from './parts.ts';
import { KV_BLOCK, KV_TYPES, ROLES } from './roles.ts';

/** A model with what it is for. */
export interface PlacedModel {
  parts: ModelParts;
  roles: ModelRole[];
  /** Lengths to choose from, ascending; `loss`: weighted ms a token that a longer one would be worth, 0 for the last. */
  contexts: { tokens: number; cells: number; loss: number }[];
  kvTypes: KvType[];
}

export interface Layout {
  model: PlacedModel;
  context: number;
  kvType: KvType;
  /** For each GPU in order how many layers it has, the output as one. All 0: the CPU has everything. */
  layers: number[];
  /** For each GPU how many of its layers, the first ones, have this part with the CPU. */
  spilled: Record<Spilled, number[]>;
}

/** Index of the CPU among the devices of a layout; the GPUs count from 0. */
export const CPU = -1;

/** @param contextTokens where the length is not to be chosen. */
export function placedModel(parts: ModelParts, roles: ModelRole[], contextTokens?: number): PlacedModel {
  const writes = roles.some((role) => ROLES[role].writes);
  const lengths = lengthsFor(parts, roles, contextTokens);
  return {
    parts,
    roles,
    contexts: lengths.map((tokens) => ({
      tokens,
      cells: writes ? cellsFor(tokens) : tokens,
      loss: lossOf(tokens, lengths, roles),
    })),
    kvTypes: writes && parts.headLength % KV_BLOCK === 0 ? ['f16', 'q8_0', 'q4_0'] : ['f16'],
  };
}

/** The steps of all its roles, from the least that each can do with, within what the model was trained for. */
function lengthsFor(parts: ModelParts, roles: readonly ModelRole[], contextTokens?: number): number[] {
  const trained = parts.trainedContext || Number.POSITIVE_INFINITY;
  if (contextTokens) return [Math.min(contextTokens, trained)];
  const steps = roles.map((role) => ROLES[role].contexts.map(({ tokens }) => tokens));
  const least = Math.max(...steps.map((tokens) => tokens[0]!));
  const within = steps.flat().filter((tokens) => tokens >= least && tokens <= trained);
  return within.length === 0 ? [trained] : [...new Set(within)].sort((a, b) => a - b);
}

/** What the steps that a length lacks are worth, as far as there are such lengths. */
function lossOf(tokens: number, lengths: readonly number[], roles: readonly ModelRole[]): number {
  const longest = lengths.at(-1)!;
  const lacking = roles.flatMap((role) =>
    ROLES[role].contexts
      .filter((step) => step.tokens > tokens && step.tokens <= longest)
      .map(({ worth }) => ROLES[role].weight * worth),
  );
  return lacking.reduce((total, worth) => total + worth, 0);
}

/** What the cache's number format costs in quality, weighted ms a token; only what writes has much of a cache. */
export const kvLoss = ({ roles }: PlacedModel, type: KvType): number =>
  roles.reduce((total, role) => total + (ROLES[role].writes ? ROLES[role].weight * KV_TYPES[type].loss : 0), 0);

/** Where each layer is: an index of a GPU, or {@link CPU}; the output last. */
export function homes({ layers, model }: Layout): number[] {
  const onGpus = layers.flatMap((count, gpu) => Array<number>(count).fill(gpu));
  return [...Array<number>(model.parts.layers.length + 1 - onGpus.length).fill(CPU), ...onGpus];
}

/** Which layers have a part with the CPU although they are on a GPU. */
export function spilledLayers(layout: Layout): Record<Spilled, Set<number>> {
  const result = { feedForward: new Set<number>(), experts: new Set<number>() };
  let first = layout.model.parts.layers.length + 1 - layout.layers.reduce((total, count) => total + count, 0);
  layout.layers.forEach((count, gpu) => {
    for (const part of SPILLED) {
      for (let i = 0; i < layout.spilled[part][gpu]!; i++) {
        if (layout.model.parts.layers[first + i]![part].held > 0) result[part].add(first + i);
      }
    }
    first += count;
  });
  return result;
}

/** A layout with everything on the CPU. */
export function onCpu(model: PlacedModel, gpus: number, context: number, kvType: KvType): Layout {
  const none = () => Array<number>(gpus).fill(0);
  return { model, context, kvType, layers: none(), spilled: { feedForward: none(), experts: none() } };
}
