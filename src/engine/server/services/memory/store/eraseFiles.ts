/** Erasing a memory to the last byte: its file, its log, and what was set aside of it. */
import { closeSync, fstatSync, fsyncSync, openSync, readdirSync, rmSync, truncateSync, writeSync } from 'node:fs';
import path from 'node:path';

const BLOCK = new Uint8Array(2 ** 20);

/**
 * Overwrites and removes the files of a memory that nobody has open. (A file system that writes elsewhere in place of
 * overwriting, and a solid-state disk inside, may keep the old bytes until they need the room.)
 * @returns bytes that were in them.
 */
export function eraseMemoryFiles(file: string): number {
  const folder = path.dirname(file);
  const name = path.basename(file);
  const ours = (other: string) =>
    other.startsWith(name) && /^(-wal|-shm|-journal|\.broken-[\d-]+(-wal|-shm)?)?$/.test(other.slice(name.length));
  // The log goes first: without its file it says nothing, and it is never taken for that of the next one.
  const files = readdirSync(folder).filter(ours).sort().reverse();
  return files.reduce((sum, other) => sum + eraseFile(path.join(folder, other)), 0);
}

function eraseFile(file: string): number {
  const handle = openSync(file, 'r+');
  let size: number;
  try {
    ({ size } = fstatSync(handle));
    for (let at = 0; at < size; at += BLOCK.length) writeSync(handle, BLOCK, 0, Math.min(BLOCK.length, size - at), at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  truncateSync(file);
  rmSync(file);
  return size;
}
