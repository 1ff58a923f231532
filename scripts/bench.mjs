/**
 * `npm run bench [batch|decode|editor|fastserve|memory|placement|serving|speculation]... [--model PATH] [--gpu G] [--quick]`: sets up what the
 * benches need, and runs them under the editor's Node.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBrowser } from './lib/browser.mjs';
import { ensureBuild, ensurePackage } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { ensureEditorHost } from './lib/editorHost.mjs';
import { findNode24 } from './lib/node24.mjs';
import { root } from './lib/paths.mjs';
import { main, run } from './lib/run.mjs';

await main(async () => {
  const args = process.argv.slice(2);
  // What is wrong with them is for the bench to say.
  const { positionals } = parseArgs({
    args,
    strict: false,
    options: { model: { type: 'string' }, gpu: { type: 'string' }, quick: { type: 'boolean' } },
  });
  await ensureDependencies();
  await ensureBuild();
  const environment = {};
  if (positionals.length === 0 || positionals.includes('editor')) {
    await ensureEditorHost();
    await ensureBrowser();
    environment.QUIRE_VSIX = await ensurePackage();
  }
  const { code } = await run(await findNode24(), [path.join(root, 'test/bench/main.ts'), ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
  });
  process.exitCode = code;
});
