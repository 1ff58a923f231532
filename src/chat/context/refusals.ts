/** Why something is not attached, in words: the same ones by mention, drag, tool and diff. */

/** Bytes of the largest file that is read: beyond that no window of a local model holds a useful part of it. */
export const MOST_BYTES = 512 * 1024;

export const refusal = {
  secret: (name: string) => `${name} is secret, or ignored by git: Quire gives no such file to a model.`,
  missing: (name: string) => `${name} does not exist.`,
  tooLarge: (name: string, bytes: number) =>
    `${name} has ${sizeInWords(bytes)}; files of more than ${sizeInWords(MOST_BYTES)} are not attached. Select the part that matters and attach the selection.`,
  binary: (name: string) => `${name} is not a text.`,
  folder: (name: string) => `${name} is a folder; attach it as @folder:${name}.`,
  notFolder: (name: string) => `${name} is a file, not a folder.`,
  outside: (name: string) => `${name} lies outside the workspace, where a model does not read.`,
  withoutPath: (name: string) =>
    `${name} came without its path, so that Quire cannot see whether it is secret or ignored: drop it from the Explorer, or write @file.`,
  scheme: (name: string, scheme: string) => `${name} is in no file system that Quire can read (${scheme}).`,
  unreadable: (name: string) => `${name} could not be read. Look whether you may read it, and try again.`,
  noFolder: () => 'No folder is open: open one to attach its files.',
};

/** `12 bytes`, `3.4 KB`, `1.2 MB`; 1 KB = 1,024 bytes. */
export function sizeInWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const kilobytes = bytes / 1024;
  if (kilobytes < 1024) return `${kilobytes < 10 ? kilobytes.toFixed(1) : Math.round(kilobytes)} KB`;
  return `${(kilobytes / 1024).toFixed(1)} MB`;
}

/** A file that is no text: it has zeros, and no mark of an encoding that writes them. */
export function isBinary(bytes: Uint8Array): boolean {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return !utf16 && bytes.includes(0);
}

/**
 * A path as a tool names it, without `.`, doubled slashes and backslashes; undefined where it leaves the workspace, or could
 * be read as another place (a drive, a stream of a file, an address).
 */
export function insidePath(path: string): string | undefined {
  const written = path.trim().replaceAll('\\', '/');
  if (written.startsWith('/') || written.startsWith('~') || /[:\0]/.test(written)) return undefined;
  const parts: string[] = [];
  for (const part of written.split('/')) {
    if (part === '' || part === '.') continue;
    // Also `a/../b`: nobody who means well writes it, and behind a link it is another place.
    if (part === '..') return undefined;
    parts.push(part);
  }
  return parts.join('/');
}
