/** The native library for measurements inside this process. */
import type { GpuPreference } from '../../src/engine/protocol/index.ts';
import { loadNative, type NativeLibrary } from '../../src/engine/server/core/llama/library.ts';

const libraries = new Map<GpuPreference, Promise<NativeLibrary>>();

/** Loads it once: a second copy would not know where the first one's log goes. */
export function nativeLibrary(gpu: GpuPreference): Promise<NativeLibrary> {
  let library = libraries.get(gpu);
  if (!library) {
    library = loadNative({ gpu, log: () => undefined });
    libraries.set(gpu, library);
  }
  return library;
}
