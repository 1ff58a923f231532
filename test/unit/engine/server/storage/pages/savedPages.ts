/** Pages as the tiers see them: bytes that mean nothing, under keys that hang together. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import type { PageRecord, SavedPage } from '../../../../../../src/engine/server/storage/pages/pageRecord.ts';

/** A page of a line `a-b-c`: its parent is `a-b`. The same name and size are always the same bytes, and not compressible. */
export function saved(name: string, bytes = 200, workspace = 'w'): SavedPage {
  return { record: recordOf(name, workspace), page: pageOf(`${workspace}/${name}`, bytes) };
}

export function recordOf(name: string, workspace = 'w'): PageRecord {
  const end = name.lastIndexOf('-');
  const parent = end < 0 ? null : `${workspace}/${name.slice(0, end)}`;
  const tokens = [name.length, -1, 2 ** 31 - 1];
  return { key: `${workspace}/${name}`, parent, workspace, tokens };
}

export function pageOf(key: string, bytes: number): Uint8Array {
  return new Uint8Array(createHash('shake256', { outputLength: bytes }).update(key).digest());
}

/** A folder that goes with the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'qt-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
