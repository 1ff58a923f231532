/** `quire status`: the engines of this user that are running. Starts none. */
import { parseArgs } from 'node:util';
import { connectTo } from '../engine/client/launcher.ts';
import { endpointFiles } from '../engine/endpoint.ts';
import { type EngineStatus, statusRequest } from '../engine/protocol/index.ts';
import { renderStatus } from '../monitor/statusText.ts';
import { version } from '../version.ts';

export async function status(argv: string[]): Promise<void> {
  const { values } = parseArgs({ args: argv, options: { json: { type: 'boolean', default: false } } });
  const engines: EngineStatus[] = [];
  for (const file of endpointFiles()) {
    const session = await connectTo(file, 'quire status');
    if (!session) continue;
    const { clients, ...rest } = await session.connection.sendRequest(statusRequest, {});
    engines.push({ ...rest, clients: clients.filter((client) => client.pid !== process.pid) });
    session.connection.end();
    session.connection.dispose();
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ version, engines })}\n`);
  else
    process.stdout.write(
      engines.length === 0
        ? 'No engine is running.\n'
        : engines.map((engine) => renderStatus({ engine, version })).join('\n'),
    );
}
