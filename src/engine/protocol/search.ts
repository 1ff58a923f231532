/** Places in the files of a workspace that a question is about: `workspace/search`. Found by words, without any model. */
import { RequestType } from 'vscode-jsonrpc';
import type { EngineErrorData } from './core.ts';

export interface SearchParams {
  /** One that the client holds, whose files are read ({@link WorkspaceReading}). */
  workspace: string;
  /** A question in words, names of the code, or both. */
  query: string;
  /** So many places at most, from 1 to {@link MOST_PLACES}. */
  top: number;
  /** Only in these files and folders: relative paths with '/', a folder's with or without one at its end. Absent: in all. */
  paths?: string[];
  /** Files that were not read yet are waited for so long, in ms; absent: 2,000. 0 answers with what is there. */
  waitMs?: number;
}

export interface FoundPlace {
  /** In the workspace's folder, with '/'. */
  path: string;
  /** The first line and the last, from 1. */
  start: number;
  end: number;
  /** These lines as they are now, in the open document where there is one, with LF. */
  text: string;
  /** Above 0; to be compared within one answer only. */
  score: number;
  /** The words of the query that were found there, as it spells them, those that say most first. */
  why: string[];
}

export interface SearchResult {
  /** The best first. Never of ignored, secret or generated files. Empty where nothing fits. */
  places: FoundPlace[];
  /** That were searched. */
  files: number;
  /** Share of the files that were read when this was answered, from 0 to 1: below it, more may be found in a while. */
  reading: number;
  /** Files that there was no memory for, the farthest from those that are open. */
  leftOut: number;
}

export const MOST_PLACES = 50;
/** UTF-16 units: a question, not a file. */
export const LONGEST_QUERY = 2_000;

/**
 * Refused with `workspaceUnread` where the workspace has no folder or its files are not read, `workspaceUnknown` where it
 * is not open.
 */
export const searchRequest = new RequestType<SearchParams, SearchResult, EngineErrorData>('workspace/search');
