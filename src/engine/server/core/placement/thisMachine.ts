/** The machine that the engine runs on, as plans see it: the library's devices, and how quick its memory is. */
import type { Device, Machine } from '../../../protocol/index.ts';
import type { MeasuredRates } from './measuredRates.ts';
import { measureMemory } from './rates.ts';

/** A device as the native library finds it; kinds that hold no tensors are left out. */
export type FoundDevice = Omit<Device, 'kind'> & { kind: string };

const KINDS: readonly string[] = ['gpu', 'igpu', 'cpu'] satisfies Device['kind'][];

let memory: Promise<number> | undefined;

/** @param rates that were measured before; they count more. */
export async function thisMachine(devices: readonly FoundDevice[], rates?: MeasuredRates): Promise<Machine> {
  memory ??= measureMemory();
  const bandwidth = await memory;
  const known = devices.filter((device): device is Device => KINDS.includes(device.kind));
  // What is an integrated GPU's, is the CPU's as well.
  const quick = known.map((device) => (device.kind === 'gpu' ? device : { ...device, bandwidth }));
  return { devices: rates?.of(quick) ?? quick };
}
