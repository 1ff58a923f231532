/** Memories as documents: opened, edited with all that the editor has, and saved back into the store. */
import * as vscode from 'vscode';
import type { MemoryItem } from '../engine/protocol/index.ts';
import type { MemoryClient } from './client.ts';
import type { ItemRef, Stores } from './stores.ts';
import { oneLine } from './words.ts';

export const SCHEME = 'quire-memory';

/** `quire-memory:/12/Title.md?store`: the number counts, the title is for the tab. */
export function addressOf({ store, id }: ItemRef, title: string): vscode.Uri {
  const name =
    oneLine(title, 40)
      .replace(/[/\\?#%:*"<>|…]+/g, ' ')
      .trim() || 'Memory';
  return vscode.Uri.from({ scheme: SCHEME, path: `/${id}/${name}.md`, query: store });
}

export function refOf(uri: vscode.Uri): ItemRef {
  const id = Number(/^\/(\d+)\//.exec(uri.path)?.[1]);
  if (!Number.isInteger(id)) throw vscode.FileSystemError.FileNotFound(uri);
  return { store: uri.query, id };
}

export class EditDocuments implements vscode.FileSystemProvider {
  readonly #client: MemoryClient;
  readonly #stores: Stores;
  readonly #saved: () => void;
  readonly #changes = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changes.event;

  constructor(client: MemoryClient, stores: Stores, saved: () => void) {
    this.#client = client;
    this.#stores = stores;
    this.#saved = saved;
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { created, changed, text } = await this.#item(uri);
    return { type: vscode.FileType.File, ctime: created, mtime: changed, size: Buffer.byteLength(text) };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return Buffer.from((await this.#item(uri)).text);
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const { store, id } = refOf(uri);
    const text = Buffer.from(content).toString('utf8').trim();
    if (text === '') throw vscode.FileSystemError.NoPermissions('It is empty. To remove it, use Quire: Forget Memory.');
    try {
      await this.#client.change({ place: await this.#stores.named(store).place(), id, text });
    } catch (error) {
      throw vscode.FileSystemError.NoPermissions(error instanceof Error ? error.message : String(error));
    }
    this.#changes.fire([{ type: vscode.FileChangeType.Changed, uri }]);
    this.#saved();
  }

  watch(): vscode.Disposable {
    return { dispose: () => undefined };
  }

  readDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.FileNotADirectory(uri);
  }

  createDirectory(): never {
    throw vscode.FileSystemError.NoPermissions('Memories are no folders.');
  }

  delete(): never {
    throw vscode.FileSystemError.NoPermissions('To remove it, use Quire: Forget Memory.');
  }

  rename(): never {
    throw vscode.FileSystemError.NoPermissions('A memory has no name of its own: its text is what counts.');
  }

  async #item(uri: vscode.Uri): Promise<MemoryItem> {
    const { store, id } = refOf(uri);
    const found = await this.#client.get({ place: await this.#stores.named(store).place(), id });
    if (!found) throw vscode.FileSystemError.FileNotFound(uri);
    return found.item;
  }
}
