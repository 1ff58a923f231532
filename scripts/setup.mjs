/**
 * Brings a fresh clone to a state in which everything runs: dependencies and build; with `--all` also the editor host,
 * the browser and the software GPU that the tests use. Needs nothing but Node 20 and npm.
 */
import { ensureBrowser } from './lib/browser.mjs';
import { ensureBuild } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { ensureEditorHost } from './lib/editorHost.mjs';
import { main, say } from './lib/run.mjs';
import { ensureSoftwareGpu } from './lib/softwareGpu.mjs';

await main(async () => {
  await ensureDependencies();
  await ensureBuild();
  if (process.argv.includes('--all')) {
    await ensureEditorHost();
    say(`the tests' browser is ${await ensureBrowser()}`);
    const without = await ensureSoftwareGpu();
    if (without) say(`tests of several devices will be left out: ${without}`);
  }
  say('ready');
});
