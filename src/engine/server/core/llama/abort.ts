/**
 * Stops a computation on the CPU half-way. After each node of the graph libllama asks a callback whether to stop, on the
 * thread that computes: no JavaScript can run there, and waiting for the event loop would be the end of speed. So the
 * callback is a function of the C library that only reads memory, and the memory is ours:
 *
 *     bool (*callback)(void *data)          what libllama calls
 *     size_t strlen(const char *text)       what it gets: 0 for the bytes 0 0 (go on), 1 for 1 0 (stop)
 *
 * Both take one pointer and give an integer in the first register, of which a `bool` is the lowest byte, in every C ABI
 * that we are built for. The event loop raises the flag by writing one byte, which the next call sees.
 */
import koffi from 'koffi';
import { findInC } from './cLibrary.ts';
import type { NativeFunctions } from './functions.ts';
import type { Pointer } from './structs.ts';

const callback = koffi.proto('bool', ['void *']);

/** Asks the computations of one context to stop, for as long as it is raised. */
export interface AbortFlag {
  raise(): void;
  lower(): void;
  /** Only when nothing computes any more. */
  dispose(): void;
}

/**
 * Lets the computations of a context be stopped; `undefined` where no such callback is found.
 * @param find address of a function of the C library, or `undefined`.
 */
export function createAbortFlag(
  functions: Pick<NativeFunctions, 'llama_set_abort_callback'>,
  context: Pointer,
  find: (name: string) => Pointer | undefined = findInC,
): AbortFlag | undefined {
  const strlen = find('strlen');
  if (strlen === undefined) return undefined;
  const flag = koffi.alloc('uint8_t', 2) as Pointer;
  const write = (value: number): void => koffi.encode(flag, 'uint8_t', value);
  koffi.encode(flag, 'uint8_t', [1, 0], 2);
  const stops = koffi.call(strlen, callback, flag) === true;
  write(0);
  if (!stops || koffi.call(strlen, callback, flag) !== false) {
    koffi.free(flag);
    return undefined;
  }
  functions.llama_set_abort_callback(context, strlen, flag);
  return { raise: () => write(1), lower: () => write(0), dispose: () => koffi.free(flag) };
}
