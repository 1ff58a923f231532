/** `quire status`: the engines of this user that are running. Starts none. */
import { parseArgs } from 'node:util';
import { renderStatus } from '../monitor/statusText.ts';
import { version } from '../version.ts';
import { runningEngines } from './engines.ts';

export async function status(argv: string[]): Promise<void> {
  const { values } = parseArgs({ args: argv, options: { json: { type: 'boolean', default: false } } });
  const engines = await runningEngines('quire status');
  if (values.json) process.stdout.write(`${JSON.stringify({ version, engines })}\n`);
  else
    process.stdout.write(
      engines.length === 0
        ? 'No engine is running.\n'
        : engines.map((engine) => renderStatus({ engine, version })).join('\n'),
    );
}
