/** The devices that the native library found, and which of them are to be computed on. */
import type { DeviceStatus } from '../../../protocol/index.ts';
import { EngineFailure } from '../failure.ts';
import type { NativeFunctions } from './functions.ts';
import type { Pointer } from './structs.ts';

/** By `enum ggml_backend_dev_type`; what comes behind is made of others of the list. */
const KINDS: readonly (DeviceStatus['kind'] | undefined)[] = ['cpu', 'gpu', 'igpu', 'accelerator'];

export interface NativeDevice extends DeviceStatus {
  readonly pointer: Pointer;
}

export type DeviceFunctions = Pick<
  NativeFunctions,
  | 'ggml_backend_dev_count'
  | 'ggml_backend_dev_get'
  | 'ggml_backend_dev_name'
  | 'ggml_backend_dev_description'
  | 'ggml_backend_dev_type'
  | 'ggml_backend_dev_memory'
>;

/** All devices, the CPU among them, in the library's order, with the memory that is free now. */
export function listDevices(functions: DeviceFunctions): NativeDevice[] {
  return Array.from({ length: functions.ggml_backend_dev_count() }, (_, index) =>
    functions.ggml_backend_dev_get(index),
  ).flatMap((pointer) => {
    const kind = KINDS[functions.ggml_backend_dev_type(pointer)];
    if (kind === undefined) return [];
    const [free, total] = [new BigUint64Array(1), new BigUint64Array(1)];
    functions.ggml_backend_dev_memory(pointer, free, total);
    // ggml says of the system's memory that all of it is free.
    const available = kind === 'cpu' ? process.availableMemory() : Number.POSITIVE_INFINITY;
    return {
      pointer,
      name: functions.ggml_backend_dev_name(pointer),
      description: functions.ggml_backend_dev_description(pointer),
      kind,
      freeBytes: Math.min(Number(free[0]), available),
      totalBytes: Number(total[0]),
    };
  });
}

/** Those that layers can lie on besides the CPU: the GPUs, and one that has no memory of its own where there is no other. */
export function offloadable<D extends Pick<DeviceStatus, 'kind'>>(devices: readonly D[]): D[] {
  const own = devices.filter(({ kind }) => kind === 'gpu');
  return own.length > 0 ? own : devices.filter(({ kind }) => kind === 'igpu');
}

/**
 * Reads `quire.engine.devices`.
 * @param setting `auto`; `cpu`; or names of devices between commas, as the status shows them, in whatever case.
 * @returns the GPUs among them, in that order; empty: the CPU alone.
 * @throws EngineFailure `nativeUnavailable` where one is not there.
 */
export function chosenDevices<D extends Pick<DeviceStatus, 'kind' | 'name'>>(
  devices: readonly D[],
  setting: string,
): D[] {
  const names = setting.split(',').flatMap((name) => name.trim() || []);
  if (names.length === 0 || (names.length === 1 && same(names[0]!, 'auto'))) return offloadable(devices);
  const chosen = names.map((name) => {
    const found = devices.find((device) => same(device.name, name));
    if (found) return found;
    const there = devices.map((device) => device.name).join(', ');
    throw new EngineFailure(
      'nativeUnavailable',
      `This machine has no device ${name}. Set quire.engine.devices to auto, to cpu, or to some of: ${there}.`,
    );
  });
  return [...new Set(chosen)].filter(({ kind }) => kind === 'gpu' || kind === 'igpu');
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
