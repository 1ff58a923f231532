/** `quire plan`: where models would lie on this machine, or on one that is described. Loads nothing. */
import { parseArgs } from 'node:util';
import type { EngineClient } from '../engine/client/client.ts';
import type { PlanParams } from '../engine/protocol/index.ts';
import { engineCommand } from './engineCommand.ts';
import { runningEngines } from './engines.ts';
import { MACHINES, SHAPES } from './imagined.ts';
import { print } from './output.ts';
import { machineOf, plannedModel } from './planFiles.ts';
import { openPlansText, planCell, planText } from './planText.ts';
import { withPrivateEngine } from './privateEngine.ts';
import { UsageError } from './usage.ts';

const MOST_CONTEXT = 16 * 2 ** 20;
/** The table's models. */
const PUBLIC = ['qwen2.5-coder-7b', 'qwen3-30b-a3b', 'qwen2.5-coder-32b'];

export async function plan(argv: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: argv,
    options: {
      models: { type: 'string', multiple: true, default: [] },
      devices: { type: 'string' },
      context: { type: 'string' },
      seconds: { type: 'string', default: '10' },
      json: { type: 'boolean', default: false },
      table: { type: 'boolean', default: false },
    },
    // Further models behind the first.
    allowPositionals: true,
  });
  const seconds = Number(values.seconds);
  if (!(seconds > 0 && seconds <= 600))
    throw new UsageError(`--seconds must be above 0 and at most 600, not '${values.seconds}'`);
  const context = values.context === undefined ? undefined : Number(values.context);
  if (context !== undefined && !(Number.isInteger(context) && context >= 1 && context <= MOST_CONTEXT))
    throw new UsageError(`--context must be a whole number of tokens up to ${MOST_CONTEXT}, not '${values.context}'`);
  const given = [...values.models, ...positionals];
  if (values.table) {
    process.stdout.write(await withEngine((client) => table(client, seconds)));
    return;
  }
  if (given.length === 0 && values.devices === undefined && context === undefined && !values.json) {
    const open = (await runningEngines('quire plan')).map(openPlansText).filter(Boolean);
    if (open.length > 0) {
      process.stdout.write(`Open now, as they were planned:\n\n${open.join('\n')}`);
      return;
    }
  }
  const named = await Promise.all((given.length > 0 ? given : ['completion=bundled']).map(plannedModel));
  // What makes vectors sees pieces of a text.
  const models = named.map((model) =>
    context === undefined || model.role === 'embedding' ? model : { ...model, contextTokens: context },
  );
  if (new Set(models.map(({ role }) => role)).size < models.length) throw new UsageError('--models names a role twice');
  const machine = values.devices === undefined ? {} : { machine: await machineOf(values.devices) };
  const result = await withEngine((client) => client.plan({ models, seconds, ...machine }));
  if (values.json) await print(result);
  else process.stdout.write(planText(result, context));
}

async function table(client: EngineClient, seconds: number): Promise<string> {
  const machines = Object.values(MACHINES);
  const rows = [];
  for (const name of PUBLIC) {
    const cells = [];
    for (const machine of machines) {
      const models: PlanParams['models'] = [{ role: 'chat', model: { shape: SHAPES[name]! } }];
      cells.push(await client.plan({ models, machine, seconds }).then(planCell, whyNot));
    }
    rows.push([name, ...cells]);
  }
  const head = ['model (Q4_K_M), chat', ...machines.map(({ name }) => name!)];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');
}

/** @throws what is no refusal for want of memory. */
function whyNot(error: unknown): string {
  const [needs] = /[\d.]+ GB of memory, [\d.]+ GB are free/.exec(error instanceof Error ? error.message : '') ?? [];
  if (needs === undefined) throw error;
  return `refused: needs ${needs}`;
}

async function withEngine<T>(work: (client: EngineClient) => Promise<T>): Promise<T> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupted.abort(new Error('interrupted')));
  }
  const { cache: _, ...command } = engineCommand('auto');
  return withPrivateEngine(command, 'quire plan', interrupted.signal, work);
}
