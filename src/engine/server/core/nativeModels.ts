/** Opens model files with libllama; the native library itself is loaded with the first model. */
import type { EngineStatus, GpuPreference, LogEvent, ModelDescription, ModelSpec } from '../../protocol/index.ts';
import { Descriptions } from './llama/description.ts';
import { loadNative, type NativeLibrary } from './llama/library.ts';
import { openModel } from './llama/model.ts';
import type { ModelHandle } from './modelHandle.ts';

type NativeStatus = EngineStatus['native'];

export interface NativeOptions {
  gpu: GpuPreference;
  /** Folders with native builds that were fetched on demand. */
  moduleFolders: readonly string[];
}

export class NativeModels {
  readonly #options: NativeOptions;
  readonly #log: (level: LogEvent['level'], message: string) => void;
  readonly #descriptions = new Descriptions();
  #library: Promise<NativeLibrary> | undefined;
  #status: NativeStatus = { gpu: 'not loaded', abi: 'not loaded', devices: [] };

  constructor(options: NativeOptions, log: (level: LogEvent['level'], message: string) => void) {
    this.#options = options;
    this.#log = log;
  }

  /** @throws EngineFailure */
  async open(spec: ModelSpec): Promise<ModelHandle> {
    return openModel(await this.#loaded(), spec);
  }

  /** What the file at `path` is good for. @throws EngineFailure */
  async describe(path: string): Promise<ModelDescription> {
    return this.#descriptions.of(await this.#loaded(), path);
  }

  status(): NativeStatus {
    return this.#status;
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
    this.#status = { gpu: library.gpu, abi: library.version, devices: library.devices };
    return library;
  }
}
