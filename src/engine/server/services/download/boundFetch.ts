/**
 * Gives `fetch` a signal and a bound from the outside. node-llama-cpp's downloader takes neither: cancelled, it leaves
 * connections open and repeats requests for minutes, and it writes down whatever a server sends. Inside {@link bindFetch}
 * all requests end with the signal, and none follows; an answer that is longer than it may be ends them too.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface FetchBound {
  /** Aborted without a reason of its own: the downloader takes an `AbortError` as the end. */
  signal: AbortSignal;
  /** What one answer may have, in bytes; may change while requests run. */
  mostBytes: number;
  /** A server sends more than that. */
  onExcess(): void;
}

const bound = new AsyncLocalStorage<FetchBound>();
const plainFetch = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const store = bound.getStore();
  if (store === undefined) return plainFetch(input, init);
  const signals = init?.signal ? [store.signal, init.signal] : [store.signal];
  const response = await plainFetch(input, { ...init, signal: AbortSignal.any(signals) });
  if (response.body) Object.defineProperty(response, 'body', { value: response.body.pipeThrough(counter(store)) });
  return response;
};

/** Runs `work`; every `fetch` that comes of it, directly or later, is bound. */
export function bindFetch<T>(store: FetchBound, work: () => Promise<T>): Promise<T> {
  return bound.run(store, work);
}

function counter(store: FetchBound): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let received = 0;
  return new TransformStream({
    transform(chunk, controller) {
      received += chunk.byteLength;
      if (received <= store.mostBytes) return controller.enqueue(chunk);
      controller.error(new Error('The answer is longer than it was said to be.'));
      store.onExcess();
    },
  });
}
