/** An engine that nobody else uses: what runs in the editor neither disturbs a measurement nor is disturbed by it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineClient, type EngineCommand } from '../engine/client/client.ts';
import { aborted } from './aborted.ts';

/** An engine that was asked to leave and has not after this long is killed. */
const LEAVE_MS = 5_000;
const POLL_MS = 20;

/**
 * Runs `work` with an engine in a runtime folder of its own. However the work ends, the engine is gone and the folder
 * removed when this returns.
 * @param signal ends the work at once, with the signal's reason.
 */
export async function withPrivateEngine<T>(
  command: EngineCommand,
  name: string,
  signal: AbortSignal,
  work: (client: EngineClient) => Promise<T>,
): Promise<T> {
  const runtimeFolder = await mkdtemp(path.join(tmpdir(), 'qr-'));
  const client = new EngineClient({ ...command, runtimeFolder }, name);
  const engines = new Set<number>();
  client.onStateChange((state) => {
    if (state.kind === 'ready') engines.add(state.pid);
  });
  const started = client.start();
  try {
    return await Promise.race([started.then(() => work(client)), aborted(signal)]);
  } finally {
    started.catch(() => undefined);
    await client.dispose({ shutdown: true });
    await Promise.all([...engines].map(end));
    await rm(runtimeFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Waits until a process has ended, and ends it where it does not. */
async function end(pid: number): Promise<void> {
  const deadline = performance.now() + LEAVE_MS;
  for (let killed = false; isAlive(pid); await sleep(POLL_MS)) {
    if (killed || performance.now() < deadline) continue;
    process.kill(pid, 'SIGKILL');
    killed = true;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
