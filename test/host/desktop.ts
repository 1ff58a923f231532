/**
 * Runs the bundled suite in a desktop VS Code, which @vscode/test-electron downloads: `node test/host/desktop.ts`.
 * `QUIRE_VSCODE_VERSION` chooses the version (default: stable). On Linux a display is needed (xvfb-run gives one).
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { enginePids } from '../../scripts/lib/editorServer.mjs';
import { makeQwenShape, TINY_QWEN } from '../helpers/randomModel.ts';
import { makeWorkspace } from './workspace.ts';

const root = path.join(import.meta.dirname, '../..');

/** The editor itself; undefined, with the reason printed, when it cannot be had. */
async function desktopEditor(): Promise<string | undefined> {
  const version = process.env.QUIRE_VSCODE_VERSION ?? 'stable';
  try {
    return await downloadAndUnzipVSCode({ version, cachePath: path.join(root, '.cache/vscode') });
  } catch (error) {
    console.error(
      `quire: VS Code (${version}) could not be downloaded: ${error instanceof Error ? error.message : error}\n` +
        'quire: check the connection, or run the same suite in the served editor with: npm run test:host',
    );
    return undefined;
  }
}

async function runSuite(editor: string): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-'));
  const runtime = path.join(folder, 'run');
  const results = path.join(folder, 'results.json');
  const workspace = makeWorkspace();
  try {
    await runTests({
      vscodeExecutablePath: editor,
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(root, 'dist/test/host/index.cjs'),
      extensionTestsEnv: {
        QUIRE_TEST_RESULTS: results,
        QUIRE_RUNTIME_DIR: runtime,
        QUIRE_TEST_CHAT_MODEL: makeQwenShape(path.join(folder, 'chat.gguf'), TINY_QWEN),
      },
      launchArgs: [
        workspace,
        '--disable-extensions',
        '--disable-workspace-trust',
        '--skip-welcome',
        '--skip-release-notes',
        '--disable-telemetry',
        `--user-data-dir=${path.join(folder, 'user')}`,
      ],
    });
  } catch (error) {
    console.error(`quire: ${error instanceof Error ? error.message : error}`);
  }
  try {
    const { passed, failed } = JSON.parse(readFileSync(results, 'utf8'));
    console.log(`${passed} passed, ${failed} failed`);
    return failed === 0 && passed > 0 ? 0 : 1;
  } catch {
    console.error(
      'quire: VS Code ended without running the suite. On Linux it needs a display: xvfb-run -a npm run test:desktop',
    );
    return 1;
  } finally {
    for (const pid of enginePids(runtime)) process.kill(pid);
    for (const made of [folder, workspace])
      rmSync(made, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

const editor = await desktopEditor();
process.exitCode = editor === undefined ? 1 : await runSuite(editor);
