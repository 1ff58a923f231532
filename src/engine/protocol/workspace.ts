/**
 * Workspaces and the documents that are open in them. A client holds a workspace as it holds a model: texts, indexes and
 * pages of one that nobody holds any more go after a while. Offsets and lengths are UTF-16 code units.
 */
import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { EngineErrorData } from './core.ts';

export interface WorkspaceSpec {
  /** Absolute path of its folder; null: a document of its own, or a folder that is not on this machine. */
  folder: string | null;
  /** What tells workspaces without a folder apart: the address of the document, say. */
  name: string;
  /** False: nothing of it is written to disk, and what was is removed; its memory stays, unread. */
  trusted: boolean;
}

export interface OpenedWorkspace {
  /** Made by the engine from the folder's real path. What is cached for one workspace is never used for another. */
  workspace: string;
}

export interface DocumentText {
  workspace: string;
  /** Names the document among those of this client. */
  key: string;
  /** Of its file in the workspace's folder, with '/'; null where it has none. */
  path: string | null;
  /** Grows with every change; the client's own count. */
  version: number;
  /** With its own line ends. Never that of an ignored or secret file. */
  text: string;
}

/** Replaces the units [start, end) by `text`. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

export interface DocumentEdits {
  workspace: string;
  key: string;
  /** The version that the edits were made to, and the one that they make. */
  from: number;
  version: number;
  /** One after the other: each is at a place of the text that the one before it left. */
  edits: TextEdit[];
}

export interface DocumentName {
  workspace: string;
  key: string;
}

export interface WorkspaceReading {
  workspace: string;
  /** The files of its folder are read, but for ignored and secret ones. False: none, and what was read is forgotten. */
  on: boolean;
  /** Relative paths with '/' of files that changed; absent: the whole folder. */
  changed?: string[];
}

/** Texts that are longer are generated or data: the engine keeps none of them. */
export const LONGEST_DOCUMENT = 512 * 1024;

/** Equal folders are one workspace, whoever opened it. The client holds it until it closes it, or leaves. */
export const openWorkspaceRequest = new RequestType<WorkspaceSpec, OpenedWorkspace, EngineErrorData>('workspace/open');
export const closeWorkspaceNotification = new NotificationType<{ workspace: string }>('workspace/close');
/** Which workspace is forgotten, and what of it: `pages` leaves the indexes of its files. */
export type Forgotten = { folder: string } | { workspace: string; only?: 'pages' };
/**
 * Removes everything that is kept of a workspace, in memory and on disk, for every model; resolves when it is gone. Who
 * holds it goes on with an empty one. What is remembered of it stays: `memory/erase` removes that.
 */
export const forgetWorkspaceRequest = new RequestType<Forgotten, null, EngineErrorData>('workspace/forget');
export const readWorkspaceNotification = new NotificationType<WorkspaceReading>('workspace/read');
/** The documents whose computed pages are held longer, and survive a restart. It says nothing of their texts. */
export const pinDocumentsNotification = new NotificationType<{ workspace: string; keys: string[] }>('workspace/pin');
export const openDocumentNotification = new NotificationType<DocumentText>('document/open');
export const changeDocumentNotification = new NotificationType<DocumentEdits>('document/change');
export const closeDocumentNotification = new NotificationType<DocumentName>('document/close');
/** The engine's answer to a change that does not fit what it has: it needs the whole text again. */
export const needsTextNotification = new NotificationType<DocumentName>('document/needsText');
