/** Puts a package together in a folder of its own below build/ and has vsce pack it; .vscodeignore says what goes in. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { build } from '../build.mjs';
import { root } from '../lib/paths.mjs';
import { printLargestParts } from './archive.mjs';
import { copyNative, locateNatives } from './natives.mjs';
import { thirdPartyNotices } from './notices.mjs';
import { grammarFiles, solverFiles, traceRuntimeFiles } from './runtimeFiles.mjs';
import { targets } from './targets.mjs';

const readManifest = () => JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

function writeManifest(stage, manifest) {
  writeFileSync(path.join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The extension: bundles, the modules they load, the target's natives, media and documents. */
async function stageExtension(stage, { target }) {
  // What only the repository needs. Everything the extension depends on is in dist/ already.
  const { scripts, bin, dependencies, devDependencies, optionalDependencies, private: _, ...manifest } = readManifest();
  writeManifest(stage, manifest);
  const documents = readdirSync(root).filter((name) =>
    /^(package\.nls.*\.json|README\.md|CHANGELOG\.md|LICENSE)$/.test(name),
  );
  for (const name of ['media', 'samples', ...documents])
    cpSync(path.join(root, name), path.join(stage, name), { recursive: true });

  const dist = path.join(stage, 'dist');
  const bundled = await build({ production: true, outdir: dist });
  const entries = ['engine/main.mjs', 'engine/memory.mjs', 'cli/main.mjs'];
  const traced = await traceRuntimeFiles(entries.map((entry) => path.join(dist, entry)));
  const loaded = [...new Set([...traced, ...grammarFiles(), ...solverFiles()])];
  for (const file of loaded) cpSync(path.join(root, file), path.join(dist, file));
  const natives = locateNatives(targets[target].natives);
  for (const native of natives) copyNative(native, path.join(dist, 'node_modules'));
  const notices = thirdPartyNotices(
    [...bundled, ...loaded],
    natives.map((native) => native.folder),
  );
  writeFileSync(path.join(stage, 'THIRD-PARTY-NOTICES.txt'), notices);
}

/** The companion: no code, only native packages in `modules/`, the folder to name to the engine. */
function stageCuda(stage, { target, extra }) {
  const { name, publisher, version, license, engines, extensionKind, categories } = readManifest();
  const { base, extra: olderGpus } = targets[target].cuda;
  writeManifest(stage, {
    name: `${name}-cuda`,
    displayName: 'Quire CUDA',
    description: 'NVIDIA CUDA libraries for Quire. Carries no code; Quire finds it by itself.',
    ...{ publisher, version, license, engines, extensionKind, categories },
  });
  cpSync(path.join(root, 'LICENSE'), path.join(stage, 'LICENSE'));
  const natives = locateNatives(extra ? [base, olderGpus] : [base]);
  for (const native of natives) copyNative(native, path.join(stage, 'modules'));
  const notices = thirdPartyNotices(
    [],
    natives.map((native) => native.folder),
  );
  writeFileSync(path.join(stage, 'THIRD-PARTY-NOTICES.txt'), notices);
}

/**
 * @param {{target: string, cuda: boolean, extra: boolean}} request
 * @param {string} vsix path of the package to write; it appears there whole or not at all.
 */
export async function makePackage(request, vsix) {
  const stage = mkdtempSync(path.join(root, 'build', `stage-${request.target}-`));
  const unfinished = path.join(stage, path.basename(vsix));
  try {
    if (request.cuda) stageCuda(stage, request);
    else await stageExtension(stage, request);
    await createVSIX({
      cwd: stage,
      target: request.target,
      packagePath: unfinished,
      ignoreFile: path.join(root, '.vscodeignore'),
      dependencies: false,
      followSymlinks: false,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
    });
    renameSync(unfinished, vsix);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  await printLargestParts(vsix);
}
