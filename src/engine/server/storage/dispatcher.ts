/** A thread's side of the line: calls go to their store, what it returns or throws goes back. */
import { type Call, type Message, Moved, type Port } from './messages.ts';
import type { StoreHost, StoresOf } from './stores.ts';

/** The method that ends everything: all stores are closed, and `onClosed` is called when the answer is on its way. */
export const CLOSE: Omit<Call, 'id'> = { store: '*', method: 'close', params: undefined };

/**
 * Serves stores on `port`. An error in a store is an answer, or a line in the log; it ends nothing.
 * @param makeStores makes them, by name, from what each is given.
 */
export function dispatch(
  port: Port,
  makeStores: (host: (store: string) => StoreHost<unknown>) => StoresOf,
  onClosed: () => void,
): void {
  const post = (message: Message, buffers: readonly ArrayBuffer[] = []) => port.post(message, buffers);
  const stores = makeStores((store) => ({
    log: (...log) => post({ log }),
    emit: (event) => post({ store, event }),
  }));
  const run = ({ store, method, params }: Call): unknown => {
    if (store === CLOSE.store) return Promise.all(Object.values(stores).map((each) => each.close()));
    return stores[store]![method]!(params);
  };
  port.listen(async (message) => {
    const call = message as Call;
    try {
      // What is not asynchronous is done before the next message is looked at: calls of a store keep their order.
      const result = await run(call);
      if (call.id === undefined) return;
      if (result instanceof Moved) post({ id: call.id, result: result.value }, result.buffers);
      else post({ id: call.id, result });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (call.id !== undefined) post({ id: call.id, error: reason });
      else post({ log: ['warn', `The engine could not do something (${call.store} ${call.method}): ${reason}.`] });
    } finally {
      if (call.store === CLOSE.store) onClosed();
    }
  });
}
