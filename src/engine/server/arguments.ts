/** Command line of the engine process. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { GpuPreference, MemoryBudget } from '../protocol/index.ts';
import type { SchedulerStatus } from '../protocol/status.ts';

export interface EngineArguments {
  gpu: GpuPreference;
  /** `quire.engine.devices`: `auto`, `cpu`, or names between commas. */
  devices: string;
  /** Version of the product; part of the endpoint's name. */
  version: string;
  /** How long the engine outlives its last client. */
  idleMs: number;
  /** Folders with native builds that were fetched on demand. */
  moduleFolders: string[];
  /** Of the endpoint; absent: the user's own. */
  runtimeFolder?: string;
  policy: SchedulerStatus['policy'];
  /** Tokens are guessed ahead where that makes answers come faster. */
  speculate: boolean | undefined;
  /** Colder tiers of the cache. Without a folder nothing is written to disk, whatever the limit. */
  cache: { folder?: string; ramBytes: number; diskBytes: number };
  memory: MemoryBudget;
}

const GPUS: readonly string[] = ['auto', 'cuda', 'metal', 'vulkan', 'off'] satisfies GpuPreference[];
const POLICIES: readonly string[] = ['preemptive', 'fcfs'] satisfies SchedulerStatus['policy'][];
const SPECULATION: Record<string, boolean | undefined> = { auto: undefined, on: true, off: false };
const MEGABYTE = 2 ** 20;

/** @throws TypeError, in words, on an unknown or malformed option. */
export function parseEngineArguments(argv: string[]): EngineArguments {
  const { values } = parseArgs({
    args: argv,
    options: {
      gpu: { type: 'string', default: 'auto' },
      devices: { type: 'string', default: 'auto' },
      version: { type: 'string' },
      'idle-ms': { type: 'string', default: '300000' },
      modules: { type: 'string', multiple: true, default: [] },
      'runtime-dir': { type: 'string' },
      policy: { type: 'string', default: 'preemptive' },
      speculation: { type: 'string', default: 'auto' },
      'cache-dir': { type: 'string' },
      'cache-ram-mb': { type: 'string', default: '512' },
      'cache-disk-mb': { type: 'string', default: '1024' },
      'memory-minutes': { type: 'string', default: '10' },
      'memory-tokens': { type: 'string', default: '200000' },
      'memory-mb': { type: 'string', default: '256' },
    },
  });
  if (!values.version) throw new TypeError('--version is missing');
  const folder = fullPath('cache-dir', values['cache-dir']);
  const runtimeFolder = fullPath('runtime-dir', values['runtime-dir']);
  return {
    gpu: oneOf('gpu', values.gpu, GPUS) as GpuPreference,
    devices: values.devices,
    version: values.version,
    idleMs: amount('idle-ms', values['idle-ms'], 'milliseconds'),
    moduleFolders: values.modules,
    ...(runtimeFolder === undefined ? {} : { runtimeFolder }),
    policy: oneOf('policy', values.policy, POLICIES) as SchedulerStatus['policy'],
    speculate: SPECULATION[oneOf('speculation', values.speculation, Object.keys(SPECULATION))],
    cache: {
      ...(folder === undefined ? {} : { folder }),
      ramBytes: Math.round(amount('cache-ram-mb', values['cache-ram-mb'], 'megabytes') * MEGABYTE),
      diskBytes: Math.round(amount('cache-disk-mb', values['cache-disk-mb'], 'megabytes') * MEGABYTE),
    },
    memory: {
      indexMs: amount('memory-minutes', values['memory-minutes'], 'minutes') * 60_000,
      modelTokens: amount('memory-tokens', values['memory-tokens'], 'tokens'),
      bytes: Math.round(amount('memory-mb', values['memory-mb'], 'megabytes') * MEGABYTE),
    },
  };
}

/** The engine's own working folder is none that a caller would mean. */
function fullPath(name: string, folder: string | undefined): string | undefined {
  if (folder === undefined || path.isAbsolute(folder)) return folder;
  throw new TypeError(`--${name} must be a full path, not '${folder}'`);
}

function oneOf(name: string, value: string, allowed: readonly string[]): string {
  if (!allowed.includes(value)) throw new TypeError(`--${name} must be one of ${allowed.join(', ')}, not '${value}'`);
  return value;
}

/** A number that is not negative. */
function amount(name: string, text: string, unit: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new TypeError(`--${name} must be ${unit}, not '${text}'`);
  return value;
}
