/** The sample project that `npm start` opens. */
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './paths.mjs';

/**
 * A fresh working copy, so that typing in it does not change the repository. It stands outside: what is in a folder that the
 * repository ignores is private, and nothing would be suggested there.
 * @returns its path.
 */
export function sampleCopy() {
  const copy = path.join(mkdtempSync(path.join(tmpdir(), 'quire-sample-')), 'bookshop');
  cpSync(path.join(root, 'samples/bookshop'), copy, { recursive: true });
  return copy;
}
