/** What every measurement through the client begins with: an engine of its own, with one model open in it. */
import { withPrivateEngine } from '../../src/cli/privateEngine.ts';
import type { EngineClient } from '../../src/engine/client/client.ts';
import type { GpuPreference, ModelInfo, SchedulerStatus } from '../../src/engine/protocol/index.ts';
import { engineCommand, openWorkspace } from '../helpers/engine.ts';

export type Policy = SchedulerStatus['policy'];

/** A model to measure, and where. */
export interface Subject {
  path: string;
  gpu: GpuPreference;
}

export interface Bed {
  client: EngineClient;
  model: ModelInfo;
  /** One that the client holds, for plain requests. */
  workspace: string;
}

/** Runs `work` with an engine that nobody else uses. */
export function withBed<T>({ path, gpu }: Subject, policy: Policy, work: (bed: Bed) => Promise<T>): Promise<T> {
  const never = new AbortController().signal;
  return withPrivateEngine(engineCommand({ gpu, policy }), 'bench', never, async (client) =>
    work({
      client,
      model: await client.openModel({ path, contextTokens: 0 }),
      workspace: await openWorkspace(client, 'bench'),
    }),
  );
}

/** What the engine counted for the model of a bed. */
export async function statusOf({ client, model }: Bed) {
  const status = (await client.status()).models.find(({ info }) => info.id === model.id);
  if (!status) throw new Error('the engine was restarted and has lost what it counted');
  return status;
}
