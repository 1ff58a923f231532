/** The bundles and the VSIX: made anew when, and only when, something that goes into them changed. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findNode24 } from './node24.mjs';
import { cacheFolder, root } from './paths.mjs';
import { run, SetupError, say } from './run.mjs';

const SOURCES = ['src', 'test/host', 'scripts/build.mjs', 'package.json', 'package-lock.json', 'tsconfig.json'];
const BUNDLES = [
  'dist/extension.cjs',
  'dist/features.cjs',
  'dist/features.shared.cjs',
  'dist/beside.cjs',
  'dist/engine/main.mjs',
  'dist/engine/storage.mjs',
  'dist/engine/memory.mjs',
  'dist/engine/templateWorker.mjs',
  'dist/engine/findWorker.mjs',
  'dist/cli/main.mjs',
  'dist/test/host/index.cjs',
];

/** Builds `dist/` when the sources changed since the last build. */
export async function ensureBuild() {
  const wanted = digest(SOURCES);
  const stamp = path.join(cacheFolder, 'build.json');
  if (readStamp(stamp)?.digest === wanted && BUNDLES.every((file) => existsSync(path.join(root, file)))) return;
  say('building the extension, the engine and the command line into dist/');
  await script('build.mjs', 'The build');
  writeStamp(stamp, { digest: wanted });
}

/**
 * Packages the extension; what is up to date is taken as it is.
 * @returns {Promise<string>} absolute path of the VSIX for this platform.
 */
export async function ensurePackage() {
  say('packaging the extension as a VSIX, unless nothing changed');
  const output = await script('package.mjs', 'The packaging');
  const file = /^(.+\.vsix)/.exec(output.trim().split('\n').at(-1) ?? '')?.[1];
  if (!file) throw new SetupError('scripts/package.mjs did not name the VSIX that it made.');
  return path.resolve(root, file);
}

async function script(name, what) {
  const { code, output } = await run(await findNode24(), [path.join(root, 'scripts', name)], {
    cwd: root,
    quiet: true,
  });
  if (code !== 0) throw new SetupError(`${what} failed; scripts/${name} says:\n${output.trim()}`);
  return output;
}

/** One hash over the names and contents of files and folders; what is absent counts as absent. */
function digest(places) {
  const hash = createHash('sha256').update(process.platform + process.arch);
  const add = (place) => {
    const full = path.join(root, place);
    if (!existsSync(full)) return;
    if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) add(path.join(place, name));
    } else {
      hash.update(`\0${place}\0`).update(readFileSync(full));
    }
  };
  places.forEach(add);
  return hash.digest('hex');
}

function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function writeStamp(file, value) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(value));
}
