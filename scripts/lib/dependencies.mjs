/** npm packages: installed when, and only when, the folder differs from its lock file. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';
import { onPath, run, SetupError, say } from './run.mjs';

/** Installs the project's own dependencies, when they are missing or out of step. */
export async function ensureDependencies() {
  const difference = outOfStep(root);
  if (!difference) return;
  say(`installing dependencies with npm ci (${difference})`);
  await npmCi(root);
}

/**
 * Why `node_modules` of a folder does not match its package-lock.json, in words; undefined when it does.
 * Optional packages may be absent: most of them are for other systems.
 */
export function outOfStep(folder) {
  const installed = readLock(path.join(folder, 'node_modules/.package-lock.json'));
  if (!installed) return 'nothing is installed yet';
  const wanted = readLock(path.join(folder, 'package-lock.json'));
  if (!wanted)
    throw new SetupError(`${path.join(folder, 'package-lock.json')} is missing or damaged: restore it with git.`);
  for (const [place, entry] of Object.entries(wanted)) {
    if (!place.includes('node_modules/')) continue;
    const found = installed[place];
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (!found || !existsSync(path.join(folder, place))) {
      if (!entry.optional && !entry.devOptional && !entry.peer) return `${name} is missing`;
      if (found) return `${name} is missing`;
      continue;
    }
    if (found.version !== entry.version) return `${name} is ${found.version}, ${entry.version} is wanted`;
  }
  return undefined;
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * `npm ci`, tried twice: a busy network is the usual reason for a failure.
 * @throws SetupError with the end of npm's own words.
 */
export async function npmCi(folder) {
  const [command, ...before] = npm();
  const env = { ...process.env, npm_config_loglevel: 'error', npm_config_progress: 'false' };
  const options = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  let last = '';
  for (let attempt = 1; attempt <= 2; attempt++) {
    const { code, output } = await run(command, [...before, ...options], { cwd: folder, env });
    if (code === 0) return;
    last = output;
    if (attempt === 1) say(`npm ci failed with code ${code}; trying once more`);
  }
  throw new SetupError(
    `npm ci failed in ${folder}. Check the connection to the npm registry (npm ping), then try again.\n${last.trim().split('\n').slice(-8).join('\n')}`,
  );
}

/** The npm that started this script, or the one on the PATH. */
function npm() {
  const cli = process.env.npm_execpath;
  if (cli && /npm-cli\.c?js$/.test(cli) && existsSync(cli)) return [process.execPath, cli];
  const command = onPath('npm');
  if (!command)
    throw new SetupError('npm is not on the PATH. Install Node 20 or newer with npm from https://nodejs.org.');
  return [command];
}
