import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressOf } from '../../../src/engine/server/services/download/downloadAddress.ts';
import { CATALOGUE, fileNameOf, originOf } from '../../../src/models/catalogue.ts';

describe('catalogue', () => {
  it('pins every file to a revision and a checksum', () => {
    for (const { id, uri, sha256 } of CATALOGUE) {
      assert.match(uri, /^hf:[\w-]+\/[\w.-]+\/[\w.-]+\.gguf#[0-9a-f]{40}$/, id);
      assert.match(sha256, /^[0-9a-f]{64}$/, id);
    }
  });

  it('offers models for completion or chat, in order of size, each under one name', () => {
    assert.ok(CATALOGUE.every(({ fim, chat }) => fim || chat));
    const sizes = CATALOGUE.map(({ sizeBytes }) => sizeBytes);
    assert.deepEqual(
      sizes,
      [...sizes].sort((a, b) => a - b),
    );
    assert.ok(CATALOGUE.every(({ sizeBytes, memoryBytes }) => memoryBytes > sizeBytes));
    for (const names of [CATALOGUE.map(({ id }) => id), CATALOGUE.map(({ uri }) => fileNameOf(uri))]) {
      assert.equal(new Set(names).size, CATALOGUE.length);
    }
  });

  it('names the file and the host as the engine does', () => {
    for (const { uri } of CATALOGUE) {
      const address = addressOf(uri, 'https://huggingface.co/');
      assert.equal(fileNameOf(uri), address.fileName);
      assert.equal(originOf(uri).host, address.host);
      assert.ok(address.probeUrl.includes(originOf(uri).repository));
    }
  });

  it('names the host of a plain address', () => {
    assert.deepEqual(originOf('https://models.example/a/b.gguf'), { host: 'models.example', repository: '/a/b.gguf' });
    assert.equal(fileNameOf('https://models.example/a/b%20c.gguf?download=true'), 'b c.gguf');
  });
});
