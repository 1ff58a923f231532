/** `npm run eval:completion|eval:context|eval:typing|eval:search|eval:memory|fit [-- options]`: sets up what an evaluation needs, and runs it under the editor's Node. */
import path from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { findNode24 } from './lib/node24.mjs';
import { root } from './lib/paths.mjs';
import { main, run } from './lib/run.mjs';

const ENTRIES = {
  completion: 'test/eval/main.ts',
  context: 'test/eval/context/main.ts',
  typing: 'test/eval/typing/main.ts',
  search: 'test/eval/search/main.ts',
  memory: 'test/eval/memory/main.ts',
  fit: 'test/eval/fit/main.ts',
};

await main(async () => {
  const [name, ...options] = process.argv.slice(2);
  await ensureDependencies();
  const { code } = await run(await findNode24(), [path.join(root, ENTRIES[name]), ...options], { cwd: root });
  process.exitCode = code;
});
