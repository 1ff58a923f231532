/** Machines and models for the tests of the placement, in round numbers. */
import type { Device } from '../../../../../../src/engine/protocol/index.ts';
import { type LayerParts, type ModelParts, NOTHING } from '../../../../../../src/engine/server/core/placement/parts.ts';
import {
  type RatedDevice,
  type RatedMachine,
  rated,
} from '../../../../../../src/engine/server/core/placement/rates.ts';

export const MB = 1e6;
export const GIB = 2 ** 30;

export function device(kind: Device['kind'], gib: number, more: Partial<Device> = {}): Device {
  const name = kind === 'cpu' ? 'CPU' : 'GPU0';
  return { name, kind, totalBytes: gib * GIB, freeBytes: gib * GIB, ...more };
}

export const machine = (...devices: Device[]): RatedMachine & { devices: RatedDevice[] } =>
  rated({ devices, link: 10e9 });

export interface Sizes {
  layers: number;
  attention?: number;
  feedForward?: number;
  /** All experts of a layer; one in eight is used. */
  experts?: number;
  output?: number;
  cacheElements?: number;
  trained?: number;
  name?: string;
}

/** @param sizes bytes. A byte is one weight. */
export function parts(sizes: Sizes): ModelParts {
  const {
    layers,
    attention = 0,
    feedForward = 0,
    experts = 0,
    output = 0,
    cacheElements = 1024,
    trained = 65_536,
  } = sizes;
  const tensors = (held: number, share = 1) => ({ held, read: held * share, multiplications: held * share });
  const layer: LayerParts = {
    attention: tensors(attention),
    feedForward: tensors(feedForward),
    experts: experts > 0 ? tensors(experts, 1 / 8) : NOTHING,
    cacheElements,
    stateBytes: 0,
  };
  return {
    name: sizes.name ?? 'model',
    layers: Array.from({ length: layers }, () => layer),
    input: { held: output, read: 0, multiplications: 0 },
    output: tensors(output),
    tied: false,
    expertShare: experts > 0 ? 1 / 8 : 1,
    embedding: 1024,
    step: 8192,
    largest: Math.max(attention, feedForward, experts),
    vocabulary: 32_000,
    trainedContext: trained,
    headLength: 64,
  };
}
