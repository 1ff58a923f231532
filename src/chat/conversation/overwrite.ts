/** Files of conversations whose bytes are overwritten before they go: they may be somebody's code. */
import { linkSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';

/**
 * Removes a file; its bytes are overwritten first.
 * @returns false where there was no such file.
 * @throws Error in words.
 */
export async function erase(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'r+');
    try {
      const { size } = await handle.stat();
      const zeros = Buffer.alloc(Math.min(size, 1 << 20));
      for (let at = 0; at < size; at += zeros.length)
        await handle.write(zeros, 0, Math.min(zeros.length, size - at), at);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rm(file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw new Error(
      `The conversation cannot be removed (${code ?? 'unknown reason'}). Remove ${file} by hand, or close what holds it.`,
    );
  }
}

/**
 * Puts another content into a file, whole at every moment, and overwrites what it was. In one step of this process; what
 * another one appends meanwhile is kept.
 * @param change undefined: the file stays as it is.
 * @returns whether it was changed.
 */
export async function rewrite(file: string, change: (content: string) => string | undefined): Promise<boolean> {
  const content = readFileSync(file, 'utf8');
  const after = change(content);
  if (after === undefined) return false;
  const old = `${file}.${process.pid}.old`;
  const made = `${file}.${process.pid}.new`;
  writeFileSync(made, after, { mode: 0o600, flush: true });
  try {
    linkSync(file, old);
  } catch {
    // A file system without links: for a moment there is no file.
    renameSync(file, old);
  }
  renameSync(made, file);
  if (statSync(old).size > Buffer.byteLength(content)) {
    const tail = readFileSync(old).subarray(Buffer.byteLength(content)).toString('utf8');
    writeFileSync(file, change(tail) ?? tail, { flag: 'a', flush: true });
  }
  await erase(old);
  return true;
}
