/** Refuses what cannot fit before the library tries: the system would otherwise end the process without a word. */
import type { DeviceStatus } from '../../../protocol/index.ts';
import { EngineFailure } from '../failure.ts';
import { onCpuAlone, type Placement } from './placement.ts';

/**
 * Weights of the open models that lie in the system's memory. The system counts their mapped files as memory that is free;
 * whoever took it would have them read from the disk again for every token.
 */
let heldBytes = 0;

/** Keeps memory of the system's for weights from being given to other models. @returns a function that lets go of it, once. */
export function holdWeights(placement: Placement, bytes: number): () => void {
  const { predicted, tensorOverrides } = placement;
  let held = predicted ? (predicted.bytes.CPU?.weights ?? 0) : onCpuAlone(placement) ? bytes : 0;
  // Read in place of mapped (placedParams): the system counts them itself.
  if (tensorOverrides.length > 0) held = 0;
  heldBytes += held;
  return () => {
    heldBytes -= held;
    held = 0;
  };
}

type Free = Pick<DeviceStatus, 'name' | 'freeBytes' | 'totalBytes'>;

/**
 * @param devices all there are, with what is free of them now.
 * @param bytes of the model's file.
 * @throws EngineFailure `outOfMemory` where a device lacks the memory for what a plan puts there, weights, cache and buffers;
 * without a plan, where the weights are larger than the memory of all devices of the placement.
 */
export function checkWeightsFit(devices: readonly Free[], placement: Placement, bytes: number): void {
  const { predicted } = placement;
  if (predicted) {
    for (const [name, { weights, cache, compute }] of Object.entries(predicted.bytes)) {
      refuse(weights + cache + compute, freeOf(devices, [name]), name === 'CPU' ? 'memory' : `memory of ${name}`);
    }
  } else if (onCpuAlone(placement)) {
    refuse(bytes, freeMemory(), 'memory');
  } else if (placement.nGpuLayers < 0 && placement.tensorOverrides.length === 0) {
    refuse(bytes, freeOf(devices, placement.devices), `memory of ${placement.devices.join(' and ')}`);
  } else {
    refuse(bytes, freeOf(devices, [...placement.devices, 'CPU']), 'memory of all devices');
  }
}

/** @throws EngineFailure `outOfMemory` when the cache of a context is larger than the memory that is free. */
export function checkCacheFits(placement: Placement, bytes: number): void {
  // A GPU refuses an allocation that does not fit; the system's memory is promised first and taken back by force.
  if (onCpuAlone(placement) || placement.offloadKv === false) refuse(bytes, freeMemory(), 'memory');
}

/** Of the system's, beside the weights of open models. */
export const freeMemory = (): number => Math.max(0, process.availableMemory() - heldBytes);

/** A device that does not say what it has refuses by itself. */
function freeOf(devices: readonly Free[], names: readonly string[]): number {
  let sum = 0;
  for (const name of names) {
    const device = devices.find((each) => each.name === name);
    if (name === 'CPU') sum += freeMemory();
    else if (device) sum += device.totalBytes === 0 ? Number.POSITIVE_INFINITY : device.freeBytes;
  }
  return sum;
}

function refuse(needed: number, available: number, what: string): void {
  if (needed <= available) return;
  throw new EngineFailure(
    'outOfMemory',
    `The model needs ${gigabytes(needed)} of ${what} and ${gigabytes(available)} is free. Choose a smaller model or a shorter context.`,
  );
}

/** In words, for people. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GB`;
}
