/** Finds the native packages of a target: those of this machine in node_modules, those of another fetched by npm. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../lib/paths.mjs';
import { SetupError } from '../lib/run.mjs';

/** The version to which package-lock.json holds the package that loads this one: at any other it would be refused. */
function lockedVersion(name) {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const parent = Object.values(packages).find((entry) => entry.optionalDependencies?.[name]);
  if (!parent) throw new SetupError(`package-lock.json does not name ${name}; see scripts/package/targets.mjs`);
  return parent.optionalDependencies[name];
}

function isInstalled(folder, version) {
  const file = path.join(folder, 'package.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === version;
}

/** Fetches a package into `prefix`, without running any script of it. --force: it may be made for another platform. */
function fetchInto(prefix, name, version) {
  console.log(`fetching ${name} ${version}`);
  mkdirSync(prefix, { recursive: true });
  writeFileSync(
    path.join(prefix, 'package.json'),
    JSON.stringify({ private: true, dependencies: { [name]: version } }),
  );
  const args = 'install --force --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error'.split(' ');
  // On Windows npm is a .cmd file, which only a shell can start.
  const options = { cwd: prefix, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' };
  if (spawnSync('npm', args, options).status === 0) return;
  throw new SetupError(
    `npm could not fetch ${name} ${version}; its own words are above. Check the connection and that the registry carries it.`,
  );
}

/**
 * @param {string[]} names native packages
 * @returns {{name: string, folder: string}[]} where each of them is
 */
export function locateNatives(names) {
  return names.map((name) => {
    const version = lockedVersion(name);
    const installed = path.join(root, 'node_modules', name);
    if (isInstalled(installed, version)) return { name, folder: installed };
    const prefix = path.join(root, 'build/natives', name);
    const fetched = path.join(prefix, 'node_modules', name);
    if (!isInstalled(fetched, version)) fetchInto(prefix, name, version);
    return { name, folder: fetched };
  });
}

/** Copies a native package, leaving out its README and the builds for another C library than VS Code's (musl). */
export function copyNative({ name, folder }, modulesFolder) {
  const filter = (source) => !/^(musl_|README)/.test(path.basename(source));
  cpSync(folder, path.join(modulesFolder, name), { recursive: true, filter });
}
