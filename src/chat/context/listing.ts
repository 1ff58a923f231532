/** A folder as a text: names with sizes, and what the files in it define. */
import { sizeInWords } from './refusals.ts';

export interface ListedEntry {
  /** Relative to the folder that is listed, with '/'. */
  path: string;
  /** Bytes; absent for folders. */
  size?: number;
  /** What it defines, each on a line of its own, indented by depth. */
  outline?: string[];
}

/** @param entries folders before what is in them. */
export function listingText(entries: readonly ListedEntry[]): string {
  return entries
    .flatMap(({ path, size, outline = [] }) => {
      const indent = '  '.repeat(path.split('/').length - 1);
      const name = path.slice(path.lastIndexOf('/') + 1);
      return [
        `${indent}${name}${size === undefined ? '/' : ` (${sizeInWords(size)})`}`,
        ...outline.map((line) => `${indent}  - ${line}`),
      ];
    })
    .join('\n');
}
