/** The name that a downloaded file gets. It comes from an address or a server, and must not lead anywhere else. */
import path from 'node:path';

const MOST_CHARACTERS = 200;
/** Devices of Windows, with whatever extension. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** Separators, drives, streams, wildcards and control characters, on whatever system. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const FORBIDDEN = /[/\\:*?"<>|\u0000-\u001f\u007f]/;

/** True for the plain base name of a model file on any system. */
export function isModelFileName(name: string): boolean {
  return (
    /[^.]\.gguf$/i.test(name) &&
    name.length <= MOST_CHARACTERS &&
    !name.startsWith('.') &&
    !FORBIDDEN.test(name) &&
    !RESERVED.test(name)
  );
}

/** @returns the decoded last part of an address's path; undefined where it is malformed or no name of a model file. */
export function fileNameIn(pathname: string): string | undefined {
  try {
    const name = decodeURIComponent(pathname.split('/').at(-1) ?? '');
    return isModelFileName(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

/** @returns the full path of a file directly in `folder`. @throws RangeError when the name leads out of it. */
export function pathIn(folder: string, name: string): string {
  const file = path.resolve(folder, name);
  if (!isModelFileName(name) || path.dirname(file) !== path.resolve(folder)) throw new RangeError('not a file name');
  return file;
}
