/** `npm run eval:completion [-- options]`: sets up what the evaluation needs, and runs it under the editor's Node. */
import path from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { findNode24 } from './lib/node24.mjs';
import { root } from './lib/paths.mjs';
import { main, run } from './lib/run.mjs';

await main(async () => {
  await ensureDependencies();
  const { code } = await run(await findNode24(), [path.join(root, 'test/eval/main.ts'), ...process.argv.slice(2)], {
    cwd: root,
  });
  process.exitCode = code;
});
