/** Which files of node_modules the bundles load at run time, beyond the native packages. */
import { nodeFileTrace } from '@vercel/nft';
import { GRAMMARS } from '../../src/syntax/languages.ts';
import { root } from '../lib/paths.mjs';

/** What the trace finds but no run needs. */
const leftOut = [
  // Chosen for the target, not for this machine: see targets.mjs.
  'node_modules/@node-llama-cpp/**',
  'node_modules/@koromix/**',
  // Copy-on-write copies of local files inside a try block; downloads do without.
  'node_modules/@reflink/**',
  // For building llama.cpp from source and starting new projects: Quire uses prebuilt libraries only.
  'node_modules/node-llama-cpp/bins/**',
  'node_modules/node-llama-cpp/templates/**',
  'node_modules/node-llama-cpp/llama/{gitRelease.bundle,CMakeLists.txt,package.json,.clang-format}',
  'node_modules/node-llama-cpp/llama/{patches,xpack,addon,cmake,gpuInfo,profiles,toolchains}/**',
];

/**
 * @param {string[]} entries bundles inside the repository, absolute
 * @returns {Promise<string[]>} files of node_modules, relative to the repository, with forward slashes
 */
export async function traceRuntimeFiles(entries) {
  const { fileList } = await nodeFileTrace(entries, {
    base: root,
    processCwd: root,
    conditions: ['node', 'import'],
    ignore: leftOut,
  });
  return [...fileList].map((file) => file.replaceAll('\\', '/')).filter((file) => file.startsWith('node_modules/'));
}

/** What `Grammars` loads by name: the parser and the grammars of the languages that it knows. Relative like the others. */
export function grammarFiles() {
  const names = ['tree-sitter.js', 'tree-sitter.wasm', ...GRAMMARS.map(({ name }) => `tree-sitter-${name}.wasm`)];
  const folder = 'node_modules/@vscode/tree-sitter-wasm';
  return [`${folder}/package.json`, ...names.map((name) => `${folder}/wasm/${name}`)];
}

/** The solver of placements, which the engine's thread for it loads by name. */
export function solverFiles() {
  return ['package.json', 'build/highs.js', 'build/highs.wasm'].map((name) => `node_modules/highs/${name}`);
}
