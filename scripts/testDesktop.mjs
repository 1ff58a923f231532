/** The suite inside the extension host, in a desktop VS Code that is downloaded: `npm run test:desktop`. */
import path from 'node:path';
import { ensureBuild } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { findNode24 } from './lib/node24.mjs';
import { root } from './lib/paths.mjs';
import { main, run } from './lib/run.mjs';

await main(async () => {
  await ensureDependencies();
  await ensureBuild();
  const { code } = await run(await findNode24(), [path.join(root, 'test/host/desktop.ts')], { cwd: root });
  process.exitCode = code;
});
