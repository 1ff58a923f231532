/** The engines of this user that are running. */
import { join } from '../engine/client/join.ts';
import { endpointFiles } from '../engine/endpoint.ts';
import { type EngineStatus, statusRequest } from '../engine/protocol/index.ts';
import { say } from './output.ts';

/** What each says of itself, without this process among its clients. Starts none; one that is silent is told of. */
export async function runningEngines(name: string): Promise<EngineStatus[]> {
  const engines: EngineStatus[] = [];
  for (const file of endpointFiles()) {
    const joined = await join(file, { name });
    if (joined.kind === 'silent') say(`an engine (process ${joined.pid}) does not answer`);
    if (joined.kind !== 'joined') continue;
    const { session } = joined;
    const { clients, ...rest } = await session.run((connection) => connection.sendRequest(statusRequest, {}));
    engines.push({ ...rest, clients: clients.filter((client) => client.pid !== process.pid) });
    session.drop();
  }
  return engines;
}
