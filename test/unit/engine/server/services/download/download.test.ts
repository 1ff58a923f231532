import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import type { DownloadFile, DownloadProgress, EngineErrorKind } from '../../../../../../src/engine/protocol/index.ts';
import { EngineFailure } from '../../../../../../src/engine/server/core/failure.ts';
import { download } from '../../../../../../src/engine/server/services/download/download.ts';

/** The downloader fetches and keeps chunks of 5 MiB, several at a time; the file has four and a short one. */
const CHUNK = 5 * 1024 * 1024;
const REST = 12_345;
const FILE = randomBytes(4 * CHUNK + REST);
const SHA256 = createHash('sha256').update(FILE).digest('hex');

/** A file server with ranges, which can be told to stop in the middle. */
class FileServer {
  readonly #server: Server;
  readonly paths: string[] = [];
  /** The bytes that ranged requests were sent, as [first, after the last]. */
  served: [number, number][] = [];
  /** From these chunks nothing is sent: the connection is cut, or falls silent. */
  blocked: number[] = [];
  atBlock: 'cut' | 'silent' = 'silent';
  cuts = 0;
  /** Answers to ranges go on behind their end, in chunks without a length. */
  endless = false;
  /** Bytes of that that were taken. */
  taken = 0;

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.paths.push(request.url ?? '');
    if (request.url?.includes('missing')) return void response.writeHead(404).end();
    const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
    const start = Number(range?.[1] ?? 0);
    const end = Number(range?.[2] ?? FILE.length - 1) + 1;
    const headers = { 'accept-ranges': 'bytes', 'content-length': end - start };
    if (request.method === 'HEAD') return void response.writeHead(200, headers).end();
    // The downloader's first request is for the whole file, to see its head; it does not read on.
    if (!range) return void response.writeHead(200, headers).write(FILE.subarray(0, 16));
    if (this.endless) return void this.#flood(response, start, end);
    response.writeHead(206, { ...headers, 'content-range': `bytes ${start}-${end - 1}/${FILE.length}` });
    this.#send(response, start, end);
  }

  async #flood(response: ServerResponse, start: number, end: number): Promise<void> {
    response.writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${FILE.length}` });
    const piece = Buffer.alloc(1 << 20);
    const closed = new Promise((resolve) => response.once('close', resolve));
    while (!response.destroyed) {
      const written = new Promise((resolve) => response.write(piece, resolve));
      await Promise.race([written, closed]);
      this.taken += piece.length;
    }
  }

  async #send(response: ServerResponse, start: number, end: number): Promise<void> {
    for (let at = start; at < end && !response.destroyed; ) {
      if (this.blocked.includes(Math.floor(at / CHUNK))) {
        if (this.atBlock === 'silent') return;
        this.cuts++;
        return void response.destroy();
      }
      const next = Math.min(end, at + 64 * 1024);
      await new Promise((resolve) => response.write(FILE.subarray(at, next), resolve));
      this.served.push([at, next]);
      at = next;
    }
    response.end();
  }
}

describe('download', { timeout: 60_000 }, () => {
  let server: FileServer;
  let folder: string;
  const folders: string[] = [];

  async function fresh() {
    server = new FileServer();
    await server.listen();
    folder = mkdtempSync(join(tmpdir(), 'quire-download-'));
    folders.push(folder);
  }
  afterEach(() => server.close());
  after(() => {
    for (const path of folders) rmSync(path, { recursive: true, force: true });
  });

  const fetchModel = (
    options: {
      sha256?: string;
      files?: DownloadFile[];
      signal?: AbortSignal;
      onProgress?: (p: DownloadProgress) => void;
      uri?: string;
      stallMs?: number;
    } = {},
  ) => {
    const { sha256, files, signal = new AbortController().signal, onProgress = () => {}, uri, stallMs } = options;
    const address = uri ?? `${server.origin}/model.gguf`;
    const name = address.replace(/#.*$/, '').split('/').at(-1)!;
    const known = files ?? (sha256 === undefined ? undefined : [{ name, sizeBytes: FILE.length, sha256 }]);
    return download(
      { uri: address, folder, ...(known === undefined ? {} : { files: known }) },
      {
        signal,
        onProgress,
        hub: uri?.startsWith('hf:') ? `${server.origin}/` : 'http://127.0.0.1:9/',
        ...(stallMs === undefined ? {} : { stallMs }),
      },
    );
  };

  it('fetches a whole file, verifies it and reports progress to the end', async () => {
    await fresh();
    const seen: DownloadProgress[] = [];
    const result = await fetchModel({ sha256: SHA256, onProgress: (progress) => seen.push(progress) });
    assert.deepEqual(result, { path: join(folder, 'model.gguf'), sizeBytes: FILE.length });
    assert.ok(readFileSync(result.path).equals(FILE));
    assert.deepEqual(readdirSync(join(folder, 'incoming')), []);
    assert.deepEqual(seen.at(-1), { receivedBytes: FILE.length, totalBytes: FILE.length });
    const received = seen.map(({ receivedBytes }) => receivedBytes);
    assert.deepEqual(
      received,
      [...received].sort((a, b) => a - b),
    );
  });

  it('goes on after a cancelled download and fetches nothing twice', async () => {
    await fresh();
    server.blocked = [1, 3];
    const abort = new AbortController();
    const cancelled = fetchModel({
      signal: abort.signal,
      onProgress: ({ receivedBytes }) => {
        // Chunks 0, 2 and 4; the downloader counts the short one as a whole one.
        if (receivedBytes >= 3 * CHUNK) abort.abort();
      },
    });
    await rejects(cancelled, 'downloadFailed', /cancelled/);
    assert.deepEqual(readdirSync(folder), ['incoming']);
    assert.equal(total(server), 2 * CHUNK + REST);

    server.blocked = [];
    const result = await fetchModel({ sha256: SHA256 });
    assert.ok(readFileSync(result.path).equals(FILE));
    assert.equal(total(server), FILE.length);
  });

  it('mends connections that are cut', async () => {
    await fresh();
    server.blocked = [1, 3];
    server.atBlock = 'cut';
    const running = fetchModel({ sha256: SHA256 });
    const mend = setInterval(() => {
      if (server.cuts >= 2) server.blocked = [];
    }, 20);
    const result = await running.finally(() => clearInterval(mend));
    assert.ok(readFileSync(result.path).equals(FILE));
    assert.ok(server.cuts >= 2);
  });

  it('gives up on a server that has gone silent, and keeps what has arrived', async () => {
    await fresh();
    server.blocked = [1, 3];
    await rejects(fetchModel({ stallMs: 1500 }), 'downloadFailed', /127\.0\.0\.1:\d+ sent nothing .*is kept/);
    server.blocked = [];
    await fetchModel({ sha256: SHA256 });
    assert.equal(total(server), FILE.length);
  });

  it('deletes a file whose checksum is wrong', async () => {
    await fresh();
    await rejects(fetchModel({ sha256: '0'.repeat(64) }), 'checksumMismatch', /model\.gguf is not the file/);
    assert.deepEqual(readdirSync(folder), ['incoming']);
    assert.deepEqual(readdirSync(join(folder, 'incoming')), []);
  });

  it('fetches and verifies every part of a split model, and keeps none where one is wrong', async () => {
    await fresh();
    const uri = `${server.origin}/model-00001-of-00002.gguf`;
    const part = (n: number, sha256 = SHA256, sizeBytes = FILE.length) => {
      return { name: `model-0000${n}-of-00002.gguf`, sizeBytes, sha256 };
    };
    const wrong = fetchModel({ uri, files: [part(1), part(2, '0'.repeat(64))] });
    await rejects(wrong, 'checksumMismatch', /model-00002-of-00002\.gguf is not the file/);
    assert.deepEqual(readdirSync(folder), ['incoming']);
    await rejects(fetchModel({ uri, files: [part(1)] }), 'downloadFailed', /none of the files/);
    await rejects(fetchModel({ uri, files: [part(1), part(2, SHA256, 5)] }), 'downloadFailed', /size is another/);
    const whole = [part(1), part(2), { name: 'model-00003-of-00002.gguf', sizeBytes: 1, sha256: SHA256 }];
    await rejects(fetchModel({ uri, files: whole }), 'downloadFailed', /other parts/);

    const result = await fetchModel({ uri, files: [part(1), part(2)] });
    assert.equal(result.path, join(folder, part(1).name));
    for (const { name } of [part(1), part(2)]) assert.ok(readFileSync(join(folder, name)).equals(FILE));
  });

  it('ends a download that brings more than was announced', async () => {
    await fresh();
    server.endless = true;
    await rejects(fetchModel(), 'downloadFailed', /sends more than model\.gguf should have/);
    assert.ok(server.taken < 8 * FILE.length, `${server.taken} bytes were taken`);
    assert.deepEqual(readdirSync(folder), ['incoming']);
  });

  it('takes no name that leads elsewhere, and asks nobody for it', async () => {
    await fresh();
    for (const name of [
      '..%2f..%2fevil.gguf',
      '..%5cevil.gguf',
      'c%3aevil.gguf',
      'a%00.gguf',
      '%ff.gguf',
      'con.gguf',
      '.gguf',
      '..gguf',
      'model.exe',
      '',
    ]) {
      for (const uri of [`${server.origin}/${name}`, `hf:someone/models/${decoded(name)}`]) {
        await rejects(fetchModel({ uri }), 'downloadFailed', /is not an address of a model/);
      }
    }
    await rejects(fetchModel({ uri: 'hf:a/b/../../c/d/m.gguf' }), 'downloadFailed', /is not an address of a model/);
    assert.deepEqual(server.paths, []);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('says that a file does not exist', async () => {
    await fresh();
    const missing = fetchModel({ uri: `${server.origin}/missing.gguf` });
    await rejects(missing, 'downloadFailed', /127\.0\.0\.1:\d+ has no missing\.gguf/);
  });

  it('says that a server does not answer', async () => {
    await fresh();
    const uri = `${server.origin}/model.gguf`;
    server.close();
    await rejects(fetchModel({ uri }), 'downloadFailed', /does not answer/);
  });

  it('asks the hub for the pinned revision of an hf: address', async () => {
    await fresh();
    const result = await fetchModel({ uri: 'hf:someone/some-model-GGUF/some-model-q8_0.gguf#0123abc', sha256: SHA256 });
    assert.equal(result.path, join(folder, 'some-model-q8_0.gguf'));
    for (const path of server.paths) {
      assert.match(path, /^\/someone\/some-model-GGUF\/resolve\/0123abc\/some-model-q8_0\.gguf/);
    }
  });

  it('refuses two downloads of the same file at a time', async () => {
    await fresh();
    const first = fetchModel();
    await rejects(fetchModel(), 'downloadFailed', /already/);
    await first;
  });

  it('refuses files of this machine and plain http elsewhere', async () => {
    await fresh();
    for (const uri of ['/etc/passwd', 'file:///etc/passwd', 'http://example.org/model.gguf', 'hf:only-a-user']) {
      await rejects(fetchModel({ uri }), 'downloadFailed', /is not an address of a model/);
    }
  });
});

/** As it is; where it is malformed too. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name.replace('%ff', '\u0001');
  }
}

/** Bytes sent in answer to ranged requests, repetitions included. */
function total({ served }: FileServer): number {
  return served.reduce((sum, [start, end]) => sum + end - start, 0);
}

async function rejects(promise: Promise<unknown>, kind: EngineErrorKind, message: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof EngineFailure, String(error));
    assert.equal(error.kind, kind);
    assert.match(error.message, message);
    return true;
  });
}
