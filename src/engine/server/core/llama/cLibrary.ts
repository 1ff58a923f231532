/** Functions of the C library that the process has loaded anyway. */
import koffi from 'koffi';
import type { Pointer } from './structs.ts';

/** Where they are looked for: among all that the process has loaded, and by name, as Windows has no such search. */
const LIBRARIES: (string | null)[] = process.platform === 'win32' ? ['ucrtbase.dll', 'msvcrt.dll'] : [null];

/** @returns its address; undefined where there is none of the name. */
export function findInC(name: string): Pointer | undefined {
  for (const library of LIBRARIES) {
    try {
      return koffi.load(library).symbol(name) as Pointer;
    } catch {
      // not in this one
    }
  }
  return undefined;
}
