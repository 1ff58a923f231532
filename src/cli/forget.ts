/** `quire forget`: removes what Quire keeps of a folder, in the memory of a running engine and on disk. */

import path from 'node:path';
import { parseArgs } from 'node:util';
import { EngineClient } from '../engine/client/client.ts';
import { engineCommand } from './engineCommand.ts';
import { say } from './output.ts';
import { UsageError } from './usage.ts';

export async function forget(argv: string[]): Promise<void> {
  const { positionals } = parseArgs({ args: argv, options: {}, allowPositionals: true });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new UsageError('forget takes one folder');
  const client = new EngineClient(engineCommand('auto'), 'quire forget');
  try {
    await client.forgetWorkspace({ folder: path.resolve(folder) });
    say(`nothing is kept of ${path.resolve(folder)}`);
  } finally {
    await client.dispose();
  }
}
