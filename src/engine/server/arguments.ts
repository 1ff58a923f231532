/** Command line of the engine process. */
import { parseArgs } from 'node:util';
import type { GpuPreference } from '../protocol.ts';

export interface EngineArguments {
  gpu: GpuPreference;
  /** Version of the product; part of the endpoint's name. */
  version: string;
  /** How long the engine outlives its last client. */
  idleMs: number;
  /** Folders with native builds that were fetched on demand. */
  moduleFolders: string[];
}

const GPUS: readonly string[] = ['auto', 'cuda', 'metal', 'vulkan', 'off'] satisfies GpuPreference[];

/** @throws TypeError on an unknown or malformed option. */
export function parseEngineArguments(argv: string[]): EngineArguments {
  const { values } = parseArgs({
    args: argv,
    options: {
      gpu: { type: 'string', default: 'auto' },
      version: { type: 'string' },
      'idle-ms': { type: 'string', default: '300000' },
      modules: { type: 'string', multiple: true, default: [] },
    },
  });
  if (!GPUS.includes(values.gpu)) throw new TypeError(`--gpu must be one of ${GPUS.join(', ')}, not '${values.gpu}'`);
  if (!values.version) throw new TypeError('--version is missing');
  const idleMs = Number(values['idle-ms']);
  if (!Number.isFinite(idleMs) || idleMs < 0)
    throw new TypeError(`--idle-ms must be milliseconds, not '${values['idle-ms']}'`);
  return { gpu: values.gpu as GpuPreference, version: values.version, idleMs, moduleFolders: values.modules };
}
