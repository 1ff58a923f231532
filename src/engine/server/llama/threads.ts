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

/** Half the cores on a large machine. */
export function defaultThreads(parallelism = os.availableParallelism()): number {
  return Math.max(1, parallelism <= 2 ? parallelism : Math.floor(parallelism / 2));
}

/** Makes a pool of threads that outlives single decodes; `undefined` where the CPU backend offers none. */
export function createThreadpool(functions: NativeFunctions, threads: number, poll: number): Threadpool | undefined {
  const registry = cpuRegistry(functions);
  if (registry === undefined) return undefined;
  const create = functions.ggml_backend_reg_get_proc_address(registry, 'ggml_threadpool_new');
  const free = functions.ggml_backend_reg_get_proc_address(registry, 'ggml_threadpool_free');
  if (create === null || free === null) return undefined;
  const params: Record<string, unknown> = {};
  functions.ggml_threadpool_params_init(params, threads);
  const pointer = koffi.call(create, threadpoolNew, { ...params, poll }) as Pointer | null;
  if (pointer === null) return undefined;
  return { pointer, dispose: () => koffi.call(free, threadpoolFree, pointer) };
}

function cpuRegistry(functions: NativeFunctions): Pointer | undefined {
  for (let index = 0; index < functions.ggml_backend_dev_count(); index++) {
    const device = functions.ggml_backend_dev_get(index);
    if (functions.ggml_backend_dev_type(device) === DEVICE_CPU) return functions.ggml_backend_dev_backend_reg(device);
  }
  return undefined;
}
