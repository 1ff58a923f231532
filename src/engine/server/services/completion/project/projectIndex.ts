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

/** A document as it is opened: `path` in the workspace's folder, with '/', where it has a file there. */
export interface KnownText {
  id: string;
  path: string | null;
  text: string;
}

interface Known {
  path: string | null;
  document: IndexedDocument;
}

export class ProjectIndex {
  readonly files: WorkspaceFiles;
  readonly #tokenizer: Pick<Tokenizer, 'encode'>;
  readonly #spelling: LineTokens;
  /** The latest at the end. */
  readonly #documents = new Map<string, Known>();

  /** @param fileBytes memory for files that are not open. */
  constructor(tokenizer: Pick<Tokenizer, 'encode'>, spelling: LineTokens, fileBytes: number) {
    this.#tokenizer = tokenizer;
    this.#spelling = spelling;
    this.files = new WorkspaceFiles(spelling, fileBytes);
  }

  /** Paths of the open documents in the workspace's folder, with '/'. */
  get openPaths(): string[] {
    return [...this.#documents.values()].flatMap(({ path }) => path ?? []);
  }
  get documents(): number {
    return this.#documents.size;
  }
  get tokens(): number {
    return this.files.tokens + this.#sum(({ shard }) => shard.live);
  }
  get bytes(): number {
    return this.files.bytes + this.#sum(({ bytes }) => bytes);
  }

  /** What is on disk of an open document is old, and knows the answer. */
  open({ id, path, text }: KnownText): IndexedDocument {
    if (path !== null) this.files.delete(path);
    const document = new IndexedDocument(this.#tokenizer, text);
    this.#put(id, { path, document });
    if (this.#documents.size > MOST_DOCUMENTS) this.#documents.delete(this.#documents.keys().next().value!);
    return document;
  }

  /** @throws RangeError when an edit does not fit the text. */
  edit(id: string, edits: readonly TextEdit[]): void {
    const known = this.#documents.get(id);
    if (!known) return;
    for (const edit of edits) known.document.edit(edit);
    this.#put(id, known);
  }

  close(id: string): void {
    this.#documents.delete(id);
  }

  /** Tokenizes a piece of what is still unread of the documents. @returns false when nothing is. */
  readOn(): boolean {
    for (const { document } of this.#documents.values()) if (document.readOn()) return true;
    return false;
  }

  /** Takes in what a file says, where there is room; an open document knows better. @returns false without room. */
  setFile(path: string, tokens: Int32Array): boolean {
    return this.openPaths.includes(path) || this.files.set(path, tokens);
  }

  document(id: string): IndexedDocument | undefined {
    return this.#documents.get(id)?.document;
  }

  /**
   * What is searched for a completion, nearest first: its own document but for the piece that holds the cursor, the other
   * open ones, the files.
   * @param offset of the cursor, in UTF-16 units.
   */
  scopes(id?: string, offset = 0): Scope[] {
    const own = id === undefined ? undefined : this.document(id);
    const scopes: Scope[] = own ? [{ shard: own.shard, own: true, except: own.segmentAt(offset) }] : [];
    for (const document of this.#nearest(id)) {
      if (document !== own) scopes.push({ shard: document.shard, own: false });
    }
    for (const shard of this.files.shards) scopes.push({ shard, own: false, far: true });
    return scopes;
  }

  /** Where lines are looked for, nearest first. */
  lineScopes(id?: string): LineScope[] {
    const own = id === undefined ? undefined : this.document(id);
    const scopes = this.#nearest(id).map((document) => ({
      table: document.linesIn(this.#spelling),
      own: document === own,
    }));
    scopes.sort((a, b) => Number(b.own) - Number(a.own));
    for (const table of this.files.lines) scopes.push({ table, own: false });
    return scopes;
  }

  /** The open documents, those of the same folder first, then by how much of their paths is the same; the latest first. */
  #nearest(id = ''): IndexedDocument[] {
    const folders = (this.#documents.get(id)?.path ?? id).split('/').slice(0, -1);
    const common = (other: string): number => {
      const parts = other.split('/');
      const differs = folders.findIndex((folder, at) => parts[at] !== folder);
      return differs < 0 ? folders.length : differs;
    };
    return [...this.#documents]
      .reverse()
      .map(([other, { path, document }]) => ({ document, common: common(path ?? other) }))
      .sort((a, b) => b.common - a.common)
      .map(({ document }) => document);
  }

  #put(id: string, known: Known): void {
    this.#documents.delete(id);
    this.#documents.set(id, known);
  }

  #sum(of: (document: IndexedDocument) => number): number {
    let sum = 0;
    for (const { document } of this.#documents.values()) sum += of(document);
    return sum;
  }
}
