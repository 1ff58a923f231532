/** What stands beside the file in a prompt: pieces of other places of the project, each from one source. */

/**
 * In this order they stand in a prompt, what changes least first: all behind a change is computed anew. `outlines`: what the
 * imported files declare; `visited`: where the cursor rested before; `similar`: code of the project that is like what is near
 * the cursor; `definitions`: of names near the cursor; `edits`: what was changed last.
 */
export const SOURCES = ['outlines', 'visited', 'similar', 'definitions', 'edits'] as const;
export type Source = (typeof SOURCES)[number];

/** Sources whose pieces stay as they are while the cursor stays near a place. */
export const STEADY: ReadonlySet<Source> = new Set(['outlines', 'visited', 'similar']);

export interface Piece {
  source: Source;
  /** In the workspace's folder, with '/'. */
  path: string;
  /** LF; ends with a line break. */
  text: string;
}

/** A file that the sources read. */
export interface ContextFile {
  path: string;
  /** LF. */
  text: string;
  languageId?: string;
}
