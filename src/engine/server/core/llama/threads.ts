/** How many threads compute, and the pool that keeps them. */
import os from 'node:os';
import koffi from 'koffi';
import type { NativeFunctions } from './functions.ts';
import type { Pointer } from './structs.ts';
import { threadpoolParams } from './structs.ts';

/** `GGML_BACKEND_DEVICE_TYPE_CPU`. */
const DEVICE_CPU = 0;

const threadpoolNew = koffi.proto('void *', [koffi.pointer(threadpoolParams)]);
const threadpoolFree = koffi.proto('void', ['void *']);

export interface Threadpool {
  readonly pointer: Pointer;
  dispose(): void;
}

/**
 * As many as the machine has cores that are good at arithmetic, and one less than it has at all: the editor needs that
 * one, and ggml's threads wait for each other in loops, so a single one that is pushed off its core stalls them all.
 * Measured on 2 cores with one of them busy: a prefill of 512 tokens took 82 ms with one thread, 136 ms with two. A 0.5B
 * model alone on them reads twice as fast with two, and where an editor types its iterations then take seconds.
 */
export function defaultThreads(mathCores: number, parallelism: number = os.availableParallelism()): number {
  return Math.max(1, Math.min(mathCores, parallelism - 1));
}

/**
 * Makes a pool of threads that outlives single decodes; `undefined` for a single thread, or where the CPU backend
 * offers none. Its threads sleep as soon as they have nothing to do: by default they would spin for a tenth of a second
 * after every decode, on cores that the editor wants.
 */
export function createThreadpool(functions: NativeFunctions, threads: number): Threadpool | undefined {
  if (threads === 1) return undefined;
  const device = cpuDevice(functions);
  if (device === undefined) return undefined;
  const registry = functions.ggml_backend_dev_backend_reg(device);
  const create = functions.ggml_backend_reg_get_proc_address(registry, 'ggml_threadpool_new');
  const free = functions.ggml_backend_reg_get_proc_address(registry, 'ggml_threadpool_free');
  if (create === null || free === null) return undefined;
  const params: Record<string, unknown> = {};
  functions.ggml_threadpool_params_init(params, threads);
  const pointer = koffi.call(create, threadpoolNew, { ...params, poll: 0 }) as Pointer | null;
  if (pointer === null) return undefined;
  return { pointer, dispose: () => koffi.call(free, threadpoolFree, pointer) };
}

type ListFunctions = Pick<NativeFunctions, 'ggml_backend_dev_count' | 'ggml_backend_dev_get' | 'ggml_backend_dev_type'>;

export function cpuDevice(functions: ListFunctions): Pointer | undefined {
  for (let index = 0; index < functions.ggml_backend_dev_count(); index++) {
    const device = functions.ggml_backend_dev_get(index);
    if (functions.ggml_backend_dev_type(device) === DEVICE_CPU) return device;
  }
  return undefined;
}
