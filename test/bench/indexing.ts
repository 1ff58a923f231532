/** A project that is read into the index while somebody types. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readWorkspaceNotification } from '../../src/engine/protocol/index.ts';
import type { Bed } from './bed.ts';
import { corpus } from './corpus.ts';

const BYTES = 10e6;

/** Begins to read a folder of 10 MB of source. */
export async function indexing({ client }: Bed): Promise<{ stop(): Promise<void> }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-bench-'));
  const text = corpus();
  for (let file = 0; file * text.length < BYTES; file++) {
    // Other names in each, as files have.
    writeFileSync(
      path.join(folder, `${file}.ts`),
      text.replace(/\b[a-z]\w{5,}\b/g, (name) => `${name}${file}`),
    );
  }
  const workspace = await client.openWorkspace({ folder, name: folder, trusted: true });
  client.tell(readWorkspaceNotification, { workspace, on: true });
  return {
    async stop() {
      client.tell(readWorkspaceNotification, { workspace, on: false });
      client.closeWorkspace(workspace);
      rmSync(folder, { recursive: true });
    },
  };
}
