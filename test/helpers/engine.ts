/** A real engine process from source, in a private folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineClient, EngineCommand, EngineState } from '../../src/engine/client/client.ts';
import type { ModelInfo } from '../../src/engine/protocol/index.ts';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
export const bundledModel = path.join(repository, 'media/model/tiny-code-fim-31m-q4_0.gguf');

/**
 * Puts the engines of this process into a fresh private folder.
 * @returns the folder, and a function that ends every engine in it and removes it.
 */
export function privateRuntime(): { folder: string; dispose(): Promise<void> } {
  const folder = mkdtempSync(path.join(tmpdir(), 'qr-'));
  process.env.QUIRE_RUNTIME_DIR = folder;
  return {
    folder,
    async dispose() {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

export function engineCommand(options: Partial<EngineCommand> = {}): EngineCommand {
  return {
    executable: process.execPath,
    entry: path.join(repository, 'src/engine/server/main.ts'),
    version: 'test',
    gpu: 'off',
    idleMs: 60_000,
    ...options,
  };
}

/** A model as on a machine that reads at once: how long prompts are must not go by how busy this one is. */
export const readingAtOnce = ({ promptMs: _, ...model }: ModelInfo): ModelInfo => model;

/** A workspace without a folder, for requests that need one. @returns its id. */
export function openWorkspace(client: EngineClient, name = 'w'): Promise<string> {
  return client.openWorkspace({ folder: null, name, trusted: true });
}

/** Resolves with the first state that fits, the present one included. */
export function stateOf(client: EngineClient, fits: (state: EngineState) => boolean): Promise<EngineState> {
  if (fits(client.state)) return Promise.resolve(client.state);
  return new Promise((resolve) => {
    const listening = client.onStateChange((state) => {
      if (!fits(state)) return;
      listening.dispose();
      resolve(state);
    });
  });
}

/** Waits until a process is gone. */
export async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
