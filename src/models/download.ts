/** A download from the user's point of view: room on the disk, progress in words, an outcome. */
import { mkdir, statfs } from 'node:fs/promises';
import type { DownloadParams, DownloadProgress, DownloadResult } from '../engine/protocol/index.ts';
import { type CatalogueEntry, filesOf } from './catalogue.ts';
import { formatBytes, formatDuration } from './units.ts';

/** The part of the engine client that downloads. */
export interface Downloader {
  download(
    params: DownloadParams,
    options?: { signal?: AbortSignal; onProgress?: (progress: DownloadProgress) => void },
  ): Promise<DownloadResult>;
}

export type DownloadOutcome = { kind: 'done'; path: string } | { kind: 'cancelled' };

export interface ProgressReport {
  /** What has arrived since the last report, in percent of the whole. */
  increment: number;
  message: string;
}

/**
 * Downloads an entry of the catalogue into `folder`. What a cancelled or broken download has fetched stays there,
 * and the next one goes on from it.
 * @throws Error when the disk has no room; what {@link Downloader.download} throws.
 */
export async function downloadModel(
  engine: Downloader,
  entry: Pick<CatalogueEntry, 'uri' | 'sha256' | 'sizeBytes' | 'files'>,
  folder: string,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (report: ProgressReport) => void },
): Promise<DownloadOutcome> {
  await mkdir(folder, { recursive: true });
  await assertRoom(folder, entry.sizeBytes);
  const meter = new ProgressMeter(() => performance.now());
  try {
    const { path } = await engine.download(
      { uri: entry.uri, folder, files: filesOf(entry) },
      { signal, onProgress: (progress) => onProgress(meter.report(progress)) },
    );
    return signal.aborted ? { kind: 'cancelled' } : { kind: 'done', path };
  } catch (error) {
    if (signal.aborted) return { kind: 'cancelled' };
    throw error;
  }
}

async function assertRoom(folder: string, sizeBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < sizeBytes) {
    throw new Error(
      `The download needs ${formatBytes(sizeBytes)}, but only ${formatBytes(free)} are free in ${folder}.`,
    );
  }
}

/** Turns received bytes into steps of a progress bar, with speed and time left. */
export class ProgressMeter {
  readonly #now: () => number;
  #first: { at: number; received: number } | undefined;
  #shownPercent = 0;

  /** @param now milliseconds on a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  report({ receivedBytes, totalBytes }: DownloadProgress): ProgressReport {
    this.#first ??= { at: this.#now(), received: receivedBytes };
    const percent = totalBytes > 0 ? (100 * receivedBytes) / totalBytes : 0;
    const increment = Math.max(0, percent - this.#shownPercent);
    this.#shownPercent += increment;
    const parts = [
      totalBytes > 0 ? `${formatBytes(receivedBytes)} of ${formatBytes(totalBytes)}` : formatBytes(receivedBytes),
    ];
    // Measured from the first report on, so that the part of an earlier download does not count as speed.
    const elapsed = this.#now() - this.#first.at;
    const fetched = receivedBytes - this.#first.received;
    if (elapsed >= 1000 && fetched > 0) {
      const perMs = fetched / elapsed;
      parts.push(`${formatBytes(perMs * 1000)}/s`);
      if (totalBytes > receivedBytes) parts.push(`${formatDuration((totalBytes - receivedBytes) / perMs)} left`);
    }
    return { increment, message: parts.join(', ') };
  }
}
