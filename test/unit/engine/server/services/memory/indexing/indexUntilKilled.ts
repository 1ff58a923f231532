/** Indexes a folder, and says after each commit how many files the store knows: to be killed at any moment. */
import { writeSync } from 'node:fs';
import { realIndexer } from './realParts.ts';

const [folder, database] = process.argv.slice(2);
const { indexer, store, close } = realIndexer(folder!, database!);
const putFile = store.putFile.bind(store);
let known = store.files().length;
// Between transactions: what was told before is committed by now.
store.putFile = (file) => {
  writeSync(1, `${known}\n`);
  putFile(file);
  known = store.files().length;
};
const setValue = store.setValue.bind(store);
store.setValue = (name, value) => {
  if (name.startsWith('indexing:folder:')) writeSync(1, `${known}\n`);
  setValue(name, value);
};
await indexer.index();
writeSync(1, 'done\n');
await close();
