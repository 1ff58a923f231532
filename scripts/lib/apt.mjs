/** Installs Debian packages for the tests, where that can be done without asking. */
import { onPath, run, say } from './run.mjs';

/**
 * @param {string} what in words, for the person at the terminal.
 * @param {string[]} packages
 * @returns {Promise<string>} why they could not be installed, as the end of a sentence; empty when they were, and without apt.
 */
export async function installWithApt(what, packages) {
  const apt = onPath('apt-get');
  if (!apt) return '';
  const root = process.getuid?.() === 0;
  if (!root && (await run('sudo', ['-n', 'true'], { quiet: true })).code !== 0) {
    return ', and installing it with apt-get needs root (or sudo without a password)';
  }
  const as = root ? [] : ['sudo', '-n'];
  const [command, ...before] = [...as, 'env', 'DEBIAN_FRONTEND=noninteractive', apt];
  say(`installing ${what} with apt-get`);
  await run(command, [...before, 'update', '-q'], { quiet: true });
  const { code, output } = await run(
    command,
    [...before, 'install', '-y', '-q', '--no-install-recommends', ...packages],
    { quiet: true },
  );
  return code === 0 ? '' : `, and apt-get could not install it (${output.trim().split('\n').at(-1)})`;
}
