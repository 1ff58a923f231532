/**
 * Runs the bundled suite in the extension host of the served editor, with the repository as the extension under test:
 * `node test/host/served.ts`. Exit code 0 when every test passed. QUIRE_TEST_GREP: only tests whose name it matches.
 */
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import { chromium } from 'playwright-core';
import { chromiumArguments, ensureBrowser } from '../../scripts/lib/browser.mjs';
import { enginePids, startEditorServer } from '../../scripts/lib/editorServer.mjs';
import { NetworkWatch, networkGuard } from '../helpers/networkWatch.ts';
import { makeQwenShape, TINY_QWEN } from '../helpers/randomModel.ts';
import { makeWorkspace } from './workspace.ts';

const root = path.join(import.meta.dirname, '../..');
const kept = path.join(root, 'test-results/host');
const only = process.env.QUIRE_TEST_GREP ?? '';
const SUITE_TIMEOUT_MS = 300_000;
/** Begins the lines of the suite's report, on a console that the whole editor writes on. */
const MARK = '[suite] ';
/** Begins a line by which the suite presses a key of the editor's window. */
const KEY_MARK = '[key] ';

rmSync(kept, { recursive: true, force: true });
mkdirSync(kept, { recursive: true });
const workspace = makeWorkspace();
const chatModel = makeQwenShape(path.join(kept, 'chat.gguf'), TINY_QWEN);

const guardFile = path.join(kept, 'network.jsonl');
const server = await startEditorServer({
  smokeDriver: true,
  settings: { 'quire.engine.gpu': 'off', 'quire.engine.idleMinutes': 0.2 },
  preload: networkGuard,
  environment: { QUIRE_NETWORK_GUARD_FILE: guardFile },
  logFile: path.join(kept, 'server.log'),
});
const network = new NetworkWatch({
  file: guardFile,
  pids: () => [server.pid, ...enginePids(server.runtime)],
  ownFolder: path.join(root, 'test/vscode-host/node_modules/code-server/lib/vscode'),
});
try {
  const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: chromiumArguments });
  try {
    process.exitCode = await runSuite(await browser.newPage({ viewport: { width: 1280, height: 800 } }));
  } finally {
    await browser.close();
  }
  // The suite itself tries one, to prove that it would be seen.
  const [proof, ...others] = network.violations();
  if (!only && !proof?.startsWith('connect to 192.0.2.1:80 '))
    throw new Error('the network guard missed the attempt of the suite');
  if (only && proof !== undefined) others.push(proof);
  if (others.length > 0) throw new Error(`connections outside loopback:\n${others.join('\n')}`);
} finally {
  network.dispose();
  await server.stop();
  rmSync(workspace, { recursive: true, force: true });
}

async function runSuite(page: import('playwright-core').Page): Promise<number> {
  const exit = new Promise<number>((resolve) => page.exposeFunction('codeAutomationExit', resolve));
  await page.exposeFunction('codeAutomationLog', (_type: string, words: unknown[]) => {
    const line = format(...words);
    if (line.startsWith(MARK)) console.log(line.slice(MARK.length));
    else if (line.startsWith(KEY_MARK)) void page.keyboard.press(line.slice(KEY_MARK.length).trim());
    else appendFileSync(path.join(kept, 'console.log'), `${line}\n`);
  });
  const inHost = {
    QUIRE_TEST_RESULTS: process.env.QUIRE_TEST_RESULTS ?? path.join(kept, 'results.json'),
    QUIRE_TEST_CHAT_MODEL: chatModel,
    QUIRE_TEST_GREP: only,
    QUIRE_TEST_KEYS: KEY_MARK,
  };
  const address = server.url(workspace, [
    ['extensionDevelopmentPath', server.remote(root)],
    ['extensionTestsPath', server.remote(path.join(root, 'dist/test/host/index.cjs'))],
    ['skipWelcome', 'true'],
    ['extensionEnvironment', JSON.stringify(inHost)],
  ]);
  await page.goto(address);
  const timer = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('the suite did not end')), SUITE_TIMEOUT_MS).unref();
  });
  try {
    return await Promise.race([exit, timer]);
  } catch (error) {
    await page.screenshot({ path: path.join(kept, 'stuck.png') });
    throw error;
  }
}
