/** `quire status`: the engines of this user that are running. Starts none. */
import { parseArgs } from 'node:util';
import { join } from '../engine/client/join.ts';
import { endpointFiles } from '../engine/endpoint.ts';
import { type EngineStatus, statusRequest } from '../engine/protocol/index.ts';
import { renderStatus } from '../monitor/statusText.ts';
import { version } from '../version.ts';
import { say } from './output.ts';

export async function status(argv: string[]): Promise<void> {
  const { values } = parseArgs({ args: argv, options: { json: { type: 'boolean', default: false } } });
  const engines: EngineStatus[] = [];
  for (const file of endpointFiles()) {
    const joined = await join(file, { name: 'quire status' });
    if (joined.kind === 'silent') say(`an engine (process ${joined.pid}) does not answer`);
    if (joined.kind !== 'joined') continue;
    const { session } = joined;
    const { clients, ...rest } = await session.run((connection) => connection.sendRequest(statusRequest, {}));
    engines.push({ ...rest, clients: clients.filter((client) => client.pid !== process.pid) });
    session.drop();
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ version, engines })}\n`);
  else
    process.stdout.write(
      engines.length === 0
        ? 'No engine is running.\n'
        : engines.map((engine) => renderStatus({ engine, version })).join('\n'),
    );
}
