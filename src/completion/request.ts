/** What goes into a completion. Shared by the editor and the command line. */

import type { Note } from './context/memory.ts';
import type { Piece } from './context/piece.ts';

/** How much to complete: the current line, a block, or what the place calls for. */
export type Lines = 'one' | 'many' | 'auto';

export interface Indentation {
  tabs: boolean;
  /** Columns of one level, and of a tab. */
  width: number;
}

/** A document whose text the engine has in this version: parts of it are named and not sent. */
export interface KnownDocument {
  key: string;
  version: number;
}

export interface OtherFile {
  path: string;
  content: string;
  /** `content` is how this document begins. */
  document?: KnownDocument;
}

export interface CompletionRequest {
  /** Relative to the workspace, with '/'. */
  path: string;
  languageId?: string;
  /** Name of the repository or folder, for models whose prompt states one. */
  repository?: string;
  /** Text before the cursor. It may begin inside the file: see {@link CompletionRequest.before}. */
  prefix: string;
  /** Text after the cursor; it may end before the file does. */
  suffix: string;
  /** UTF-16 units of the file before `prefix`; absent: the prefix begins where the file begins. */
  before?: number;
  /** The text is shown as it will be after so many UTF-16 units more; absent: as it is now. */
  soon?: number;
  /** Other files worth knowing, the most relevant first. */
  others?: OtherFile[];
  /** What the project's memory says that helps here. */
  notes?: readonly Note[];
  /** Pieces of other places, in the order of the prompt; all are shown. */
  context?: readonly Piece[];
  /** Prefix and suffix are parts of this document, around the cursor. */
  document?: KnownDocument;
  indentation?: Indentation;
  lines?: Lines;
  /** True right after a suggestion was accepted here. */
  afterAccept?: boolean;
}
