/** `npm run bench [decode|editor]...`: what Quire promises, measured; a table, and test-results/bench.json. */
import path from 'node:path';
import { bundledModel, privateRuntime, repository } from '../helpers/engine.ts';
import { benchDecode } from './decode.ts';
import { benchEditor } from './editor.ts';
import { benchFastServe } from './fastserve.ts';
import { type Row, report, save, table } from './report.ts';

const BENCHES: Record<string, () => Promise<Row[]>> = {
  decode: () => benchDecode(bundledModel, 'off'),
  editor: benchEditor,
  fastserve: benchFastServe,
};

const wanted = process.argv.slice(2);
for (const name of wanted) {
  if (!BENCHES[name]) {
    console.error(`There is no bench ${name}; there are ${Object.keys(BENCHES).join(', ')}.`);
    process.exit(2);
  }
}
const runtime = privateRuntime();
const rows: Row[] = [];
for (const name of wanted.length > 0 ? wanted : Object.keys(BENCHES)) {
  console.error(`bench: ${name}`);
  rows.push(...(await BENCHES[name]!()));
}
await runtime.dispose();
const file = path.join(repository, 'test-results', 'bench.json');
save(file, report(rows));
console.log(table(rows));
console.log(`\nalso in ${path.relative(repository, file)}`);
process.exit(0); // native threads may linger
