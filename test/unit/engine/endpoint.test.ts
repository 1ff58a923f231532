import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { endpointFiles, endpointFor, readEndpointFile } from '../../../src/engine/endpoint.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'qe-'));
const environment = { QUIRE_RUNTIME_DIR: path.join(folder, 'run') };
after(() => rmSync(folder, { recursive: true }));

describe('endpointFor', () => {
  it('is the same for the same key and differs by version and build', () => {
    const base = endpointFor({ version: '1', gpu: 'off' }, environment);
    assert.deepEqual(endpointFor({ version: '1', gpu: 'off' }, environment), base);
    assert.notEqual(endpointFor({ version: '2', gpu: 'off' }, environment).socket, base.socket);
    assert.notEqual(endpointFor({ version: '1', gpu: 'cuda' }, environment).socket, base.socket);
  });

  it('makes the folder private, also one that was not', { skip: process.platform === 'win32' }, () => {
    endpointFor({ version: '1', gpu: 'off' }, environment);
    chmodSync(environment.QUIRE_RUNTIME_DIR, 0o755);
    const endpoint = endpointFor({ version: '1', gpu: 'off' }, environment);
    assert.equal(statSync(endpoint.folder).mode & 0o777, 0o700);
  });

  it('keeps the socket path within the system limit', () => {
    assert.ok(endpointFor({ version: '1.2.3-alpha.4', gpu: 'vulkan' }, {}).socket.length < 104);
  });
});

describe('readEndpointFile', () => {
  it('reads a whole file and refuses a broken one', () => {
    const endpoint = endpointFor({ version: '1', gpu: 'off' }, environment);
    assert.equal(readEndpointFile(endpoint.file), undefined);
    writeFileSync(endpoint.file, '{"pid": 1, "tok');
    assert.equal(readEndpointFile(endpoint.file), undefined);
    writeFileSync(endpoint.file, JSON.stringify({ pid: 1, token: 't', socket: 's' }));
    assert.deepEqual(readEndpointFile(endpoint.file), { pid: 1, token: 't', socket: 's' });
    assert.deepEqual(endpointFiles(environment), [endpoint.file]);
  });
});
