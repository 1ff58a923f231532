/**
 * Native memory into an array that exists already. koffi's own way makes a new array each time, 0.3 ms for the logits of
 * 150,000 tokens; `memcpy` takes 0.02. A view without a copy is not allowed under Electron's memory cage.
 */
import koffi from 'koffi';
import { findInC } from './cLibrary.ts';
import type { Pointer } from './structs.ts';

/** Looked for at the first copy: koffi is configured before it loads anything. Null: there is none. */
let memcpy: Pointer | null | undefined;
const signature = koffi.proto('void *', ['void *', 'void *', 'size_t']);

/** Copies the first `count` 32-bit floats at `source`. */
export function copyFloats(target: Float32Array, source: Pointer, count: number): void {
  if (memcpy === undefined) memcpy = findInC('memcpy') ?? null;
  if (memcpy === null) target.set(koffi.decode(source, koffi.array('float', count, 'Typed')) as Float32Array);
  else koffi.call(memcpy, signature, target, source, 4 * count);
}
