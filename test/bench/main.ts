/**
 * `npm run bench [batch|decode|editor|fastserve|memory|placement|serving|speculation]... [--model PATH] [--gpu G] [--quick]`: what Quire promises,
 * measured; a table, and test-results/bench.json.
 */
import path from 'node:path';
import { bundledModel, privateRuntime, repository } from '../helpers/engine.ts';
import { benchBatchWork } from './batchWork.ts';
import { benchDecode } from './decode.ts';
import { benchEditor } from './editor.ts';
import { benchFastServe } from './fastserve.ts';
import { benchMemory } from './memory.ts';
import { type BenchOptions, parseOptions } from './options.ts';
import { benchPlacement } from './placement.ts';
import { type Row, report, save, table } from './report.ts';
import { benchServing } from './serving.ts';
import { benchSpeculation } from './speculation.ts';

const BENCHES: Record<string, (options: BenchOptions) => Promise<Row[]>> = {
  batch: benchBatchWork,
  decode: () => benchDecode(bundledModel, 'off'),
  editor: benchEditor,
  fastserve: benchFastServe,
  memory: benchMemory,
  placement: benchPlacement,
  serving: benchServing,
  speculation: benchSpeculation,
};

const options = readOptions();
const runtime = privateRuntime();
const file = path.join(repository, 'test-results', 'bench.json');
const rows: Row[] = [];
for (const name of options.names.length > 0 ? options.names : Object.keys(BENCHES)) {
  console.error(`bench: ${name}`);
  const measured = await BENCHES[name]!(options);
  rows.push(...measured);
  // All of it takes long: what there is, is there also of a run that was cut.
  save(file, report(rows));
  console.error(table(measured));
}
await runtime.dispose();
console.log(table(rows));
console.log(`\nalso in ${path.relative(repository, file)}`);
process.exit(0); // native threads may linger

function readOptions(): BenchOptions {
  try {
    return parseOptions(process.argv.slice(2), Object.keys(BENCHES));
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  }
}
