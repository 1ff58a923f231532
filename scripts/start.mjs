/**
 * Opens an editor with Quire on a sample project: the desktop VS Code when `code` is on the PATH, otherwise the editor
 * served on loopback. `--port N` and `--folder F` choose the address and what is opened; `--served` passes over the
 * desktop; `--no-open` opens no browser. Ctrl-C stops everything that was started.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuild, ensurePackage } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { ensureEditorHost } from './lib/editorHost.mjs';
import { startEditorServer } from './lib/editorServer.mjs';
import { root } from './lib/paths.mjs';
import { askedToStop, main, onPath, run, SetupError, say } from './lib/run.mjs';
import { sampleCopy } from './lib/sample.mjs';

/** Tried first, so that the address stays the same from start to start. */
const USUAL_PORT = 8137;

await main(async () => {
  const options = readOptions();
  await ensureDependencies();
  const folder = options.folder ? path.resolve(options.folder) : sampleCopy();
  if (!existsSync(folder)) throw new SetupError(`There is no folder ${folder}.`);
  const opened = options.folder ? undefined : path.join(folder, 'src/report.ts');
  const desktop = options.served ? undefined : onPath('code');
  if (desktop) await openDesktop(desktop, folder, opened);
  else await serve(folder, opened, options);
});

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string' },
        folder: { type: 'string' },
        served: { type: 'boolean', default: false },
        'no-open': { type: 'boolean', default: false },
      },
    });
    if (values.port !== undefined && !/^\d{1,5}$/.test(values.port))
      throw new Error(`--port ${values.port} is no port`);
    return values;
  } catch (error) {
    throw new SetupError(`${error.message}. Usage: npm start -- [--port N] [--folder F] [--served] [--no-open]`);
  }
}

/** The desktop editor runs on its own: it loads the extension from this folder. */
async function openDesktop(code, folder, opened) {
  await ensureBuild();
  say(`opening ${folder} in the desktop VS Code (${code})`);
  const args = [`--extensionDevelopmentPath=${root}`, '--disable-workspace-trust', folder, ...(opened ? [opened] : [])];
  const result = await run(code, args);
  if (result.code !== 0)
    throw new SetupError(`${code} ended with code ${result.code}. npm start -- --served does without it.`);
}

async function serve(folder, opened, options) {
  await ensureEditorHost();
  const port = await choosePort(options.port);
  const vsix = await ensurePackage();
  const stopping = askedToStop();
  const server = await startEditorServer({
    port,
    vsix: [vsix],
    // Models of the person are where they always are.
    environment: process.env.HOME ? { HOME: process.env.HOME } : {},
  });
  const address = server.url(folder, opened ? [['openFile', server.remote(opened)]] : []);
  say('the editor is ready; Ctrl-C stops it and everything it started');
  console.log(`\n  ${address}\n`);
  if (!options['no-open']) openBrowser(address);

  const why = await Promise.race([stopping, server.exited.then(() => 'ended')]);
  say(why === 'ended' ? 'the editor ended by itself' : `stopping (${why})`);
  await server.stop();
  say('stopped');
  process.exit(why === 'ended' ? 1 : 0);
}

/** The wanted port; without a wish the usual one, or any when that is taken (0). */
async function choosePort(wanted) {
  const port = wanted === undefined ? USUAL_PORT : Number(wanted);
  if (await isFree(port)) return port;
  if (wanted !== undefined) throw new SetupError(`Port ${port} is taken. Choose another with --port, or leave it out.`);
  say(`port ${port} is taken; any other will do`);
  return 0;
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** Where there is a display, its default browser. A browser that cannot be started is no error: the address is shown. */
function openBrowser(address) {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', address]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', address]
        : ['xdg-open', address];
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return;
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
