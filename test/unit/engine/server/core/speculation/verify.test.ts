import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chain, type Draft } from '../../../../../../src/engine/server/core/speculation/draft.ts';
import { walk } from '../../../../../../src/engine/server/core/speculation/verify.ts';

/** Walks with an answer that is known; `undefined` ends it. */
function verify(draft: Draft, answer: (number | undefined)[]) {
  const asked: number[] = [];
  const path = walk(draft, (node) => {
    asked.push(node);
    return answer[asked.length - 1];
  });
  return { path, asked };
}

describe('walk', () => {
  it('draws once at each node that is right, and once more', () => {
    assert.deepEqual(verify(chain([5, 6, 7]), [5, 6, 9]), { path: [0, 1], asked: [-1, 0, 1] });
    assert.deepEqual(verify(chain([5, 6, 7]), [5, 6, 7, 8]), { path: [0, 1, 2], asked: [-1, 0, 1, 2] });
    assert.deepEqual(verify(chain([5, 6]), [4]), { path: [], asked: [-1] });
    assert.deepEqual(verify(chain([]), [4]), { path: [], asked: [-1] });
  });

  it('ends where the answer does, and does not keep what ended it', () => {
    assert.deepEqual(verify(chain([5, 6, 7]), [5, undefined]), { path: [0], asked: [-1, 0] });
  });

  it('goes down the branch that is right, with the same token on others', () => {
    //      5 - 6        a tree with two beginnings, and 6 in both
    //      7 - 6 - 8
    const tree = { tokens: [5, 7, 6, 6, 8], parents: [-1, -1, 0, 1, 3] };
    assert.deepEqual(verify(tree, [7, 6, 8, 1]), { path: [1, 3, 4], asked: [-1, 1, 3, 4] });
    assert.deepEqual(verify(tree, [5, 6, 8]), { path: [0, 2], asked: [-1, 0, 2] });
  });
});
