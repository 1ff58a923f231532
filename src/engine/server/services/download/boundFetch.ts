/**
 * Gives `fetch` a signal from the outside. node-llama-cpp's downloader takes none: cancelled, it leaves connections
 * open and repeats requests for minutes. Inside {@link bindFetch} all of them end with the signal, and none follows.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const bound = new AsyncLocalStorage<AbortSignal>();
const plainFetch = globalThis.fetch;

globalThis.fetch = (input, init) => {
  const signal = bound.getStore();
  if (signal === undefined) return plainFetch(input, init);
  const signals = init?.signal ? [signal, init.signal] : [signal];
  return plainFetch(input, { ...init, signal: AbortSignal.any(signals) });
};

/**
 * Runs `work`; every `fetch` that comes of it, directly or later, ends when `signal` is aborted.
 * @param signal aborted without a reason of its own: the downloader takes an `AbortError` as the end.
 */
export function bindFetch<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return bound.run(signal, work);
}
