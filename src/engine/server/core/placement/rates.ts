/**
 * How quick the devices of a machine are. Only their proportions place anything: where nobody says, they are as usual for
 * their kind, and the system's memory is measured.
 */
import type { Device, DeviceKind, Machine } from '../../../protocol/index.ts';

export type RatedDevice = Device & Required<Pick<Device, 'bandwidth' | 'flops'>>;
export interface RatedMachine extends Machine {
  devices: RatedDevice[];
  link: number;
}

const USUAL: Record<DeviceKind, { bandwidth: number; flops: number }> = {
  cpu: { bandwidth: 40e9, flops: 0.3e12 },
  igpu: { bandwidth: 50e9, flops: 1.5e12 },
  gpu: { bandwidth: 300e9, flops: 10e12 },
};
/** PCIe 3.0 with 16 lanes, as it is measured. */
const USUAL_LINK = 12e9;

export const rated = ({ devices, link = USUAL_LINK, ...machine }: Machine): RatedMachine => ({
  ...machine,
  devices: devices.map((device) => {
    const assumed = device.assumed ?? RATES.filter((rate) => device[rate] === undefined);
    return { ...USUAL[device.kind], ...device, ...(assumed.length > 0 ? { assumed } : {}) };
  }),
  link,
});

const RATES = ['bandwidth', 'flops'] as const;

const PIECE = 4 << 20;
const PIECES = 24;

/**
 * Bytes a second that one core moves, reading and writing together, piece by piece between other work of the event loop.
 * Several cores read about as much: the memory is what limits them.
 */
export async function measureMemory(): Promise<number> {
  const buffer = Buffer.alloc(PIECE * PIECES);
  let best = 0;
  // Memory is only there when it was written to.
  for (let piece = 0; piece < PIECES; piece++) {
    buffer.fill(1, piece * PIECE, (piece + 1) * PIECE);
    await new Promise(setImmediate);
  }
  // The first half is copied to the second, so that no piece is still in a cache when it is read.
  for (let piece = 0; piece < PIECES / 2; piece++) {
    const from = piece * PIECE;
    const start = performance.now();
    buffer.copy(buffer, from + (PIECE * PIECES) / 2, from, from + PIECE);
    best = Math.max(best, (2 * PIECE) / ((performance.now() - start) / 1000));
    await new Promise(setImmediate);
  }
  return best;
}
