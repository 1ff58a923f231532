/** Reads a VSIX, which is a zip file. `node scripts/package/archive.mjs FILE FOLDER` unpacks one. */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { openPromise } from 'yauzl';

/** The part of the package that a file is counted in: a module, a folder of dist/, or a file by itself. */
function partOf(name) {
  const [module] = /(?:node_)?modules\/(?:@[^/]+\/)?[^/]+/.exec(name) ?? [];
  return (
    module ??
    name
      .replace(/^extension\//, '')
      .split('/')
      .slice(0, 2)
      .join('/')
  );
}

/** Prints the largest parts of a VSIX, packed and unpacked, in MiB. */
export async function printLargestParts(vsix, count = 12) {
  const parts = new Map();
  const zip = await openPromise(vsix);
  for await (const entry of zip.eachEntry()) {
    const part = parts.get(partOf(entry.fileName)) ?? { packed: 0, unpacked: 0 };
    part.packed += entry.compressedSize;
    part.unpacked += entry.uncompressedSize;
    parts.set(partOf(entry.fileName), part);
  }
  const mib = (bytes) => (bytes / 2 ** 20).toFixed(2).padStart(8);
  const line = (packed, unpacked, name) => console.log(`${packed} ${unpacked}  ${name}`);
  const all = [...parts].sort(([, a], [, b]) => b.packed - a.packed);
  const sum = (list, key) => list.reduce((total, [, part]) => total + part[key], 0);
  const rest = all.slice(count);
  line('  packed', 'unpacked', 'MiB');
  for (const [name, { packed, unpacked }] of all.slice(0, count)) line(mib(packed), mib(unpacked), name);
  if (rest.length > 0) line(mib(sum(rest, 'packed')), mib(sum(rest, 'unpacked')), `${rest.length} smaller parts`);
  line(mib(sum(all, 'packed')), mib(sum(all, 'unpacked')), 'total');
}

/** Unpacks a VSIX; the extension is in the folder's `extension`. */
export async function unpack(vsix, folder) {
  const zip = await openPromise(vsix);
  for await (const entry of zip.eachEntry()) {
    const file = path.join(folder, entry.fileName);
    await mkdir(path.dirname(file), { recursive: true });
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [vsix, folder] = process.argv.slice(2);
  if (vsix && folder) await unpack(vsix, folder);
  else {
    console.error('usage: node scripts/package/archive.mjs FILE.vsix FOLDER');
    process.exitCode = 2;
  }
}
