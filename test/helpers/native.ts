/** The native library on the CPU, loaded once for a test file. */
import { loadNative, type NativeLibrary } from '../../src/engine/server/core/llama/library.ts';
import { type LlamaModel, type OpenOptions, openModel } from '../../src/engine/server/core/llama/model.ts';
import { BUNDLED_MODEL } from './gguf.ts';

let library: Promise<NativeLibrary> | undefined;

export function cpuLibrary(): Promise<NativeLibrary> {
  library ??= loadNative({ gpu: 'off', log: () => {} });
  return library;
}

export async function openBundled(options: Partial<OpenOptions> = {}): Promise<LlamaModel> {
  return openModel(await cpuLibrary(), { path: BUNDLED_MODEL, contextTokens: 0, ...options });
}
