/**
 * Fetches a model file through node-llama-cpp's downloader: resumable, cancellable, verified. The only code of Quire
 * that speaks to anything outside this machine, and only when the user has asked for this very file.
 *
 * A file grows in `<folder>/incoming` and moves to `<folder>` when it is whole and its checksum is right.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DownloadFile, DownloadParams, DownloadProgress, DownloadResult } from '../../../protocol/index.ts';
import { EngineFailure } from '../../core/failure.ts';
import { bindFetch, type FetchBound } from './boundFetch.ts';
import { type Address, addressOf, downloadFailure } from './downloadAddress.ts';
import { isModelFileName, pathIn } from './fileName.ts';

export interface DownloadOptions {
  signal: AbortSignal;
  /** Called at most about ten times a second, and once at the end. */
  onProgress: (progress: DownloadProgress) => void;
  /** Where `hf:` addresses lead. */
  hub?: string;
  /** Silence after which a download counts as broken, in milliseconds. */
  stallMs?: number;
}

const HUB = 'https://huggingface.co/';
const STALL_MS = 30_000;
const PROGRESS_INTERVAL_MS = 100;
/** What an answer may have besides the file, or where no file is meant: lists of files, pages of errors. */
const SLACK_BYTES = 1 << 20;
const MOST_PARTS = 100;

/** Folders and addresses under way: two downloads must not write the same file. */
const underWay = new Set<string>();

/**
 * Downloads a model into `params.folder`. What an earlier, unfinished download has left there is not fetched again.
 * A file of the same name is replaced.
 * @returns path and size of the file; of its first part where the model comes in several.
 * @throws EngineFailure `downloadFailed` (also when cancelled) or `checksumMismatch`, in words.
 */
export async function download(params: DownloadParams, options: DownloadOptions): Promise<DownloadResult> {
  const { hub = HUB, stallMs = STALL_MS } = options;
  const address = addressOf(params.uri, hub);
  const key = `${params.folder}\n${params.uri}`;
  if (underWay.has(key)) {
    throw new EngineFailure('downloadFailed', `${address.label} is being downloaded already. Wait for it to end.`);
  }
  underWay.add(key);
  const silence = new Silence(stallMs);
  const reporter = new Reporter(options.onProgress);
  const stop = new AbortController();
  let excess = false;
  const bound: FetchBound = {
    signal: stop.signal,
    mostBytes: SLACK_BYTES,
    onExcess() {
      excess = true;
      stop.abort();
    },
  };
  for (const signal of [options.signal, silence.signal]) {
    if (signal.aborted) stop.abort();
    signal.addEventListener('abort', () => stop.abort(), { once: true });
  }
  try {
    const incoming = join(params.folder, 'incoming');
    await mkdir(incoming, { recursive: true });
    const files = await bindFetch(bound, async () => {
      await probe(address);
      return fetchFiles(address, { hub, incoming, bound, reporter, silence, expected: params.files });
    });
    silence.end();
    return await deliver(files, params, options.signal);
  } catch (error) {
    if (options.signal.aborted)
      throw new EngineFailure('downloadFailed', `The download of ${address.label} was cancelled.`);
    if (excess) {
      const message = `${address.host} sends more than ${address.label} should have. The download was ended.`;
      throw new EngineFailure('downloadFailed', message);
    }
    if (silence.signal.aborted) {
      const message = `${address.host} sent nothing for ${Math.round(stallMs / 1000)} s. Try again: what has arrived is kept.`;
      throw new EngineFailure('downloadFailed', message, address.label);
    }
    throw downloadFailure(error, address);
  } finally {
    stop.abort(); // the downloader leaves a connection open
    silence.end();
    reporter.end();
    underWay.delete(key);
  }
}

/** Asks for the file's head first: the downloader itself repeats refused connections for minutes. */
async function probe({ probeUrl }: Address): Promise<void> {
  const response = await fetch(probeUrl, { method: 'HEAD' });
  // Some servers allow GET only.
  if (!response.ok && response.status !== 405 && response.status !== 501) {
    throw Object.assign(new Error(`HTTP status ${response.status}`), { statusCode: response.status });
  }
}

interface Fetching {
  hub: string;
  incoming: string;
  bound: FetchBound;
  reporter: Reporter;
  silence: Silence;
  expected: DownloadFile[] | undefined;
}

