import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { insidePath, isBinary, sizeInWords } from '../../../../src/chat/context/refusals.ts';

describe('paths that a tool names', () => {
  for (const [path, inner] of [
    ['src/a.ts', 'src/a.ts'],
    ['./src//a.ts', 'src/a.ts'],
    ['src\\a.ts', 'src/a.ts'],
    ['', ''],
    ['.', ''],
    ['..a/b..', '..a/b..'],
  ] as const) {
    it(`takes ${JSON.stringify(path)}`, () => assert.equal(insidePath(path), inner));
  }
  for (const path of [
    '../a',
    'a/../../b',
    'a/../.env',
    'a\\..\\..\\b',
    '/etc/passwd',
    '\\\\server\\share',
    'C:\\a',
    'C:a',
    '~/.ssh/id_rsa',
    'file:///etc/passwd',
    '.env::$DATA',
    'a\0b',
  ]) {
    it(`refuses ${JSON.stringify(path)}`, () => assert.equal(insidePath(path), undefined));
  }
});

it('tells texts from other files', () => {
  assert.equal(isBinary(Buffer.from('const a = "ä";\n')), false);
  assert.equal(isBinary(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0])), true);
  assert.equal(isBinary(Buffer.from('\ufeffconst a = 1;', 'utf16le')), false);
  assert.equal(isBinary(new Uint8Array()), false);
});

it('says sizes', () => {
  assert.deepEqual([0, 1023, 1024, 10 * 1024, 1.5 * 1024 * 1024].map(sizeInWords), [
    '0 bytes',
    '1023 bytes',
    '1.0 KB',
    '10 KB',
    '1.5 MB',
  ]);
});
