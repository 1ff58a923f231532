/** The part of the engine client that this feature needs. */
import type { MemoryCalls } from '../engine/client/client.ts';

/** @throws EngineError from every call. */
export type MemoryClient = Pick<MemoryCalls, keyof MemoryCalls>;
