import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyPatch } from 'diff';
import { diffOfNew, joinDiffs, leftOutOfDiff } from '../../../../src/chat/context/diff.ts';

describe('the diff of a new file', () => {
  for (const text of ['a\nb\n', 'a', '\n', 'a\n\nb', '']) {
    it(`makes ${JSON.stringify(text)} of nothing`, () => {
      assert.equal(text === '' ? '' : applyPatch('', diffOfNew('a.ts', text)), text);
    });
  }
});

describe('a diff that does not fit', () => {
  const files = [
    { name: 'big.ts', text: 'b'.repeat(100) },
    { name: 'a.ts', text: 'aa\n' },
    { name: 'c.ts', text: 'cc' },
  ];

  it('loses whole files, the largest first, and names them', () => {
    assert.deepEqual(joinDiffs(files, 50), { text: 'aa\ncc\n', left: ['big.ts'] });
    assert.deepEqual(joinDiffs(files, 3), { text: 'cc\n', left: ['big.ts', 'a.ts'] });
    assert.deepEqual(joinDiffs(files, 1_000).left, []);
  });

  it('says what is not in it, and why', () => {
    assert.equal(leftOutOfDiff([], [], 10), undefined);
    assert.equal(leftOutOfDiff(['.env'], [], 10), 'without .env: secret, or ignored by git');
    assert.match(
      leftOutOfDiff(['.env', '.npmrc'], ['big.ts'], 2048)!,
      /\.env and \.npmrc.*big\.ts.*2\.0 KB.*@diff:name/,
    );
  });
});
