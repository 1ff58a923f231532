/** Refuses what cannot fit before the library tries: the system would otherwise end the process without a word. */
import { EngineFailure } from '../failure.ts';
import type { NativeLibrary } from './library.ts';

/**
 * Weights of the models that are open on the CPU. The system counts their mapped files as memory that is free; whoever
 * took it would have them read from the disk again for every token.
 */
let heldBytes = 0;

/** Keeps memory for weights from being given to other models. @returns a function that lets go of it, once. */
export function holdWeights({ gpu }: Pick<NativeLibrary, 'gpu'>, bytes: number): () => void {
  let held = gpu === 'cpu' ? bytes : 0;
  heldBytes += held;
  return () => {
    heldBytes -= held;
    held = 0;
  };
}

type MemoryOf = Pick<NativeLibrary, 'gpu' | 'llama'>;

/** @throws EngineFailure `outOfMemory` when the weights are larger than the memory that is free. */
export async function checkWeightsFit(native: MemoryOf, bytes: number): Promise<void> {
  if (native.gpu === 'cpu') {
    refuse(bytes, freeMemory(), 'memory');
    return;
  }
  const { free } = await native.llama.getVramState();
  refuse(bytes, free, `${native.gpu} memory`);
}

/** @throws EngineFailure `outOfMemory` when the cache of a context is larger than the memory that is free. */
export function checkCacheFits(native: Pick<NativeLibrary, 'gpu'>, bytes: number): void {
  // A GPU refuses an allocation that does not fit; the system's memory is promised first and taken back by force.
  if (native.gpu === 'cpu') refuse(bytes, freeMemory(), 'memory');
}

const freeMemory = (): number => Math.max(0, process.availableMemory() - heldBytes);

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
