import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BLOCK, type Posting, Postings } from '../../../../../../src/engine/server/services/search/postings.ts';

function of(postings: Postings, hash: number): Posting[] {
  const found: Posting[] = [];
  postings.each(hash, (piece, body, names, path) => found.push({ piece, body, names, path }));
  return found;
}

describe('Postings', () => {
  it('gives back what was added for a word, the newest first, and nothing of another in its bucket', () => {
    const postings = new Postings();
    const first = { piece: 0, body: 1, names: 0, path: 2 };
    const second = { piece: BLOCK - 1, body: 255, names: 31, path: 1 };
    postings.add(0xffff_ffff, first);
    postings.add(0xffff_ffff, second);
    postings.add(0xffff_ffff - (1 << 14), { piece: 3, body: 1, names: 1, path: 0 });
    assert.deepEqual(of(postings, 0xffff_ffff), [second, first]);
    assert.deepEqual(of(postings, 1), []);
    assert.deepEqual([...postings.all()].slice(0, 2), [
      [0xffff_ffff, first],
      [0xffff_ffff, second],
    ]);
    assert.equal(postings.room, BLOCK - 3);
  });
  it('keeps large counts as large as it can', () => {
    const postings = new Postings();
    postings.add(7, { piece: 1, body: 1e6, names: 1e6, path: 0 });
    assert.deepEqual(of(postings, 7), [{ piece: 1, body: 255, names: 31, path: 0 }]);
  });
});
