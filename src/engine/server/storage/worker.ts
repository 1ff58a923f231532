/** Entry of the storage thread: it owns every SQLite database of the engine, so that no commit is waited for elsewhere. */
import { parentPort } from 'node:worker_threads';
import { dispatch } from './dispatcher.ts';
import { makeStores } from './stores.ts';

const port = parentPort;
if (!port) throw new Error('This is the entry of a worker thread.');
dispatch(
  {
    post: (message, transfer) => port.postMessage(message, transfer),
    listen: (take) => port.on('message', take),
  },
  makeStores,
  () => port.close(),
);
