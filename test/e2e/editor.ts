/** A real editor for a test: the served VS Code with Quire's VSIX in it, watched for connections outside loopback. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { chromiumArguments, ensureBrowser } from '../../scripts/lib/browser.mjs';
import { ensurePackage } from '../../scripts/lib/build.mjs';
import { type EditorServer, enginePids, startEditorServer } from '../../scripts/lib/editorServer.mjs';
import type { EngineStatus } from '../../src/engine/protocol/index.ts';
import { NetworkWatch, networkGuard } from '../helpers/networkWatch.ts';
import { commandLine, processTree } from '../helpers/sockets.ts';
import { EditorWindow } from './window.ts';

const root = path.join(import.meta.dirname, '../..');
const results = path.join(root, 'test-results');

export interface EditorOptions {
  /** Names below the opened folder, and what the files hold. */
  files?: Record<string, string | Uint8Array>;
  /** User settings; the engine is kept on the CPU, and leaves soon after its last window. */
  settings?: Record<string, unknown>;
  /** True leaves workspace trust on: the folder opens untrusted. */
  trust?: boolean;
  /** The packaged extension; by default the one that QUIRE_VSIX names, as a test run does, or a fresh one. */
  vsix?: string;
  /** Packages of other extensions that are installed beside it. */
  others?: readonly string[];
  environment?: Record<string, string>;
}

export class Editor {
  readonly server: EditorServer;
  /** The opened folder. */
  readonly folder: string;
  readonly network: NetworkWatch;
  readonly #browser: Browser;
  readonly #name: string;

  /** Use {@link startEditor}. */
  constructor(parts: { server: EditorServer; folder: string; network: NetworkWatch; browser: Browser; name: string }) {
    this.server = parts.server;
    this.folder = parts.folder;
    this.network = parts.network;
    this.#browser = parts.browser;
    this.#name = parts.name;
  }

  /** Opens the folder in one more window, and waits until the workbench is there. */
  async openWindow(): Promise<EditorWindow> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    const window = new EditorWindow({ page, folder: this.folder, results, name: this.#name });
    await page.goto(this.server.url(this.folder));
    await window.untilShown();
    return window;
  }

  /** Writes the settings of the folder; the editor watches the file. */
  changeSettings(settings: Record<string, unknown>): void {
    const file = path.join(this.folder, '.vscode/settings.json');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(settings, null, 2));
  }

  /** What the command line says of the engines of this editor. */
  async engines(): Promise<EngineStatus[]> {
    const environment = { ...process.env, QUIRE_RUNTIME_DIR: this.server.runtime };
    const cli = path.join(root, 'dist/cli/main.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [cli, 'status', '--json'], { env: environment });
    return (JSON.parse(stdout) as { engines: EngineStatus[] }).engines;
  }

  /** Processes in which extensions run: one for each window. */
  extensionHostPids(): number[] {
    return processTree(this.server.pid).filter((pid) => /--type=extensionHost/.test(commandLine(pid)));
  }

  /** Processes of the engines that this editor started. */
  enginePids(): number[] {
    return enginePids(this.server.runtime);
  }

  /** Ends everything; fails when the extension or the engine reached outside loopback, or ran without the guard. */
  async stop(): Promise<void> {
    const unguarded = await this.#unguarded();
    const violations = this.network.violations();
    this.network.dispose();
    await this.#browser.close();
    const logs = path.join(this.server.folder, 'user/logs');
    const kept = path.join(results, this.#name, 'logs');
    if (existsSync(logs)) cpSync(logs, kept, { recursive: true });
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    assert.deepEqual(violations, [], 'connections outside loopback');
    assert.deepEqual(unguarded, [], 'processes that ran without the network guard');
  }

  /** A process that has only just been started may not have loaded the guard yet. */
  async #unguarded(): Promise<number[]> {
    for (let attempt = 0; ; attempt++) {
      const guarded = this.network.guarded();
      const without = [...this.extensionHostPids(), ...this.enginePids()].filter((pid) => !guarded.includes(pid));
      if (without.length === 0 || attempt === 20) return without;
      await sleep(250);
    }
  }
}

/**
 * Starts an editor on a fresh folder.
 * @param name names the folder of the screenshots and logs that are kept in test-results.
 */
export async function startEditor(name: string, options: EditorOptions = {}): Promise<Editor> {
  const { files = {}, settings = {}, trust = false, environment = {}, others = [] } = options;
  const vsix = options.vsix ?? process.env.QUIRE_VSIX ?? (await ensurePackage());
  const kept = path.join(results, name);
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-work-'));
  for (const [file, content] of Object.entries(files)) {
    const full = path.join(folder, file);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, content);
  }
  const guardFile = path.join(kept, 'network.jsonl');
  const server = await startEditorServer({
    vsix: [vsix, ...others],
    trust,
    settings: { 'quire.engine.gpu': 'off', 'quire.engine.idleMinutes': 0.2, ...settings },
    preload: networkGuard,
    environment: { QUIRE_NETWORK_GUARD_FILE: guardFile, ...environment },
    logFile: path.join(kept, 'server.log'),
  });
  try {
    const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: chromiumArguments });
    const network: NetworkWatch = new NetworkWatch({
      file: guardFile,
      pids: () => [...editor.extensionHostPids(), ...editor.enginePids()],
      ownFolder: path.join(root, 'test/vscode-host/node_modules/code-server/lib/vscode'),
    });
    const editor = new Editor({ server, folder, network, browser, name });
    return editor;
  } catch (error) {
    await server.stop();
    throw error;
  }
}
