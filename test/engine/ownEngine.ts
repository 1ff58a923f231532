/** An engine for the tests of one file, in a private folder of its own. */
import { after } from 'node:test';
import { EngineClient, type EngineCommand } from '../../src/engine/client/client.ts';
import { engineCommand, privateRuntime } from '../helpers/engine.ts';

/** It starts with the first request, and ends after the tests of the file that calls this. */
export function ownEngine(options: Partial<EngineCommand> = {}): EngineClient {
  const runtime = privateRuntime();
  const client = new EngineClient(engineCommand(options), 'test');
  after(async () => {
    await client.dispose({ shutdown: true });
    await runtime.dispose();
  });
  return client;
}
