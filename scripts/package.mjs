/**
 * Makes the package of a platform: `npm run package -- [--target linux-x64] [--cuda [--extra]]`.
 * Without --target it is this machine's. --cuda makes the companion package that adds CUDA instead; --extra puts the
 * kernels for older GPUs into it. The result is in build/; the last line printed is its path and its size in bytes.
 */
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findNode24 } from './lib/node24.mjs';
import { root } from './lib/paths.mjs';
import { main, run, SetupError } from './lib/run.mjs';
import { hashInputs, isUpToDate, recordInputs } from './package/inputs.mjs';
import { hostTarget, targets } from './package/targets.mjs';

function parseRequest(args) {
  const options = {
    target: { type: 'string', default: hostTarget },
    cuda: { type: 'boolean', default: false },
    extra: { type: 'boolean', default: false },
  };
  const request = parseOptions(args, options);
  const target = targets[request.target];
  if (!target)
    throw new SetupError(`No package for '${request.target}'. There are: ${Object.keys(targets).join(', ')}.`);
  if (request.cuda && !target.cuda) throw new SetupError(`There is no CUDA build for ${request.target}.`);
  if (request.extra && !request.cuda) throw new SetupError('--extra adds to --cuda: give both.');
  return request;
}

function parseOptions(args, options) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new SetupError(`${error.message}. Known: --target NAME, --cuda, --extra.`);
  }
}

function vsixPath({ target, cuda }) {
  const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return path.join(root, 'build', `${name}${cuda ? '-cuda' : ''}-${target}-${version}.vsix`);
}

await main(async () => {
  const request = parseRequest(process.argv.slice(2));
  const node = await findNode24();
  if (node !== process.execPath) {
    // vsce needs a newer Node than the oldest that these scripts run on.
    process.exitCode = (await run(node, process.argv.slice(1))).code;
    return;
  }
  const vsix = vsixPath(request);
  mkdirSync(path.dirname(vsix), { recursive: true });
  const hash = hashInputs(request);
  if (isUpToDate(vsix, hash)) console.log('nothing changed since this package was made');
  else {
    const { makePackage } = await import('./package/make.mjs');
    await makePackage(request, vsix);
    recordInputs(vsix, hash);
  }
  console.log(`${vsix} ${statSync(vsix).size}`);
});
