/** Two GPUs on any machine: the same software driver twice. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { softwareGpu } from '../../scripts/lib/softwareGpu.mjs';

export const GPUS = ['Vulkan0', 'Vulkan1'] as const;

/** Why tests that need them are left out; false: they are not. */
export const WITHOUT_GPUS =
  softwareGpu() === undefined && 'no software Vulkan driver here (Debian: apt-get install mesa-vulkan-drivers)';

/**
 * From now on this process, and those that it starts, find {@link GPUS} and no other. To be called before the native
 * library is loaded. Compiled shaders are kept in a folder of the tests that call this, and are gone with them.
 */
export function useSoftwareGpus(): void {
  const shaders = mkdtempSync(path.join(tmpdir(), 'quire-shaders-'));
  after(() => rmSync(shaders, { recursive: true, force: true }));
  Object.assign(process.env, {
    VK_DRIVER_FILES: softwareGpu(),
    VK_ICD_FILENAMES: softwareGpu(), // what loaders before 1.3.207 read
    GGML_VK_VISIBLE_DEVICES: '0,0',
    MESA_SHADER_CACHE_DIR: shaders,
    LP_NUM_THREADS: '1',
    GALLIVM_PERF: 'nopt', // shaders that are compiled in less time, and run in more
  });
}
