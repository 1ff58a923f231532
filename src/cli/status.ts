/** `quire status`: the engines of this user that are running. Starts none. */
import { parseArgs } from 'node:util';
import { endpointFiles } from '../engine/endpoint.ts';
import { connectTo } from '../engine/launcher.ts';
import { type EngineStatus, statusRequest } from '../engine/protocol.ts';
import { version } from '../version.ts';

export async function status(argv: string[]): Promise<void> {
  const { values } = parseArgs({ args: argv, options: { json: { type: 'boolean', default: false } } });
  const engines: EngineStatus[] = [];
  for (const file of endpointFiles()) {
    const session = await connectTo(file, 'quire status');
    if (!session) continue;
    const { clients, ...rest } = await session.connection.sendRequest(statusRequest);
    engines.push({ ...rest, clients: clients.filter((client) => client.pid !== process.pid) });
    session.connection.end();
    session.connection.dispose();
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ version, engines })}\n`);
  else process.stdout.write(engines.length === 0 ? 'No engine is running.\n' : engines.map(describe).join('\n'));
}

function describe(engine: EngineStatus): string {
  const lines = [
    `Engine ${engine.version}, process ${engine.pid}, Node ${engine.node}, up ${Math.round(engine.uptimeMs / 1000)} s, ${mebibytes(engine.residentBytes)}`,
    `  native    ${engine.native.gpu}, libllama ${engine.native.abi}${engine.native.devices.map((device) => `, ${device}`).join('')}`,
    `  clients   ${engine.clients.map(({ name, pid }) => `${name} (${pid})`).join(', ') || 'none'}`,
  ];
  for (const { info, usedCells, totalCells, running, waiting } of engine.models) {
    lines.push(
      `  model     ${info.name}, ${info.architecture}, ${mebibytes(info.sizeBytes)}, on ${info.device}, context ${info.contextTokens}`,
      `            cells ${usedCells} of ${totalCells}, ${running} running, ${waiting} waiting`,
    );
  }
  for (const [name, totals] of Object.entries(engine.totals)) {
    if (totals.requests === 0) continue;
    const cached = totals.promptTokens > 0 ? Math.round((100 * totals.cachedTokens) / totals.promptTokens) : 0;
    lines.push(
      `  ${name.padEnd(10)}${totals.requests} requests, ${totals.cancelled} cancelled, ${totals.failed} failed, ` +
        `${cached} % of prompt tokens from the cache, ${totals.generatedTokens} generated`,
    );
  }
  return `${lines.join('\n')}\n`;
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
