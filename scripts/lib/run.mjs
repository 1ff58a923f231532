/** Child processes: run to the end, or end with everything they started. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A message for the person at the terminal; scripts print it without a stack. */
export class SetupError extends Error {}

/** A line for the person at the terminal. */
export const say = (text) => console.log(`quire: ${text}`);

// The reader of our output may leave first (a pipe into `head`, a closed terminal): what was started is still ended.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

/**
 * Runs a command to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean}} [options] `quiet` keeps the output for the caller;
 *   otherwise it is also shown.
 * @returns {Promise<{code: number, output: string}>} a command that cannot be started has code 127.
 */
export function run(command, args, { cwd, env = process.env, quiet = false } = {}) {
  return new Promise((resolve) => {
    const shell = process.platform === 'win32' && command.endsWith('.cmd');
    const words = shell ? [command, ...args].map((word) => `"${word}"`) : [command, ...args];
    const child = spawn(words[0], words.slice(1), { cwd, env, shell, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      from.on('data', (chunk) => {
        output += chunk;
        if (!quiet) to.write(chunk);
      });
    }
    child.on('error', (error) => resolve({ code: 127, output: String(error) }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** The first file of that name on the PATH, or undefined. */
export function onPath(name) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const ending of endings) {
      const file = path.join(folder, name + ending);
      if (folder && existsSync(file)) return file;
    }
  }
  return undefined;
}

/**
 * Ends a child that was started with `detached: true`, and everything in its process group; resolves when all are gone.
 * On Windows, where there are no groups: the child and its descendants.
 * @param {import('node:child_process').ChildProcess} child
 */
export async function endTree(child, graceMs = 5000) {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    await run('taskkill', ['/pid', String(child.pid), '/t', '/f'], { quiet: true });
    return;
  }
  signalGroup(child.pid, 'SIGTERM');
  for (let waited = 0; waited < graceMs && signalGroup(child.pid, 0); waited += 20) await sleep(20);
  signalGroup(child.pid, 'SIGKILL');
}

/** @returns whether anybody of the group is left. */
export function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Resolves, with words for the person, when this script is asked to stop: by a signal, or because the npm that runs it
 * was ended. npm passes a signal on to its shell only, which dies and leaves us behind.
 */
export function askedToStop() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve(signal));
    if (!process.env.npm_lifecycle_event) return;
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) resolve('the end of npm');
    }, 500).unref();
  });
}

/** Whether a process of that number runs. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Runs a script's main function: its errors are printed in words, and end the process with code 1. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof SetupError ? `\nquire: ${error.message}` : error);
    process.exitCode = 1;
  }
}
