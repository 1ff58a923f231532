import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MemoryStatus } from '../../../src/engine/protocol/index.ts';
import { Browsing } from '../../../src/memory/browsing.ts';
import type { MemoryNode } from '../../../src/memory/tree.ts';

const statusOf = (state: MemoryStatus['indexing']['state']): MemoryStatus[] => [
  { indexing: { state } } as MemoryStatus,
];
const FILES: MemoryNode = { type: 'kind', store: 'a', kind: 'file', count: 3 };
const FOLDER: MemoryNode = { type: 'folder', store: 'a', kind: 'file', path: 'src', label: 'src', count: 3 };

describe('Browsing', () => {
  it('draws what is new at once where nothing is unfolded, or nothing is read', () => {
    const browsing = new Browsing();
    assert.equal(browsing.news(statusOf('running')), true);
    browsing.unfolds(FILES);
    assert.equal(browsing.news(statusOf('idle')), true);
    assert.equal(browsing.isDue(statusOf('idle')), false, 'nothing was missed');
  });

  it('leaves what is unfolded as it is while files are read, and draws once when they are', () => {
    const browsing = new Browsing();
    browsing.unfolds(FILES);
    assert.equal(browsing.news(statusOf('running')), false);
    assert.equal(browsing.isDue(statusOf('running')), false);
    assert.equal(browsing.isDue(statusOf('idle')), true);
    assert.equal(browsing.isDue(statusOf('idle')), false);
  });

  it('draws when all is folded again, whatever is unfolded within', () => {
    const browsing = new Browsing();
    browsing.unfolds(FILES);
    browsing.unfolds(FOLDER);
    assert.equal(browsing.news(statusOf('running')), false);
    browsing.folds(FOLDER);
    assert.equal(browsing.isDue(statusOf('running')), false);
    browsing.folds(FILES);
    assert.equal(browsing.isDue(statusOf('running')), true);
    assert.equal(browsing.news(statusOf('running')), true);
  });

  it('does not wait for what was erased while it was unfolded', () => {
    const browsing = new Browsing();
    browsing.unfolds(FILES);
    browsing.shows('b', []);
    assert.equal(browsing.news(statusOf('running')), false, 'another store has nothing');
    browsing.shows('a', [FILES]);
    assert.equal(browsing.news(statusOf('running')), false);
    browsing.shows('a', []);
    assert.equal(browsing.news(statusOf('running')), true);
  });
});
