/**
 * Weights that the CPU lays out anew for its own units. Those of Intel's AMX are multiplied by one matrix only: ggml's code
 * for them ends the process where a recurrent model computes several sequences in a batch (ggml-org/llama.cpp#20824), and
 * says before that it can.
 */
import koffi from 'koffi';
import type { NativeFunctions } from './functions.ts';
import type { GgufHeader } from './ggufHeader.ts';
import type { Pointer } from './structs.ts';
import { cpuDevice } from './threads.ts';

type ExtraFunctions = Pick<
  NativeFunctions,
  | 'ggml_backend_dev_count'
  | 'ggml_backend_dev_get'
  | 'ggml_backend_dev_type'
  | 'ggml_backend_dev_backend_reg'
  | 'ggml_backend_reg_get_proc_address'
  | 'ggml_backend_buft_name'
>;

/** An array of buffer types that ends with a null pointer. */
const getExtra = koffi.proto('void *', ['void *']);
const MOST = 16;

/** @returns names of the kinds of buffers that the CPU has beside its usual one: `AMX`, `CPU_REPACK`; none where it is not known. */
export function extraBuffers(functions: ExtraFunctions): string[] {
  const device = cpuDevice(functions);
  if (device === undefined) return [];
  const registry = functions.ggml_backend_dev_backend_reg(device);
  const get = functions.ggml_backend_reg_get_proc_address(registry, 'ggml_backend_dev_get_extra_bufts');
  if (get === null) return [];
  const list = koffi.call(get, getExtra, device) as Pointer | null;
  const names: string[] = [];
  for (let at = 0; list !== null && at < MOST; at++) {
    const type = koffi.decode(list, at * koffi.sizeof('void *'), 'void *') as Pointer | null;
    if (type === null) break;
    names.push(functions.ggml_backend_buft_name(type));
  }
  return names;
}

/** Whether a model computes the sequences of a batch side by side, as Mamba, RWKV, LFM2 and hybrids do. */
export const hasRecurrentLayers = ({ metadata }: Pick<GgufHeader, 'metadata'>): boolean =>
  [...metadata.keys()].some((key) => /^[^.]+\.(?:ssm|wkv|shortconv|kda)\./.test(key));

/** @param isRecurrent {@link hasRecurrentLayers}. @returns whether the CPU may lay the weights of such a model out anew. */
export const mayRepack = (functions: ExtraFunctions, isRecurrent: boolean): boolean =>
  !isRecurrent || !extraBuffers(functions).includes('AMX');
