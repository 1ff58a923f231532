/**
 * Mesa's lavapipe: a Vulkan driver that computes on the CPU. To the native library it is a GPU, and as often as it is named
 * another one, so that models can really be put on several devices on any machine. Debian: mesa-vulkan-drivers.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { installWithApt } from './apt.mjs';
import { root } from './paths.mjs';

const DRIVERS = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'];
const LOADER = ['/usr/lib/x86_64-linux-gnu/libvulkan.so.1', '/usr/lib64/libvulkan.so.1', '/usr/lib/libvulkan.so.1'];
const BUILD = 'node_modules/@node-llama-cpp/linux-x64-vulkan/bins/linux-x64-vulkan';

/** @returns {string | undefined} the driver's manifest, where it, Vulkan's loader and the native build for it are there. */
export function softwareGpu() {
  if (whyNever() || !LOADER.some((file) => existsSync(file))) return undefined;
  for (const folder of DRIVERS) {
    const name = existsSync(folder) ? readdirSync(folder).find((file) => /^lvp_icd.*\.json$/.test(file)) : undefined;
    if (name) return path.join(folder, name);
  }
  return undefined;
}

/**
 * Installs it where it is not there and that can be done without asking.
 * @returns {Promise<string | undefined>} in words, why there is none; undefined where there is.
 */
export async function ensureSoftwareGpu() {
  const never = whyNever();
  if (never || softwareGpu()) return never;
  const problem = await installWithApt('a software GPU (mesa-vulkan-drivers)', ['mesa-vulkan-drivers']);
  if (softwareGpu()) return undefined;
  return `there is no software Vulkan driver${problem} (Debian: apt-get install mesa-vulkan-drivers)`;
}

function whyNever() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the software GPU is used on Linux on x64 only';
  if (!existsSync(path.join(root, BUILD))) return 'the native library for Vulkan is not installed';
  return undefined;
}
