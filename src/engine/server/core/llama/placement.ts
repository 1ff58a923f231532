/** Where a model is to lie, and the same as parameters of libllama. */
import koffi from 'koffi';
import type { DeviceBytes, KvType } from '../../../protocol/index.ts';
import { EngineFailure } from '../failure.ts';
import type { NativeDevice } from './devices.ts';
import type { NativeFunctions } from './functions.ts';
import type { ModelParams, Pointer } from './structs.ts';

/** As a plan says it: each field is libllama's of that name. */
export interface Placement {
  /** Names of the devices that layers may lie on, in order; empty: the CPU alone. */
  devices: readonly string[];
  /** The last so many layers are on `devices`, the output counting as one behind them; -1: all. */
  nGpuLayers: number;
  /** `layer`: whole layers on each. `row`, `tensor`: each matrix is cut among them. `none`: `mainGpu` alone. */
  splitMode: 'none' | 'layer' | 'row' | 'tensor';
  /** One number for each of `devices`: what share it gets. Empty: by their free memory. */
  tensorSplit: readonly number[];
  /** Index into `devices`. */
  mainGpu: number;
  /** Regular expressions on tensor names, the first that matches counts; `device` may be `CPU`. */
  tensorOverrides: readonly { pattern: string; device: string }[];
  /** Length of a sequence; absent: as the model is opened. */
  contextTokens?: number;
  /** Cells of the cache; absent: by the length of a sequence. */
  cells?: number;
  /** Of cached keys and values; absent: 16 bits, or what suits the CPU. */
  kvType?: KvType;
  /** False: they lie in the system's memory, and attention is computed by the CPU, wherever the layers are. */
  offloadKv?: boolean;
  predicted?: { bytes: Readonly<Record<string, DeviceBytes>> };
}

/** `enum llama_split_mode`. */
const SPLIT_MODES = { none: 0, layer: 1, row: 2, tensor: 3 } as const;
/** `LLAMA_LOAD_MODE_NONE`: read into buffers, in place of mapping the file. */
const READ = 0;

type PlacingFunctions = Pick<
  NativeFunctions,
  | 'llama_max_devices'
  | 'ggml_backend_dev_backend_reg'
  | 'ggml_backend_reg_get_proc_address'
  | 'ggml_backend_dev_buffer_type'
>;

export interface PlacedParams {
  readonly params: Partial<ModelParams>;
  /** Frees what `params` point at; libllama keeps nothing of it once the model is loaded. */
  free(): void;
}

/** All layers on these devices, cut by their free memory. */
export function placedOn(devices: readonly NativeDevice[]): Placement {
  const names = devices.map(({ name }) => name);
  const nGpuLayers = names.length === 0 ? 0 : -1;
  return { devices: names, nGpuLayers, splitMode: 'layer', tensorSplit: [], mainGpu: 0, tensorOverrides: [] };
}

/** True where nothing of the model is computed on a GPU. */
export function onCpuAlone({ devices, nGpuLayers }: Placement): boolean {
  return devices.length === 0 || nGpuLayers === 0;
}

/**
 * @param devices all that the library has.
 * @throws EngineFailure `nativeUnavailable` where a device is not there, or cannot be used so.
 */
export function placedParams(
  functions: PlacingFunctions,
  devices: readonly NativeDevice[],
  placement: Placement,
): PlacedParams {
  const { splitMode, tensorSplit, mainGpu, tensorOverrides, nGpuLayers } = placement;
  const chosen = placement.devices.map((name) => deviceOf(devices, name));
  if (splitMode === 'row') for (const device of chosen) checkRows(functions, device);
  const memory: Pointer[] = [];
  const free = () => {
    for (const pointer of memory.splice(0)) koffi.free(pointer);
  };
  const put = (type: string, values: readonly unknown[]): Pointer => {
    const pointer = koffi.alloc(type, values.length) as Pointer;
    memory.push(pointer);
    koffi.encode(pointer, koffi.array(type, values.length), values);
    return pointer;
  };
  const text = (value: string): Pointer => put('uint8_t', [...Buffer.from(`${value}\0`)]);
  try {
    const shares = Array.from({ length: functions.llama_max_devices() }, (_, index) => tensorSplit[index] ?? 0);
    const overrides = tensorOverrides.flatMap(({ pattern, device }) => [
      text(pattern),
      functions.ggml_backend_dev_buffer_type(deviceOf(devices, device).pointer),
    ]);
    const params: Partial<ModelParams> = {
      devices: put('uint64_t', [...chosen.map(({ pointer }) => pointer), 0n]),
      n_gpu_layers: chosen.length === 0 ? 0 : nGpuLayers,
      split_mode: SPLIT_MODES[splitMode],
      main_gpu: mainGpu,
      ...(tensorSplit.length > 0 ? { tensor_split: put('float', shares) } : {}),
      // Mapped, what lies on the CPU would count, and be kept, from its first tensor in the file to its last.
      ...(overrides.length > 0
        ? { tensor_buft_overrides: put('uint64_t', [...overrides, 0n, 0n]), load_mode: READ }
        : {}),
    };
    return { params, free };
  } catch (error) {
    free();
    throw error;
  }
}

function deviceOf(devices: readonly NativeDevice[], name: string): NativeDevice {
  const found = devices.find((device) => device.name === name);
  if (found) return found;
  throw new EngineFailure('nativeUnavailable', `The device ${name} that a model was to lie on is not there any more.`);
}

/** libllama refuses such a model without saying why. */
function checkRows(functions: PlacingFunctions, { pointer, name }: NativeDevice): void {
  const registry = functions.ggml_backend_dev_backend_reg(pointer);
  if (functions.ggml_backend_reg_get_proc_address(registry, 'ggml_backend_split_buffer_type') !== null) return;
  throw new EngineFailure(
    'nativeUnavailable',
    `${name} cannot hold some rows of a matrix only. Split by layer or by tensor.`,
  );
}
