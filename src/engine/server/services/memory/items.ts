/** What the parts of the memory say to each other: all of it runs in one thread, which owns the stores. */
import type { AnchorState, CheckedAnchor, MemoryAnchor, MemoryItem, MemoryKind } from '../../../protocol/index.ts';

/** An item before it is stored. `summary` and its tokens are those of `text` where they are absent. */
export type NewItem = Pick<MemoryItem, 'kind' | 'source' | 'made' | 'key' | 'title' | 'path' | 'text' | 'sentences'> &
  Partial<Pick<MemoryItem, 'summary' | 'recalled' | 'pinned' | 'created'>>;

export interface ItemFilter {
  kinds?: readonly MemoryKind[];
  /** This path, and below it. */
  path?: string;
  pinned?: boolean;
  /** Superseded ones too. */
  superseded?: boolean;
  offset?: number;
  limit?: number;
}

/** A file as it was when it was last indexed. */
export interface IndexedFile {
  path: string;
  size: number;
  /** When it changed last, the later of the file system's mtime and ctime; 0: so lately that this says nothing. */
  mtimeMs: number;
  /** Of its text with LF; empty where it has none that may be indexed. */
  contentHash: string;
  /** Of its syntax tree, as anchors have it: the leaf of the Merkle tree. Empty where nothing is said of it. */
  treeHash: string;
}

export interface Found {
  id: number;
  /** BM25 above 0, or a cosine. */
  score: number;
}

/** Turns texts into vectors of length 1. */
export interface Embedder {
  /** Tells vectors of different embedders apart: they are never compared. */
  readonly id: string;
  readonly dimensions: number;
  /** One vector for each text. @throws the reason of `signal` when it is aborted. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
}

/** Says what became of the code that anchors are in, as it is at this moment. */
export interface AnchorChecker {
  /** In the order of `anchors`. Files are read once for all of them, by the rules of what may be read. */
  check(anchors: readonly MemoryAnchor[]): Promise<CheckedAnchor[]>;
}

export const isTrue = (state: AnchorState): boolean => state === 'holds' || state === 'moved';

/**
 * The stored items of one place. All calls but `search`-like ones are transactions of their own, or part of the one that
 * {@link inTransaction} opened; all of them are synchronous, in the thread that owns the database.
 */
export interface Store {
  /** Puts an item in the place of the one with its key, which keeps its id, its pin and what is known of its use. */
  put(item: NewItem): MemoryItem;
  /**
   * Gives an item stems (of {@link bodyOf}) that it is found by beside its text, in place of those before; '': none. They are
   * no part of what is shown, exported or given to a prompt, stay while its text changes, and go with it.
   */
  setBody(id: number, stems: string): void;
  body(id: number): string;
  get(id: number): MemoryItem | undefined;
  byKey(key: string): MemoryItem | undefined;
  list(filter: ItemFilter): { items: MemoryItem[]; total: number };
  /** Changes a few fields of an item. @returns it as it is now; undefined where it is not there. */
  change(
    id: number,
    fields: Partial<
      Pick<MemoryItem, 'pinned' | 'supersededBy' | 'text' | 'summary' | 'sentences' | 'title' | 'kind' | 'path' | 'key'>
    >,
  ): MemoryItem | undefined;
  /** Removes items; their bytes are overwritten. @returns how many were there. */
  remove(ids: readonly number[]): number;
  /** They were activated for a prompt. */
  activated(ids: readonly number[], at: number): void;
  /** By words: title, path, text and body of what is not superseded; the best first. */
  byWords(query: string, limit: number, kinds?: readonly MemoryKind[]): Found[];
  /** By likeness to a vector of the current embedder; the best first. */
  byVector(vector: Float32Array, limit: number, kinds?: readonly MemoryKind[]): Found[];
  /** Ids of items that have no vector of this embedder yet, the newest first. */
  withoutVector(embedder: string, limit: number): number[];
  setVectors(embedder: string, vectors: readonly { id: number; vector: Float32Array }[]): void;
  file(path: string): IndexedFile | undefined;
  files(): IndexedFile[];
  putFile(file: IndexedFile): void;
  removeFiles(paths: readonly string[]): void;
  /** Small values by name, such as where indexing is. */
  value(name: string): string | undefined;
  setValue(name: string, value: string | undefined): void;
  /** All or nothing. With `what` it is one change of the journal, which can be undone. */
  inTransaction<T>(work: () => T, what?: string): T;
}

/** A file to be summarised: its text has LF, and may be read (`FolderPrivacy`). */
export interface SourceText {
  path: string;
  text: string;
}

/** What a file says of itself and of its symbols. */
export interface FileSummary {
  treeHash: string;
  /** The file's item first, then those of its symbols that are worth one. */
  items: NewItem[];
  /** What the summariser wants to know of the file when folders are summarised; see `restore`. */
  notes?: string;
  /** That a model read and wrote for it; absent: none. */
  modelTokens?: number;
}

/** What a summary may take. */
export interface SummaryLimits {
  /** That a model may read and write for it; 0: none is asked. */
  modelTokens: number;
  /** Tree hash of the file when it was summarised last: where it is the same still, no model is asked again. */
  known?: string | undefined;
  signal: AbortSignal;
}

/** Files larger than this were rarely typed; they are neither summarised nor looked into for anchors. */
export const MOST_SOURCE_BYTES = 512 * 1024;

/** Makes summaries bottom up: symbols and their file, folders from files and folders in them, the workspace from its folders. */
export interface Summariser {
  file(source: SourceText, limits?: SummaryLimits): Promise<FileSummary>;
  /** @param children items of the files and folders right in it. @param path '' is the workspace itself. */
  folder(path: string, children: readonly MemoryItem[], readme: SourceText | undefined): NewItem | undefined;
  /** What it noted of a file in an earlier process: told once, before anything is asked. */
  restore?(path: string, notes: string): void;
  /** Before folders are summarised: what takes long for it is done here. @param rest is awaited between its steps. */
  prepare?(rest: () => Promise<void>): Promise<void>;
  /** Nothing is to be known of a file any more: it is gone, or private. */
  forget?(path: string): void;
}
