/** A download as the user sees it: asked for in words before anything is sent, shown while it goes on. */
import * as vscode from 'vscode';
import type { DownloadOptions } from '../host.ts';
import { type CatalogueEntry, originOf } from './catalogue.ts';
import { type Downloader, downloadModel } from './download.ts';
import { formatBytes } from './units.ts';

/**
 * @returns the path of the downloaded file; undefined where the user did not want it, or stopped it.
 * @throws what {@link downloadModel} throws.
 */
export async function downloadAsAgreed(
  engine: Downloader,
  entry: CatalogueEntry,
  folder: string,
): Promise<string | undefined> {
  if (!(await confirmDownload(entry, folder))) return undefined;
  const outcome = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Quire: ${entry.title}`, cancellable: true },
    (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      return downloadModel(engine, entry, folder, {
        signal: abort.signal,
        onProgress: (report) => progress.report(report),
      });
    },
  );
  if (outcome.kind === 'done') return outcome.path;
  vscode.window.showInformationMessage(
    `Quire: the download of ${entry.title} was cancelled. Choose it again to go on where it stopped.`,
  );
  return undefined;
}

/** As {@link downloadAsAgreed}, shown by the caller. */
export async function downloadQuietly(
  engine: Downloader,
  entry: CatalogueEntry,
  folder: string,
  { signal, onProgress }: DownloadOptions,
): Promise<string | undefined> {
  if (!(await confirmDownload(entry, folder))) return undefined;
  let percent = 0;
  const outcome = await downloadModel(engine, entry, folder, {
    signal,
    onProgress({ increment, message }) {
      percent += increment;
      onProgress(percent / 100, message);
    },
  });
  return outcome.kind === 'done' ? outcome.path : undefined;
}

/** Names what will be fetched, from where, and under which licence, before anything is sent. */
async function confirmDownload(entry: CatalogueEntry, folder: string): Promise<boolean> {
  const { host, repository } = originOf(entry.uri);
  const licence = entry.nonCommercial ? `${entry.licence} (not for commercial use)` : entry.licence;
  const answer = await vscode.window.showInformationMessage(
    `Download ${entry.title}?`,
    {
      modal: true,
      detail: [
        `${formatBytes(entry.sizeBytes)} from ${host}, repository ${repository}.`,
        `Licence: ${licence}. It is kept in ${folder}.`,
        'Your code is not sent anywhere: this fetches one file, and its checksum is verified.',
      ].join('\n\n'),
    },
    'Download',
  );
  return answer === 'Download';
}
