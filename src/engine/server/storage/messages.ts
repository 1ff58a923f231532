/** What goes between the engine's thread and the storage thread, and how. */
import type { LogEvent } from '../../protocol/index.ts';

export type Log = (level: LogEvent['level'], message: string) => void;

/** One end of the line between the two threads. What is in `transfer` is gone here once it is posted. */
export interface Port {
  post(message: unknown, transfer: readonly ArrayBuffer[]): void;
  listen(take: (message: unknown) => void): void;
}

/** To the storage thread. Without an `id` nobody waits for an answer. */
export interface Call {
  id?: number;
  store: string;
  method: string;
  params: unknown;
}

/** From the storage thread: an answer, something that a store tells by itself, or a line for the log. */
export type Message =
  | { id: number; result?: unknown; error?: string }
  | { store: string; event: unknown }
  | { log: Parameters<Log> };

/** An answer some of whose bytes change hands instead of being copied. */
export class Moved<T> {
  readonly value: T;
  readonly buffers: ArrayBuffer[];

  constructor(value: T, buffers: ArrayBuffer[]) {
    this.value = value;
    this.buffers = buffers;
  }
}

/** Bytes that can change hands: their buffer has nothing else in it. Copied where it has. */
export function whole(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) return bytes as Uint8Array<ArrayBuffer>;
  return new Uint8Array(bytes);
}
