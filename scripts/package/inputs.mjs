/** Knows whether a package that was made before is still what the sources would make. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../lib/paths.mjs';

/** Everything that a package is made of; the lock file stands for node_modules. */
function inputs() {
  const documents = readdirSync(root).filter((name) => /^(package.*\.json|.*\.md|LICENSE|\.vscodeignore)$/.test(name));
  return ['src', 'media', 'samples', 'scripts', ...documents.sort()];
}

function filesUnder(name) {
  const absolute = path.join(root, name);
  if (!statSync(absolute).isDirectory()) return [name];
  return readdirSync(absolute)
    .sort()
    .flatMap((child) => filesUnder(`${name}/${child}`));
}

/** A hash over names and contents of all inputs, and over what was asked for. */
export function hashInputs(request) {
  const hash = createHash('sha256').update(JSON.stringify(request));
  for (const file of inputs().flatMap(filesUnder)) {
    const content = readFileSync(path.join(root, file));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

const recordOf = (vsix) => `${vsix}.inputs`;

export function isUpToDate(vsix, hash) {
  return existsSync(vsix) && existsSync(recordOf(vsix)) && readFileSync(recordOf(vsix), 'utf8') === hash;
}

export function recordInputs(vsix, hash) {
  writeFileSync(recordOf(vsix), hash);
}
