/** Starts the served VS Code on loopback, with folders of its own, and stops it with all that it started. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findNode24 } from './node24.mjs';
import { editorFolder } from './paths.mjs';
import { endTree, isAlive, run, SetupError, signalGroup } from './run.mjs';

/** An editor that shows nothing of its own accord and asks nobody on the network. */
export const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'chat.disableAIFeatures': false,
  'telemetry.telemetryLevel': 'off',
  'update.showReleaseNotes': false,
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'git.openRepositoryInParentFolders': 'never',
  'typescript.disableAutomaticTypeAcquisition': true,
  'files.autoSave': 'off',
  'json.schemaDownload.enable': false,
};

/**
 * Starts an editor. See editorServer.d.mts for the options and what comes back.
 * @throws SetupError with the server's own words when it does not come up.
 */
export async function startEditorServer({
  settings = {},
  vsix = [],
  trust = false,
  smokeDriver = false,
  port = 0,
  environment = {},
  preload,
  logFile,
} = {}) {
  const node = await findNode24();
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-'));
  const runtime = path.join(folder, 'run');
  const user = path.join(folder, 'user');
  for (const needed of [runtime, path.join(user, 'User'), path.join(folder, 'extensions'), path.join(folder, 'home')]) {
    mkdirSync(needed, { recursive: true, mode: 0o700 });
  }
  writeFileSync(path.join(user, 'User/settings.json'), JSON.stringify({ ...quietSettings, ...settings }, null, 2));

  const command = [
    // The extension host inherits these arguments; it would not inherit NODE_OPTIONS.
    ...(preload ? ['--require', preload] : []),
    path.join(editorFolder, 'out/server-main.js'),
    '--accept-server-license-terms',
    ...['--user-data-dir', user, '--server-data-dir', path.join(folder, 'server')],
    ...['--extensions-dir', path.join(folder, 'extensions')],
  ];
  const env = {
    ...process.env,
    HOME: path.join(folder, 'home'),
    PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}`,
    LANG: 'C.UTF-8',
    QUIRE_RUNTIME_DIR: runtime,
    QUIRE_DATA_DIR: path.join(folder, 'data'),
    ...environment,
  };
  // Set by an editor whose terminal runs this; they would make the server believe it is part of that editor.
  for (const name of Object.keys(env)) if (/^(VSCODE_|ELECTRON_)/.test(name)) delete env[name];

  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  // One after the other: beside a second one it asks a gallery for the first.
  for (const file of vsix) {
    const { code, output } = await run(node, [...command, '--install-extension', file], { env, quiet: true });
    if (code !== 0) {
      removeFolder();
      throw new SetupError(`The editor refused to install ${file}:\n${output}`);
    }
  }

  const options = [
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--without-connection-token',
    '--telemetry-level',
    'off',
  ];
  if (!trust) options.push('--disable-workspace-trust');
  if (smokeDriver) options.push('--enable-smoke-test-driver');
  const child = spawn(node, [...command, ...options], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const endEngines = async () => {
    for (const pid of enginePids(runtime)) await endProcess(pid);
  };
  const stop = async () => {
    await endTree(child);
    await endEngines();
    process.off('exit', endAtOnce);
    removeFolder();
  };
  // A test run that is cut short still ends what it started.
  const endAtOnce = () => {
    signalGroup(child.pid, 'SIGKILL');
    for (const pid of enginePids(runtime)) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
  };
  process.once('exit', endAtOnce);
  if (process.listenerCount('SIGTERM') === 0) process.once('SIGTERM', () => process.exit(143));

  let listening;
  try {
    listening = await untilListening(child, logFile);
  } catch (error) {
    await stop();
    throw error;
  }
  const origin = `http://127.0.0.1:${listening}`;
  const remote = (file) => `vscode-remote://127.0.0.1:${listening}${asUriPath(file)}`;
  return {
    pid: child.pid,
    port: listening,
    folder,
    runtime,
    url: (opened, payload = []) => {
      const extra = payload.length > 0 ? `&payload=${encodeURIComponent(JSON.stringify(payload))}` : '';
      return `${origin}/?folder=${encodeURI(asUriPath(opened))}${extra}`;
    },
    remote,
    exited: new Promise((resolve) => child.once('exit', resolve)),
    stop,
  };
}

/** Process numbers of the engines whose private folder this is. */
export function enginePids(runtime) {
  let names = [];
  try {
    names = readdirSync(runtime).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      const { pid } = JSON.parse(readFileSync(path.join(runtime, name), 'utf8'));
      return Number.isInteger(pid) && isAlive(pid) ? [pid] : [];
    } catch {
      return [];
    }
  });
}

async function endProcess(pid) {
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (let waited = 0; waited < 3000 && isAlive(pid); waited += 50) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    if (!isAlive(pid)) return;
  }
}

function untilListening(child, logFile) {
  const log = logFile && createWriteStream(logFile, { flags: 'a' });
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (why) =>
      reject(new SetupError(`The editor ${why}:\n${output.trim().split('\n').slice(-20).join('\n')}`));
    const timer = setTimeout(() => fail('did not start within 60 seconds'), 60_000);
    const read = (chunk) => {
      log?.write(chunk);
      if (output.length > 1_000_000) return;
      output += chunk;
      const found = /Extension host agent listening on (\d+)/.exec(output);
      if (!found) return;
      clearTimeout(timer);
      resolve(Number(found[1]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('exit', (code) => {
      clearTimeout(timer);
      log?.end();
      fail(`ended with code ${code}`);
    });
  });
}

/** `/home/me/x` stays; `C:\me\x` becomes `/C:/me/x`. */
function asUriPath(file) {
  const slashes = file.replaceAll('\\', '/');
  return slashes.startsWith('/') ? slashes : `/${slashes}`;
}
