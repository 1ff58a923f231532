/** The files that are open in a workspace, as an editor tells an engine of them. */
import type { EngineClient } from '../../../../src/engine/client/client.ts';
import { closeDocumentNotification, openDocumentNotification } from '../../../../src/engine/protocol/index.ts';
import type { SourceFile } from '../../places.ts';

export class OpenFiles {
  readonly #client: EngineClient;
  readonly #workspace: string;
  readonly #told = new Map<string, { text: string; version: number }>();
  #version = 0;

  constructor(client: EngineClient, workspace: string) {
    this.#client = client;
    this.#workspace = workspace;
  }

  /** Opens these and closes all others; what is open already, and says the same, stays. */
  only(files: readonly SourceFile[]): void {
    const names = new Set(files.map((file) => file.path));
    for (const key of this.#told.keys()) {
      if (names.has(key)) continue;
      this.#told.delete(key);
      this.#client.tell(closeDocumentNotification, { workspace: this.#workspace, key });
    }
    for (const { path, content: text } of files) {
      if (this.#told.get(path)?.text === text) continue;
      const version = ++this.#version;
      this.#told.set(path, { text, version });
      this.#client.tell(openDocumentNotification, { workspace: this.#workspace, key: path, path, version, text });
    }
  }

  /** One that is open. */
  known(path: string): { key: string; version: number } {
    return { key: path, version: this.#told.get(path)!.version };
  }
}
