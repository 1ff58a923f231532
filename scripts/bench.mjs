/** `npm run bench [decode|editor]...`: sets up what the benches need, and runs them under the editor's Node. */
import path from 'node:path';
import { ensureBrowser } from './lib/browser.mjs';
import { ensureBuild, ensurePackage } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { ensureEditorHost } from './lib/editorHost.mjs';
import { findNode24 } from './lib/node24.mjs';
import { root } from './lib/paths.mjs';
import { main, run } from './lib/run.mjs';

await main(async () => {
  const wanted = process.argv.slice(2);
  await ensureDependencies();
  await ensureBuild();
  const environment = {};
  if (wanted.length === 0 || wanted.includes('editor')) {
    await ensureEditorHost();
    await ensureBrowser();
    environment.QUIRE_VSIX = await ensurePackage();
  }
  const { code } = await run(await findNode24(), [path.join(root, 'test/bench/main.ts'), ...wanted], {
    cwd: root,
    env: { ...process.env, ...environment },
  });
  process.exitCode = code;
});
