/** Entry of the memory thread: long work on memories, and their databases, keep nobody waiting who types. */
import { parentPort } from 'node:worker_threads';
import { dispatch } from '../../storage/dispatcher.ts';
import { giveWay } from './giveWay.ts';
import { makeMemoryStores } from './memoryStores.ts';

const port = parentPort;
if (!port) throw new Error('This is the entry of a worker thread.');
giveWay();
dispatch(
  {
    post: (message, transfer) => port.postMessage(message, transfer),
    listen: (take) => port.on('message', take),
  },
  (store) => makeMemoryStores(store('memory')),
  () => port.close(),
);
