import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  packPage,
  packTokens,
  unpackPage,
  unpackTokens,
} from '../../../../../../src/engine/server/storage/pages/pageCodec.ts';

const page = fc.oneof(
  fc.uint8Array({ maxLength: 2000, size: 'max' }),
  fc.tuple(fc.nat(255), fc.nat(5000)).map(([value, length]) => new Uint8Array(length).fill(value)),
);

test('a page comes back as it was, and never takes more room', () => {
  fc.assert(
    fc.property(page, (bytes) => {
      const packed = packPage(bytes);
      assert.ok(packed.blob.byteLength <= bytes.byteLength);
      assert.deepEqual(unpackPage(packed, bytes.byteLength), bytes);
    }),
  );
});

test('a page of another size, of an unknown codec or cut short is none', () => {
  for (const bytes of [new Uint8Array(3000).fill(7), Uint8Array.from({ length: 64 }, (_, i) => i * 37)]) {
    const packed = packPage(bytes);
    assert.equal(unpackPage(packed, bytes.byteLength - 1), undefined);
    assert.equal(unpackPage(packed, bytes.byteLength + 1), undefined);
    assert.equal(unpackPage({ ...packed, codec: 9 }, bytes.byteLength), undefined);
    for (let length = 0; length < packed.blob.byteLength; length++) {
      assert.equal(unpackPage({ ...packed, blob: packed.blob.subarray(0, length) }, bytes.byteLength), undefined);
    }
  }
});

test('a changed byte of a compressed page is noticed', () => {
  const bytes = Uint8Array.from({ length: 4096 }, (_, i) => (i * i) % 11);
  const packed = packPage(bytes);
  assert.ok(packed.blob.byteLength < bytes.byteLength);
  for (let at = 0; at < packed.blob.byteLength; at++) {
    const blob = packed.blob.slice();
    blob[at]! ^= 0x10;
    const found = unpackPage({ ...packed, blob }, bytes.byteLength);
    if (found) assert.deepEqual(found, bytes);
  }
});

test('tokens come back; half a token is none', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (tokens) => assert.deepEqual(unpackTokens(packTokens(tokens)), tokens)),
  );
  assert.equal(unpackTokens(new Uint8Array(7)), undefined);
});
