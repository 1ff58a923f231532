/** Opens model files with libllama; the native library itself is loaded with the first model. */
import type {
  DeviceStatus,
  EngineStatus,
  GpuPreference,
  LogEvent,
  ModelDescription,
  ModelPlan,
  ModelSpec,
} from '../../protocol/index.ts';
import { Descriptions } from './llama/description.ts';
import { chosenDevices, listDevices, type NativeDevice } from './llama/devices.ts';
import { loadNative, type NativeLibrary } from './llama/library.ts';
import { freeMemory } from './llama/memory.ts';
import { openModel } from './llama/model.ts';
import { placedOn } from './llama/placement.ts';
import type { ModelHandle, Opening } from './modelHandle.ts';
import type { PlaceRequest } from './placement/placing.ts';

type NativeStatus = EngineStatus['native'];

export interface NativeOptions {
  gpu: GpuPreference;
  /** `quire.engine.devices`; see {@link chosenDevices}. */
  devices: string;
  /** Folders with native builds that were fetched on demand. */
  moduleFolders: readonly string[];
  /** Says where a model is to lie; undefined: on all GPUs that were chosen. */
  place?: (request: PlaceRequest) => Promise<ModelPlan | undefined>;
}

export class NativeModels {
  readonly #options: NativeOptions;
  readonly #log: (level: LogEvent['level'], message: string) => void;
  readonly #descriptions = new Descriptions();
  #library: Promise<NativeLibrary> | undefined;
  #native: NativeLibrary | undefined;

  constructor(options: NativeOptions, log: (level: LogEvent['level'], message: string) => void) {
    this.#options = options;
    this.#log = log;
  }

  /** @throws EngineFailure */
  async open(spec: ModelSpec, { plan: given, shortages = 0 }: Opening): Promise<ModelHandle> {
    const library = await this.#loaded();
    const chosen = chosenDevices(listDevices(library.functions), this.#options.devices);
    const look = () => {
      const devices = listDevices(library.functions).map(usable);
      return { devices, chosen: chosenDevices(devices, this.#options.devices) };
    };
    const plan = given ?? (await this.#options.place?.({ spec, shortages, look }));
    return openModel(library, { ...spec, plan, placement: placedOn(chosen) });
  }

  /** All devices, with what is free of them now. Loads the native library. @throws EngineFailure */
  async devices(): Promise<DeviceStatus[]> {
    return listDevices((await this.#loaded()).functions).map(usable);
  }

  /** What the file at `path` is good for. @throws EngineFailure */
  async describe(path: string): Promise<ModelDescription> {
    return this.#descriptions.of(await this.#loaded(), path);
  }

  status(): NativeStatus {
    const { devices: chosen } = this.#options;
    if (!this.#native) return { gpu: 'not loaded', abi: 'not loaded', devices: [], chosen };
    const { gpu, version, functions } = this.#native;
    return { gpu, abi: version, devices: listDevices(functions).map(plain), chosen };
  }

  #loaded(): Promise<NativeLibrary> {
    // A failed load is not kept: the next try may find what was missing.
    this.#library ??= this.#load().catch((error) => {
      this.#library = undefined;
      throw error;
    });
    return this.#library;
  }

  async #load(): Promise<NativeLibrary> {
    const { gpu, moduleFolders } = this.#options;
    const library = await loadNative({ gpu, extraModuleFolders: moduleFolders, log: this.#log });
    this.#native = library;
    return library;
  }
}

/** What can be told to a client. */
const plain = ({ pointer: _, ...device }: NativeDevice): DeviceStatus => device;

/** With what models may take of it. */
const usable = (device: NativeDevice): DeviceStatus =>
  device.kind === 'cpu' ? { ...plain(device), freeBytes: Math.min(device.freeBytes, freeMemory()) } : plain(device);
