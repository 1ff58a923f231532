/** Finds a Chromium for the tests, or installs one. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { installWithApt } from './apt.mjs';
import { packedBrowser } from './packedBrowser.mjs';
import { onPath, run, SetupError } from './run.mjs';

/** What makes Chromium quiet and able to run as root in a container; it talks to nobody on its own. */
export const chromiumArguments = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];

/**
 * Absolute path of a Chromium, Chrome or Edge. Where there is none it is installed: with apt-get where that can be
 * done without asking, else from npm (Linux on x64).
 * `QUIRE_CHROMIUM` names one to use.
 * @throws SetupError that says what to install.
 */
export async function ensureBrowser() {
  const named = process.env.QUIRE_CHROMIUM;
  if (named) {
    if (existsSync(named)) return named;
    throw new SetupError(`QUIRE_CHROMIUM names ${named}, which does not exist.`);
  }
  const found = await findBrowser();
  if (found) return found;
  const problem = await installWithApt('Chromium', ['chromium', 'fonts-dejavu-core']);
  const installed = (await findBrowser()) ?? (await packedBrowser());
  if (installed) return installed;
  throw new SetupError(
    `The tests in the real editor need Chromium, Google Chrome or Microsoft Edge, and none was found${problem}. ` +
      'Install one (Debian: apt-get install chromium fonts-dejavu-core; Fedora: dnf install chromium; ' +
      'macOS: brew install --cask chromium; Windows: Edge is enough), or name it in QUIRE_CHROMIUM.',
  );
}

async function findBrowser() {
  for (const file of [...NAMES.map(onPath), ...usualPlaces()]) {
    // A file of that name may be a snap's, which cannot run in a container: only one that answers counts.
    if (file && existsSync(file) && (await answers(file))) return file;
  }
  return undefined;
}

async function answers(file) {
  if (process.platform === 'win32') return true; // chrome.exe --version opens a window there
  const { code, output } = await run(file, ['--version'], { quiet: true });
  return code === 0 && /Chrom|Edge/.test(output);
}

function usualPlaces() {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (process.platform === 'win32') {
    const folders = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
    return folders
      .filter(Boolean)
      .flatMap((folder) => [
        path.join(folder, 'Google/Chrome/Application/chrome.exe'),
        path.join(folder, 'Chromium/Application/chrome.exe'),
        path.join(folder, 'Microsoft/Edge/Application/msedge.exe'),
      ]);
  }
  return [];
}
