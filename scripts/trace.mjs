/** `node scripts/trace.mjs --files GLOB_OR_FOLDER`: makes traces for `quire replay`, with test/traces under Node 24. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { findNode24 } from './lib/node24.mjs';
import { root } from './lib/paths.mjs';
import { main } from './lib/run.mjs';

await main(async () => {
  const args = [path.join(root, 'test/traces/main.ts'), ...process.argv.slice(2)];
  const child = spawn(await findNode24(), args, { stdio: 'inherit' });
  process.exitCode = await new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
});
