/** Makes native packages that were fetched on demand (the CUDA build) visible to node-llama-cpp's own imports. */
import fs from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const SCOPE = '@node-llama-cpp/';
const registered = new Set<string>();

/**
 * From now on `@node-llama-cpp/*` packages that cannot be resolved as usual are looked for in `folder`, which holds an
 * `@node-llama-cpp` folder. Registering a folder again does nothing.
 */
export function registerCompanions(folder: string): void {
  if (registered.has(folder)) return;
  registered.add(folder);
  registerHooks({
    resolve(specifier, context, nextResolve) {
      try {
        return nextResolve(specifier, context);
      } catch (error) {
        const url = specifier.startsWith(SCOPE) ? entryOf(folder, specifier) : undefined;
        if (url === undefined) throw error;
        return { url, format: 'module', shortCircuit: true };
      }
    },
  });
}

function entryOf(folder: string, name: string): string | undefined {
  const root = path.join(folder, ...name.split('/'));
  try {
    const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { main?: string };
    return pathToFileURL(path.join(root, manifest.main ?? 'index.js')).href;
  } catch {
    return undefined;
  }
}
