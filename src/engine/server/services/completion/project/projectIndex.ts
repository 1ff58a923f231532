/** Everything that is known of one workspace's code, in the tokens of one model: open documents, and other files. */
import type { TextEdit } from '../../../../protocol/index.ts';
import type { Tokenizer } from '../../../core/backend.ts';
import type { LineTokens } from '../lines/lineTokens.ts';
import type { LineScope } from '../lines/recall.ts';
import { IndexedDocument } from './document.ts';
import type { Scope } from './evidence.ts';
import { WorkspaceFiles } from './workspaceFiles.ts';

/** Open documents at the most; the one that was changed or visited longest ago gives way. */
const MOST_DOCUMENTS = 64;

export class ProjectIndex {
  readonly files: WorkspaceFiles;
  readonly #workspace: string;
  readonly #tokenizer: Pick<Tokenizer, 'encode'>;
  readonly #spelling: LineTokens;
  /** The latest at the end. */
  readonly #documents = new Map<string, IndexedDocument>();

  /** @param fileBytes memory for files that are not open. */
  constructor(workspace: string, tokenizer: Pick<Tokenizer, 'encode'>, spelling: LineTokens, fileBytes: number) {
    this.#workspace = workspace;
    this.#tokenizer = tokenizer;
    this.#spelling = spelling;
    this.files = new WorkspaceFiles(spelling, fileBytes);
  }

  /** Paths of the open documents in the workspace's folder, with '/'. */
  get openPaths(): string[] {
    return [...this.#documents.keys()].map((key) => pathIn(this.#workspace, key));
  }
  get documents(): number {
    return this.#documents.size;
  }
  get tokens(): number {
    return this.files.tokens + [...this.#documents.values()].reduce((sum, { shard }) => sum + shard.live, 0);
  }
  get bytes(): number {
    return this.files.bytes + [...this.#documents.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** What is on disk of an open document is old, and knows the answer. */
  open(key: string, text: string): void {
    this.files.delete(pathIn(this.#workspace, key));
    this.#put(key, new IndexedDocument(this.#tokenizer, text));
    if (this.#documents.size > MOST_DOCUMENTS) this.#documents.delete(this.#documents.keys().next().value!);
  }

  /** @throws RangeError when an edit does not fit the text. */
  edit(key: string, edits: readonly TextEdit[]): void {
    const document = this.#documents.get(key);
    if (!document) return;
    for (const edit of edits) document.edit(edit);
    this.#put(key, document);
  }

  /** @returns the path of the file that takes its place; undefined where it was not open. */
  close(key: string): string | undefined {
    return this.#documents.delete(key) ? pathIn(this.#workspace, key) : undefined;
  }

  /** Takes in what a file says, where there is room; an open document knows better. @returns false without room. */
  setFile(path: string, tokens: Int32Array): boolean {
    return this.openPaths.includes(path) || this.files.set(path, tokens);
  }

  document(key: string): IndexedDocument | undefined {
    return this.#documents.get(key);
  }

  /**
   * What is searched for a completion, nearest first: its own document but for the piece that holds the cursor, the other
   * open ones, the files.
   * @param offset of the cursor, in UTF-16 units.
   */
  scopes(key?: string, offset = 0): Scope[] {
    const own = key === undefined ? undefined : this.#documents.get(key);
    const scopes: Scope[] = own ? [{ shard: own.shard, own: true, except: own.segmentAt(offset) }] : [];
    for (const document of this.#nearest(key)) {
      if (document !== own) scopes.push({ shard: document.shard, own: false });
    }
    for (const shard of this.files.shards) scopes.push({ shard, own: false, far: true });
    return scopes;
  }

  /** Where lines are looked for, nearest first. */
  lineScopes(key?: string): LineScope[] {
    const own = key === undefined ? undefined : this.#documents.get(key);
    const scopes = this.#nearest(key).map((document) => ({
      table: document.linesIn(this.#spelling),
      own: document === own,
    }));
    scopes.sort((a, b) => Number(b.own) - Number(a.own));
    for (const table of this.files.lines) scopes.push({ table, own: false });
    return scopes;
  }

  /** The open documents, those of the same folder first, then by how much of their paths is the same; the latest first. */
  #nearest(key = ''): IndexedDocument[] {
    const folders = key.split('/').slice(0, -1);
    const common = (other: string): number => {
      const parts = other.split('/');
      const differs = folders.findIndex((folder, at) => parts[at] !== folder);
      return differs < 0 ? folders.length : differs;
    };
    return [...this.#documents]
      .reverse()
      .map(([other, document]) => ({ document, common: common(other) }))
      .sort((a, b) => b.common - a.common)
      .map(({ document }) => document);
  }

  #put(key: string, document: IndexedDocument): void {
    this.#documents.delete(key);
    this.#documents.set(key, document);
  }
}

/** Editors name documents and workspaces by uri, the command line names them by path. */
function pathIn(workspace: string, key: string): string {
  const folder = workspace.endsWith('/') ? workspace : `${workspace}/`;
  if (!key.startsWith(folder)) return key;
  const path = key.slice(folder.length);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
