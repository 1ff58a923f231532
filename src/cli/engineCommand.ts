/** How the command line starts the engine that lies beside it. */
import { fileURLToPath } from 'node:url';
import type { EngineCommand } from '../engine/client/client.ts';
import { dataFolder } from '../engine/dataFolder.ts';
import type { GpuPreference } from '../engine/protocol/index.ts';
import { version } from '../version.ts';
import { UsageError } from './usage.ts';

const GPUS: readonly string[] = ['auto', 'cuda', 'metal', 'vulkan', 'off'] satisfies GpuPreference[];
/** An engine that only a script started need not stay for long. */
const IDLE_MS = 30_000;

/** Bundled, this module is dist/cli/main.mjs; from source it is src/cli/engineCommand.ts. */
const bundled = import.meta.url.endsWith('.mjs');
const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Root of the extension: where `media/` is. */
export const root = beside('../..');

/**
 * @param devices `auto`, `cpu`, or names between commas.
 * @throws UsageError on an unknown `gpu`.
 */
export function engineCommand(gpu: string, devices = 'auto'): EngineCommand {
  if (!GPUS.includes(gpu)) throw new UsageError(`--gpu must be one of ${GPUS.join(', ')}, not '${gpu}'`);
  return {
    executable: process.execPath,
    entry: beside(bundled ? '../engine/main.mjs' : '../engine/server/main.ts'),
    version,
    gpu: gpu as GpuPreference,
    devices,
    idleMs: IDLE_MS,
    cache: { folder: dataFolder('cache') },
  };
}
