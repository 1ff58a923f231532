/** How an engine process is started, and what of that can change while it runs. */
import { isDeepStrictEqual } from 'node:util';
import type { EngineSettings, GpuPreference } from '../protocol/index.ts';
import type { SchedulerStatus } from '../protocol/status.ts';

export interface EngineCommand {
  /** A Node (or Electron) executable, and the engine's entry file. */
  executable: string;
  entry: string;
  version: string;
  gpu: GpuPreference;
  /** Which of the build's devices are computed on: `auto`, `cpu`, or names between commas; absent: `auto`. */
  devices?: string;
  /** How long the engine outlives its last client, in ms. */
  idleMs: number;
  /** Folders with native builds that were fetched on demand. */
  moduleFolders?: string[];
  /** Full path of the private folder of the engine's socket, secret and log; absent: the user's own (`endpoint.ts`). */
  runtimeFolder?: string;
  /** How requests are ordered; absent: `preemptive`. */
  policy?: SchedulerStatus['policy'];
  /** False computes answers one token at a time. */
  speculate?: boolean;
  /** Colder tiers of the cache; the engine has defaults for what is absent. Without a folder (a full path): no disk. */
  cache?: { folder?: string; ramMegabytes?: number; diskMegabytes?: number };
  /** What the memory of each workspace may take; the engine has defaults for what is absent. */
  memory?: { minutesPerDay?: number; modelTokensPerDay?: number; megabytes?: number };
  /** An engine that gives no sign of life for this long is hung, and is ended; absent: 10 s. */
  hangMs?: number;
}

/** Of `EngineCommand.cache`, where it says nothing. */
export const CACHE_MEGABYTES = { ram: 512, disk: 1024 };
/** Of `EngineCommand.memory`, where it says nothing. */
export const MEMORY_LIMITS = { minutesPerDay: 10, modelTokensPerDay: 200_000, megabytes: 256 };
const MEGABYTE = 2 ** 20;

/** What the engine process is told, as `server/arguments.ts` reads it. */
export function argumentsOf(command: EngineCommand): string[] {
  const { version, gpu, devices, moduleFolders, policy, speculate, ...rest } = command;
  const { idleMs, runtimeFolder, cache, memory } = rest;
  const option = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`--${name}`, String(value)];
  return [
    ...option('version', version),
    ...option('gpu', gpu),
    ...option('devices', devices),
    ...option('idle-ms', idleMs),
    ...(moduleFolders ?? []).flatMap((folder) => option('modules', folder)),
    ...option('runtime-dir', runtimeFolder),
    ...option('policy', policy),
    ...option('speculation', speculate === undefined ? undefined : speculate ? 'on' : 'off'),
    ...option('cache-dir', cache?.folder),
    ...option('cache-ram-mb', cache?.ramMegabytes),
    ...option('cache-disk-mb', cache?.diskMegabytes),
    ...option('memory-minutes', memory?.minutesPerDay),
    ...option('memory-tokens', memory?.modelTokensPerDay),
    ...option('memory-mb', memory?.megabytes),
  ];
}

/** What of a command a running engine can still take in. */
export function settingsOf({ idleMs, cache = {}, memory = {} }: EngineCommand): EngineSettings {
  const { folder, ramMegabytes = CACHE_MEGABYTES.ram, diskMegabytes = CACHE_MEGABYTES.disk } = cache;
  const { minutesPerDay, modelTokensPerDay, megabytes } = { ...MEMORY_LIMITS, ...memory };
  const bytes = (megabytes: number) => Math.round(megabytes * MEGABYTE);
  return {
    idleMs,
    cache: {
      ...(folder === undefined ? {} : { folder }),
      ramBytes: bytes(ramMegabytes),
      diskBytes: bytes(diskMegabytes),
    },
    memory: { indexMs: minutesPerDay * 60_000, modelTokens: modelTokensPerDay, bytes: bytes(megabytes) },
  };
}

/** Both commands mean the same engine: they differ in its {@link settingsOf} at most. */
export function isSameEngine(a: EngineCommand, b: EngineCommand): boolean {
  const fixed = ({ idleMs: _, cache: __, memory: ___, hangMs: ____, ...rest }: EngineCommand) => rest;
  return isDeepStrictEqual(fixed(a), fixed(b));
}
