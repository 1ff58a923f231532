/**
 * Preloaded with `--import`: the native library computes with the CPU variant that QUIRE_TEST_CPU names ("haswell",
 * "sse42"), in this process and, where NODE_OPTIONS preloads it, in those that it starts. ggml takes the best variant
 * that lies beside the library; so a copy of the native package is loaded that has this one only.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { variantOf } from '../../scripts/lib/cpuVariants.mjs';
import { cacheFolder } from '../../scripts/lib/paths.mjs';

const wanted = process.env.QUIRE_TEST_CPU;
if (wanted) {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      if (!specifier.startsWith('@node-llama-cpp/')) return resolved;
      const entry = fileURLToPath(resolved.url);
      const root = path.resolve(entry, '../..'); // the entry is dist/index.js
      const url = pathToFileURL(path.join(copyOf(root, wanted), path.relative(root, entry))).href;
      return { ...resolved, url };
    },
  });
}

/** A copy of a package with one variant only. Made once; several processes may ask for it at the same time. */
function copyOf(root, variant) {
  const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const target = path.join(cacheFolder, 'cpu', variant, `${name}-${version}`);
  if (existsSync(target)) return target;
  mkdirSync(path.dirname(target), { recursive: true });
  const made = mkdtempSync(`${target}-`);
  const filter = (file) => [undefined, variant].includes(variantOf(file));
  cpSync(root, made, { recursive: true, dereference: true, filter });
  try {
    renameSync(made, target);
  } catch {
    rmSync(made, { recursive: true }); // another process was quicker
  }
  return target;
}
