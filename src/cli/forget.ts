/** `quire forget`: removes what Quire keeps of a folder: in the memory of every running engine, on disk, and what was said. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { forgetChats } from '../chat/conversation/forget.ts';
import { EngineClient } from '../engine/client/client.ts';
import { join } from '../engine/client/join.ts';
import { endpointFiles } from '../engine/endpoint.ts';
import { forgetWorkspaceRequest } from '../engine/protocol/index.ts';
import { engineCommand } from './engineCommand.ts';
import { say } from './output.ts';
import { UsageError } from './usage.ts';

export async function forget(argv: string[]): Promise<void> {
  const { positionals } = parseArgs({ args: argv, options: {}, allowPositionals: true });
  const [given, ...more] = positionals;
  if (given === undefined || more.length > 0) throw new UsageError('forget takes one folder');
  const folder = path.resolve(given);
  for (const file of endpointFiles()) {
    const joined = await join(file, { name: 'quire forget' });
    if (joined.kind === 'silent')
      throw new Error(`an engine (process ${joined.pid}) does not answer: end it, try again`);
    if (joined.kind !== 'joined') continue;
    const { session } = joined;
    await session.run((connection) => connection.sendRequest(forgetWorkspaceRequest, { folder }));
    session.drop();
  }
  // What is on disk goes also where no engine runs.
  const client = new EngineClient(engineCommand('auto'), 'quire forget');
  try {
    await client.forgetWorkspace({ folder });
    const chats = (await forgetChats(folder)).length;
    say(`nothing is kept of ${folder}${chats > 0 ? `; its conversations, ${chats}, are gone, too` : ''}`);
    say('what is remembered of it stays: quire memory erase removes that');
  } finally {
    await client.dispose();
  }
}
