/** Model files, fetched by the engine's process. */
import { ProgressType, RequestType } from 'vscode-jsonrpc';
import type { EngineErrorData } from './core.ts';

export interface DownloadParams {
  /** An `hf:` or `https:` address as node-llama-cpp understands it. */
  uri: string;
  /** Folder for the file. */
  folder: string;
  /** What the file, or each part of a split model, has to be; absent where nothing is known. A part that is not named is refused. */
  files?: DownloadFile[];
  /** Names the {@link downloadProgress} events of this request. */
  progressToken?: string;
}
export interface DownloadFile {
  /** Base name. */
  name: string;
  sizeBytes: number;
  /** Hex. */
  sha256: string;
}
export interface DownloadProgress {
  receivedBytes: number;
  totalBytes: number;
}
export interface DownloadResult {
  path: string;
  sizeBytes: number;
}

export const downloadRequest = new RequestType<DownloadParams, DownloadResult, EngineErrorData>('model/download');
export const downloadProgress = new ProgressType<DownloadProgress>();
