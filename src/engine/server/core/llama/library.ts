/**
 * Loads the native library once per process: node-llama-cpp chooses the build that fits the machine and maps it, koffi
 * binds the very same mapping.
 */
import koffi from 'koffi';
import { getLlama, type Llama, LlamaLogLevel } from 'node-llama-cpp';
import type { GpuPreference, LogEvent } from '../../../protocol/index.ts';
import { EngineFailure } from '../failure.ts';
import { checkAbi } from './abi.ts';
import { BufferLog } from './bufferLog.ts';
import { registerCompanions } from './companions.ts';
import { listDevices, type NativeDevice, offloadable } from './devices.ts';
import { bind, type NativeFunctions } from './functions.ts';
import { pickNative, sharedObjects } from './sharedObjects.ts';

export type Log = (level: LogEvent['level'], message: string) => void;

export interface NativeLibrary {
  /** What the build in use computes on; `cpu` also where one for GPUs finds none. */
  readonly gpu: 'cuda' | 'metal' | 'vulkan' | 'cpu';
  /** Version of libllama, as the ABI check read it. */
  readonly version: string;
  /** All devices, the CPU among them, with the memory that was free when the library was loaded. */
  readonly devices: readonly NativeDevice[];
  /** Files that the functions were found in, libllama first. */
  readonly paths: string[];
  readonly functions: NativeFunctions;
  /** node-llama-cpp's own handle: its life keeps the library loaded and its logger in charge. */
  readonly llama: Llama;
  readonly log: Log;
  readonly buffers: BufferLog;
}

export interface LoadOptions {
  gpu: GpuPreference;
  /** Folders that hold `@node-llama-cpp/*` packages fetched on demand. */
  extraModuleFolders?: readonly string[];
  log: Log;
}

/** What libllama says as errors when an iteration is stopped half-way, which is meant. */
const ABORTED = /failed with error 1$|compute status: 1$|removing memory module entries|failed to decode, ret = 2$/m;

const LEVELS: Record<LlamaLogLevel, LogEvent['level']> = {
  disabled: 'debug',
  fatal: 'error',
  error: 'error',
  warn: 'warn',
  // libllama says at this level what only its developers want to know.
  info: 'debug',
  log: 'debug',
  debug: 'debug',
};

/**
 * @throws EngineFailure `nativeUnavailable` when the GPU that was asked for, or any build at all, cannot be loaded;
 * `abiMismatch` when the build is of another version.
 */
export async function loadNative(options: LoadOptions): Promise<NativeLibrary> {
  const { gpu: preference, log } = options;
  for (const folder of options.extraModuleFolders ?? []) registerCompanions(folder);
  // The library logs before its functions are bound.
  let buffers: BufferLog | undefined;
  const llama = await choose(preference, (level, message) => {
    const own = buffers ? buffers.hear(message) : message;
    if (own !== '') log(level, own);
  });
  const paths = pickNative(sharedObjects(), llama.gpu);
  if (!paths) throw unavailable(preference, 'libllama is not among the shared objects of the process');
  let functions: NativeFunctions;
  try {
    functions = bind(paths.all.map((file) => koffi.load(file)));
  } catch (error) {
    throw new EngineFailure(
      'abiMismatch',
      'The native inference library on this machine is not the one that this version of Quire was made for. Reinstall Quire.',
      error instanceof Error ? error.message : String(error),
    );
  }
  const version = checkAbi(functions);
  const devices = listDevices(functions);
  // A build for GPUs is chosen wherever their driver's loader is, also where that finds none.
  const gpu = llama.gpu === false || offloadable(devices).length === 0 ? 'cpu' : llama.gpu;
  if (gpu === 'cpu' && preference !== 'auto' && preference !== 'off') {
    await llama.dispose();
    throw unavailable(preference, 'it finds no GPU');
  }
  log('info', `libllama ${version}, ${llama.gpu || 'cpu'} build, on ${devices.map(({ name }) => name).join(', ')}`);
  buffers = new BufferLog(
    functions,
    devices.map(({ name }) => name),
  );
  return { gpu, version, devices, paths: paths.all, functions, llama, log, buffers };
}

async function choose(preference: GpuPreference, log: Log): Promise<Llama> {
  const gpu = preference === 'off' ? false : preference;
  let llama: Llama;
  try {
    llama = await getLlama({
      gpu,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.info,
      logger: (level, message) => log(ABORTED.test(message) ? 'debug' : LEVELS[level], message.trimEnd()),
    });
  } catch (error) {
    throw unavailable(preference, error instanceof Error ? error.message : String(error));
  }
  if (gpu === 'auto' || llama.gpu === gpu) return llama;
  await llama.dispose();
  throw unavailable(preference, `the build that was found is for ${llama.gpu || 'cpu'}`);
}

function unavailable(preference: GpuPreference, detail: string): EngineFailure {
  const message =
    preference === 'auto' || preference === 'off'
      ? `Quire has no native inference library that runs on this machine (${process.platform} ${process.arch}). Install the package made for this platform.`
      : `The ${preference} build of the inference library cannot be used on this machine. Set quire.engine.gpu to auto or off.`;
  return new EngineFailure('nativeUnavailable', message, detail);
}
