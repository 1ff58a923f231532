import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import {
  addressFor,
  type EndpointKey,
  endpointFiles,
  endpointFor,
  readEndpointFile,
  writeEndpointFile,
} from '../../../src/engine/endpoint.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'qe-'));
const environment = { QUIRE_RUNTIME_DIR: path.join(folder, 'run') };
after(() => rmSync(folder, { recursive: true }));

describe('endpointFor', () => {
  it('is the same for the same key and differs by version, build and folders of modules', () => {
    const base = endpointFor({ version: '1', gpu: 'off' }, environment);
    assert.deepEqual(endpointFor({ version: '1', gpu: 'off', moduleFolders: [] }, environment), base);
    assert.deepEqual(endpointFor({ version: '1', gpu: 'off', devices: 'auto' }, environment), base);
    const others: EndpointKey[] = [
      { version: '2', gpu: 'off' },
      { version: '1', gpu: 'cuda' },
      { version: '1', gpu: 'off', devices: 'cpu' },
      { version: '1', gpu: 'off', moduleFolders: ['/a'] },
    ];
    const files = others.map((key) => endpointFor(key, environment).file);
    assert.equal(new Set([base.file, ...files]).size, 5);
  });

  it('lies in the folder of the key, whatever the environment says', () => {
    const runtimeFolder = path.join(folder, 'private');
    const endpoint = endpointFor({ version: '1', gpu: 'off', runtimeFolder }, environment);
    assert.equal(path.dirname(endpoint.file), runtimeFolder);
    assert.equal(
      path.basename(endpoint.file),
      path.basename(endpointFor({ version: '1', gpu: 'off' }, environment).file),
    );
  });

  it('makes the folder private, also one that was not', { skip: process.platform === 'win32' }, () => {
    endpointFor({ version: '1', gpu: 'off' }, environment);
    chmodSync(environment.QUIRE_RUNTIME_DIR, 0o755);
    const endpoint = endpointFor({ version: '1', gpu: 'off' }, environment);
    assert.equal(statSync(endpoint.folder).mode & 0o777, 0o700);
  });

  it('keeps the socket path within the system limit', () => {
    assert.ok(addressFor(endpointFor({ version: '1.2.3-alpha.4', gpu: 'vulkan' }, {}), 'linux').length < 104);
  });
});

describe('addressFor', () => {
  const endpoint = endpointFor({ version: '1', gpu: 'off' }, environment);

  it('is beside the endpoint file on Unix', () => {
    for (const platform of ['linux', 'darwin'] as const) {
      assert.equal(addressFor(endpoint, platform), endpoint.file.replace('.json', '.sock'));
    }
  });

  it('is a pipe on Windows that nobody can name before it is there', () => {
    const names = Array.from({ length: 100 }, () => addressFor(endpoint, 'win32'));
    for (const name of names) assert.match(name, /^\\\\\.\\pipe\\quire-[0-9a-f]{32}$/);
    assert.equal(new Set(names).size, names.length);
  });
});

describe('readEndpointFile', () => {
  it('reads a whole file and refuses a broken one', () => {
    const endpoint = endpointFor({ version: '1', gpu: 'off' }, environment);
    assert.equal(readEndpointFile(endpoint.file), undefined);
    writeFileSync(endpoint.file, '{"pid": 1, "tok');
    assert.equal(readEndpointFile(endpoint.file), undefined);
    for (const contents of [
      { pid: 1, token: 't', socket: 's' },
      { pid: 1, token: 't', socket: 's', busyUntil: 5 },
    ]) {
      writeEndpointFile(endpoint, contents);
      assert.deepEqual(readEndpointFile(endpoint.file), contents);
    }
    assert.deepEqual(endpointFiles(environment), [endpoint.file]);
  });
});
