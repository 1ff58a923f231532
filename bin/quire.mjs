#!/usr/bin/env node
/**
 * The command line, on whatever Node starts it: finds a Node 24 (this one, or the one that npm brought) and hands over
 * to dist/cli/main.mjs with the same streams, signals and exit code.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode24 } from '../scripts/lib/node24.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const cli = path.join(root, 'dist/cli/main.mjs');

function fail(message) {
  console.error(`quire: ${message}`);
  process.exit(1);
}

if (!existsSync(cli)) fail(`${path.relative(process.cwd(), cli)} is missing; run npm run build first`);
const node = await findNode24().catch((error) => fail(error.message));

const child = spawn(node, [cli, ...process.argv.slice(2)], { stdio: 'inherit' });
// A terminal sends these to the child as well; one that is sent to this process alone is passed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => fail(`${node} cannot be started: ${error.message}`));
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