/** @returns base names in `incoming`, the one to open first. */
async function fetchFiles({ uri, fileName }: Address, fetching: Fetching): Promise<string[]> {
  const { hub, incoming, bound, reporter, silence, expected } = fetching;
  const { signal } = bound;
  if (Number(/-of-(\d{5})\.gguf$/i.exec(fileName ?? '')?.[1] ?? 0) > MOST_PARTS)
    throw unexpected(fileName ?? '', 'parts');
  const { createModelDownloader } = await import('node-llama-cpp');
  let received = 0;
  const making = createModelDownloader({
    modelUri: uri,
    dirPath: incoming,
    ...(fileName === undefined ? {} : { fileName }),
    deleteTempFileOnCancel: false,
    endpoints: { huggingFace: hub },
    onProgress: ({ downloadedSize, totalSize }) => {
      if (downloadedSize !== received) silence.broken();
      received = downloadedSize;
      reporter.take({ receivedBytes: downloadedSize, totalBytes: totalSize });
    },
  });
  const downloader = await untilAborted(making, signal);
  try {
    check(downloader.filesInfo, expected);
    bound.mostBytes = SLACK_BYTES + Math.max(...downloader.filesInfo.map(({ totalSize }) => totalSize));
    // A cancelled download resolves as if it were complete, and one that retries hears no signal.
    await untilAborted(downloader.download(), signal);
  } finally {
    if (signal.aborted) await downloader.cancel({ deleteTempFile: false });
  }
  const { totalSize: totalBytes, entrypointFilename, filesInfo } = downloader;
  reporter.take({ receivedBytes: totalBytes, totalBytes });
  reporter.flush();
  const others = filesInfo.map((file) => file.fileName).filter((name) => name !== entrypointFilename);
  return [entrypointFilename, ...others];
}

/** What the server announces is what was expected, before any of it is fetched. */
function check(announced: { fileName: string; totalSize: number }[], expected: DownloadFile[] | undefined): void {
  for (const { fileName, totalSize } of announced) {
    if (!isModelFileName(fileName)) throw unexpected(basename(fileName), 'name');
    if (!(totalSize > 0)) throw unexpected(fileName, 'size');
    if (!expected) continue;
    const file = expected.find(({ name }) => name === fileName);
    if (!file) throw unexpected(fileName, 'name');
    if (file.sizeBytes !== totalSize) throw unexpected(fileName, 'size');
  }
  const missing = expected?.find(({ name }) => !announced.some(({ fileName }) => fileName === name));
  if (missing) throw unexpected(missing.name, 'parts');
}

const UNEXPECTED = {
  name: 'it is none of the files that belong to the model',
  size: 'its size is another, or is not told',
  parts: 'the model has other parts',
};

function unexpected(name: string, why: keyof typeof UNEXPECTED): EngineFailure {
  return new EngineFailure('downloadFailed', `${name} is not what was expected: ${UNEXPECTED[why]}. Nothing was kept.`);
}

/** Verifies all files and moves them out of `incoming`. */
async function deliver(names: string[], params: DownloadParams, signal: AbortSignal): Promise<DownloadResult> {
  const [first] = names;
  if (first === undefined) throw new Error('The downloader named no file.');
  const incoming = join(params.folder, 'incoming');
  for (const name of names) {
    const expected = params.files?.find((file) => file.name === name)?.sha256;
    if (expected !== undefined) await verify(pathIn(incoming, name), expected, signal);
  }
  for (const name of names) await rename(pathIn(incoming, name), pathIn(params.folder, name));
  const path = pathIn(params.folder, first);
  return { path, sizeBytes: (await stat(path)).size };
}

async function verify(file: string, expected: string, signal: AbortSignal): Promise<void> {
  const actual = await sha256Of(file, signal);
  if (actual === expected.toLowerCase()) return;
  await rm(file, { force: true });
  throw new EngineFailure(
    'checksumMismatch',
    `${basename(file)} is not the file that was expected: its checksum differs. It was deleted; try again.`,
    `expected ${expected}, got ${actual}`,
  );
}

async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest('hex');
}

/** Rejects as soon as the signal is aborted, whatever the promise is at. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (abort) signal.removeEventListener('abort', abort);
  }
}

/** Passes on the latest progress about ten times a second, where there is any. */
class Reporter {
  readonly #report: (progress: DownloadProgress) => void;
  readonly #timer = setInterval(() => this.flush(), PROGRESS_INTERVAL_MS);
  #latest: DownloadProgress | undefined;

  constructor(report: (progress: DownloadProgress) => void) {
    this.#report = report;
  }

  take(progress: DownloadProgress): void {
    this.#latest = progress;
  }

  flush(): void {
    if (this.#latest) this.#report(this.#latest);
    this.#latest = undefined;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

/** Aborts its signal when nothing was heard for a while. */
class Silence {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(limitMs: number) {
    this.#timer = setTimeout(() => this.#controller.abort(), limitMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  broken(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
