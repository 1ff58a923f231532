/** The served VS Code: a package of its own, installed on demand into test/vscode-host/node_modules. */
import { existsSync, lstatSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { npmCi, outOfStep } from './dependencies.mjs';
import { editorFolder, hostFolder } from './paths.mjs';
import { SetupError, say } from './run.mjs';

/** Installs the editor host when it is missing or out of step with its lock file. */
export async function ensureEditorHost() {
  const difference = outOfStep(hostFolder);
  if (difference) {
    say(`installing the editor host, a real VS Code served on loopback, about 380 MB (${difference})`);
    await npmCi(hostFolder);
  }
  linkPackages(editorFolder);
  linkPackages(path.join(editorFolder, 'extensions'));
  if (!existsSync(path.join(editorFolder, 'out/server-main.js'))) {
    throw new SetupError(
      `The editor host is incomplete. Remove ${path.join(hostFolder, 'node_modules')} and try again.`,
    );
  }
}

/**
 * code-server leaves it to an install script to fetch the packages of the editor inside it, with a lock file that npm
 * refuses. They are listed in test/vscode-host/package.json instead; a link shows them to the editor (and to the
 * browser, which is served files from there). A junction needs no rights on Windows.
 */
function linkPackages(folder) {
  const link = path.join(folder, 'node_modules');
  const packages = path.join(hostFolder, 'node_modules');
  // In a copied working tree it leads to the packages of the one that it was copied from.
  if (existsSync(link) && realpathSync(link) === realpathSync(packages)) return;
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link);
  symlinkSync(packages, link, 'junction');
}
