/** The requests of clients for model files. */
import {
  type DownloadParams,
  type DownloadProgress,
  type DownloadResult,
  downloadProgress,
  downloadRequest,
} from '../../../protocol/index.ts';
import type { ServedClient, Service } from '../../service.ts';

export type Downloader = (
  params: DownloadParams,
  options: { signal: AbortSignal; onProgress: (progress: DownloadProgress) => void },
) => Promise<DownloadResult>;

export class DownloadService implements Service {
  readonly #download: Downloader;

  constructor(download: Downloader) {
    this.#download = download;
  }

  serve(client: ServedClient): void {
    client.onRequest(downloadRequest, (params, signal) =>
      this.#download(params, {
        signal,
        onProgress: (progress) => client.progress(downloadProgress, params.progressToken, progress),
      }),
    );
  }
}
