/**
 * The memories of a machine. An integrated GPU has none of its own: what lies on it is taken from the system's, which is
 * one pool with the CPU's, or it would be counted twice (llama.cpp #22922).
 */
import { EngineFailure } from '../failure.ts';
import type { RatedDevice, RatedMachine } from './rates.ts';

export interface Pools {
  cpu: RatedDevice;
  /**
   * Those that can hold anything. The quickest with a prompt is first, as it computes that for what lies with the CPU; the
   * order in which the machine names them is of no account.
   */
  gpus: RatedDevice[];
  /** Names of those that others fill. */
  full: string[];
  /** Limits of what all models together take: a pool, or the part of a pool that an integrated GPU can reach. */
  limits: { name: string; devices: string[]; bytes: number }[];
}

/** What is left free for everything else: of a GPU the screen and other programs, of the system's memory all that grows. */
const RESERVE = { gpu: { share: 0.05, least: 512 * 2 ** 20 }, cpu: { share: 0.1, least: 2 ** 30 } };

/** @throws EngineFailure `internal` where the description names no CPU, or two. */
export function poolsOf({ devices }: RatedMachine): Pools {
  const cpus = devices.filter(({ kind }) => kind === 'cpu');
  const cpu = cpus[0];
  if (!cpu || cpus.length > 1) throw new EngineFailure('internal', 'A machine has one device of kind cpu.');
  // A device that has no memory to report is not one to put anything on (#18175).
  const known = devices.filter(({ kind, totalBytes }) => kind !== 'cpu' && totalBytes > 0);
  const gpus = known
    .filter((device) => roomOn(device) > 0)
    .sort((a, b) => b.flops - a.flops || b.totalBytes - a.totalBytes || (a.name < b.name ? -1 : 1));
  const shared = gpus.filter(({ kind }) => kind === 'igpu');
  return {
    cpu,
    gpus,
    full: known.flatMap((device) => (roomOn(device) > 0 ? [] : [device.name])),
    limits: [
      { name: cpu.name, devices: [cpu, ...shared].map(({ name }) => name), bytes: usable(cpu, RESERVE.cpu) },
      ...gpus.map((gpu) => ({
        name: gpu.name,
        devices: [gpu.name],
        bytes: roomOn(gpu),
      })),
    ],
  };
}

/** Of an integrated GPU the system's reserve is enough. */
const roomOn = (gpu: RatedDevice): number => (gpu.kind === 'igpu' ? gpu.freeBytes : usable(gpu, RESERVE.gpu));

function usable({ freeBytes, totalBytes }: RatedDevice, { share, least }: { share: number; least: number }): number {
  return Math.max(0, freeBytes - Math.max(least, share * totalBytes));
}
