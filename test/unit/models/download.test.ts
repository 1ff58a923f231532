import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { DownloadParams } from '../../../src/engine/protocol/index.ts';
import { type Downloader, downloadModel, ProgressMeter, type ProgressReport } from '../../../src/models/download.ts';

const ENTRY = { uri: 'hf:someone/models/m.gguf#1', sha256: 'ab', sizeBytes: 1000 };

describe('downloadModel', () => {
  let root: string;
  let folder: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'quire-models-'));
    folder = join(root, 'models');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('hands address, folder and checksum to the engine, and its progress to the user', async () => {
    const asked: DownloadParams[] = [];
    const engine: Downloader = {
      async download(params, options) {
        asked.push(params);
        assert.ok(existsSync(params.folder));
        options?.onProgress?.({ receivedBytes: 250, totalBytes: 1000 });
        options?.onProgress?.({ receivedBytes: 1000, totalBytes: 1000 });
        return { path: join(params.folder, 'm.gguf'), sizeBytes: 1000 };
      },
    };
    const reports: ProgressReport[] = [];
    const outcome = await downloadModel(engine, ENTRY, folder, {
      signal: new AbortController().signal,
      onProgress: (report) => reports.push(report),
    });
    assert.deepEqual(asked, [{ uri: ENTRY.uri, folder, files: [{ name: 'm.gguf', sizeBytes: 1000, sha256: 'ab' }] }]);
    assert.deepEqual(outcome, { kind: 'done', path: join(folder, 'm.gguf') });
    assert.deepEqual(
      reports.map(({ increment }) => increment),
      [25, 75],
    );
  });

  it('tells a cancelled download from a failed one', async () => {
    const abort = new AbortController();
    const failing = (before: () => void): Downloader => ({
      async download() {
        before();
        throw new Error('broke off');
      },
    });
    const options = { signal: abort.signal, onProgress: () => {} };
    await assert.rejects(
      downloadModel(
        failing(() => {}),
        ENTRY,
        folder,
        options,
      ),
      /broke off/,
    );
    const outcome = await downloadModel(
      failing(() => abort.abort()),
      ENTRY,
      folder,
      options,
    );
    assert.deepEqual(outcome, { kind: 'cancelled' });
  });

  it('asks for nothing when the disk has no room', async () => {
    const engine: Downloader = {
      download: () => assert.fail('the engine was asked'),
    };
    const tooBig = { ...ENTRY, sizeBytes: 1e18 };
    const options = { signal: new AbortController().signal, onProgress: () => {} };
    await assert.rejects(downloadModel(engine, tooBig, folder, options), /needs 1000000000 GB, but only \d/);
  });
});

describe('ProgressMeter', () => {
  it('says how much, how fast and how long, and leaves out what an earlier download had', () => {
    let now = 0;
    const meter = new ProgressMeter(() => now);
    assert.deepEqual(meter.report({ receivedBytes: 400e6, totalBytes: 1000e6 }), {
      increment: 40,
      message: '400 MB of 1.0 GB',
    });
    now = 2000;
    const { increment, message } = meter.report({ receivedBytes: 500e6, totalBytes: 1000e6 });
    assert.equal(increment, 10);
    assert.equal(message, '500 MB of 1.0 GB, 50 MB/s, 10 s left');
  });

  it('never goes back, and does without a total', () => {
    const meter = new ProgressMeter(() => 0);
    meter.report({ receivedBytes: 50, totalBytes: 100 });
    assert.equal(meter.report({ receivedBytes: 40, totalBytes: 100 }).increment, 0);
    assert.equal(meter.report({ receivedBytes: 60, totalBytes: 100 }).increment, 10);
    assert.deepEqual(new ProgressMeter(() => 0).report({ receivedBytes: 5e6, totalBytes: 0 }), {
      increment: 0,
      message: '5 MB',
    });
  });
});
