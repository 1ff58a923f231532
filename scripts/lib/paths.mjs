/** Where things are. All paths are absolute. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
/** What the scripts remember between runs; git ignores it and it can be removed at any time. */
export const cacheFolder = path.join(root, '.cache');
/** Screenshots and logs of the last test run. */
export const resultsFolder = path.join(root, 'test-results');
export const hostFolder = path.join(root, 'test/vscode-host');
/** The VS Code server inside code-server. */
export const editorFolder = path.join(hostFolder, 'node_modules/code-server/lib/vscode');
