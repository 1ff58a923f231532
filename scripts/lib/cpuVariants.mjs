/** The builds of ggml's CPU code, one for each generation of processors, that the native package ships. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';

const SYSTEMS = { linux: 'linux', darwin: 'mac', win32: 'win' };

/** `haswell` for `libggml-cpu-haswell.so` or `ggml-cpu-haswell.dll`; undefined for other files. */
export function variantOf(file) {
  return /^(?:lib)?ggml-cpu-([\w.]+)\.(?:so|dylib|dll)$/.exec(path.basename(file))?.[1];
}

/**
 * The variants that run on this processor, best first, with the scores that ggml chooses by: a bit for each feature that
 * one uses, 0 where the processor lacks any. Empty where the package has one build only.
 */
export async function cpuVariants() {
  const name = `${SYSTEMS[process.platform]}-${process.arch}`;
  const folder = path.join(root, 'node_modules/@node-llama-cpp', name, 'bins', name);
  if (!existsSync(folder)) return [];
  const { default: koffi } = await import('koffi');
  const variants = [];
  for (const file of readdirSync(folder).filter(variantOf)) {
    // It stays loaded, as what it needs cannot be loaded twice.
    const score = koffi.load(path.join(folder, file)).func('int ggml_backend_score()');
    variants.push({ name: variantOf(file), score: score() });
  }
  return variants.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
}

/** One for each length of vectors, long ones first: they add up in another order. */
const LENGTHS = ['haswell', 'sandybridge', 'sse42', 'x64', 'armv8.2_1', 'armv8.0_1'];

/** A variant that computes as an older machine does: half of the score means that more than a detail is missing. */
export function lesserOf(variants) {
  const lesser = variants.filter(({ score }) => score < variants[0].score / 2).map(({ name }) => name);
  return LENGTHS.find((name) => lesser.includes(name));
}
