/** What can be attached to a message: where it is found, what it comes to, and the words with which it is refused. */
import type { KeptAttachment } from '../conversation/entries.ts';
import type { AttachmentKind, Suggestion } from '../view/protocol.ts';

/** One of the two. Refusals are in words for the user, and never hold anything of what was refused. */
export type Resolved = { attachment: KeptAttachment; refused?: never } | { refused: string; attachment?: never };

/** What could be attached with one press, and is not unless it is. */
export interface Offer {
  /** Names what it shows to the line: what has changed since is not taken in its place. */
  id: string;
  label: string;
}

/** What a slash command takes by itself. */
export type Taken =
  /** The selection, else the symbol around the cursor, else the active file. */
  | 'code'
  /** That, and the problems that the editor knows of it. */
  | 'problems'
  /** What is staged, else all uncommitted changes. */
  | 'diff';

export interface ContextSources {
  /**
   * What follows an `@`, best first.
   * @param kind null: none was written yet; then kinds are suggested that begin so, and files.
   */
  suggest(kind: AttachmentKind | null, query: string, signal: AbortSignal): Promise<Suggestion[]>;
  /**
   * What a mention comes to: mostly one attachment; one for each file where it names several (`open`, `codebase`).
   * @param value of a {@link Suggestion}, or as typed behind the colon; '' where the kind needs no name. For `codebase` it is
   * the question.
   */
  resolve(kind: AttachmentKind, value: string, signal: AbortSignal): Promise<Resolved[]>;
  /** The selection and the active file; nothing of them is read before they are taken. */
  offers(): Offer[];
  onDidChangeOffers(listener: () => void): { dispose(): void };
  takeOffer(id: string, signal: AbortSignal): Promise<Resolved[]>;
  /** Files and folders that were dropped; they may lie outside the workspace. @param uris as addresses. */
  fromUris(uris: readonly string[], signal: AbortSignal): Promise<Resolved[]>;
  /** The context of a slash command. */
  take(what: Taken, signal: AbortSignal): Promise<Resolved[]>;
}

/** What a model may read by itself: the files of the workspace, by the same rules, and nothing outside it. */
export interface ToolFiles {
  /** @param path relative to the workspace, with '/'; '' is the workspace itself, for {@link list}. */
  readForTool(path: string, signal: AbortSignal): Promise<ToolText>;
  /** Names with sizes, folders with a '/' at the end. */
  listForTool(path: string, signal: AbortSignal): Promise<ToolText>;
}

export type ToolText =
  | { text: string; uri: string; language?: string; refused?: never }
  /** In words, for the model and the person alike. */
  | { refused: string; text?: never };

/** A place that a search of the project found. */
export interface SearchHit {
  uri: string;
  /** From 1, both included. */
  lines: [number, number];
  text: string;
}

/** Finds what a question is about, best first. */
export type SearchProject = (query: string, signal: AbortSignal) => Promise<SearchHit[]>;
