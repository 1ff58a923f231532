import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  LONGEST_MATCH,
  NgramIndex,
  SHORTEST_MATCH,
} from '../../../../../../src/engine/server/core/speculation/ngrams.ts';
import { indexOf } from './world.ts';

describe('NgramIndex', () => {
  it('finds where the longest end of a context stood, the latest of equals', () => {
    const index = indexOf([9, 1, 2, 3, 7, 8, 1, 2, 3, 6, 4, 1, 2, 3]);
    assert.deepEqual(index.find([8, 1, 2, 3], 4), { position: 9, length: 4 });
    assert.deepEqual(index.find(), { position: 9, length: 3 }, 'not the end of the text itself');
    assert.equal(index.find([1, 2], 2), undefined);
    assert.equal(index.find([5, 1, 3], 3), undefined);
  });

  it('goes on where its text grows, past every size it had', () => {
    const index = new NgramIndex();
    for (let token = 0; token < 5_000; token++) index.append([token]);
    assert.equal(index.length, 5_000);
    assert.deepEqual(index.find([1_000, 1_001, 1_002], 3), { position: 1_003, length: 3 });
    assert.deepEqual([...index.slice(4_998, 5_010)], [4_998, 4_999]);
  });

  it('finds what a search of every place finds, as long as there are few', () => {
    const tokens = fc.array(fc.nat(3), { minLength: 0, maxLength: 18 });
    fc.assert(
      fc.property(tokens, tokens, (text, context) => {
        let best: { position: number; length: number } | undefined;
        for (let position = text.length - 1; position >= SHORTEST_MATCH; position--) {
          let length = 0;
          while (length < Math.min(position, context.length, LONGEST_MATCH)) {
            if (text[position - 1 - length] !== context[context.length - 1 - length]) break;
            length++;
          }
          if (length >= SHORTEST_MATCH && length > (best?.length ?? 0)) best = { position, length };
        }
        assert.deepEqual(indexOf(text).find(context, context.length), best);
      }),
      { numRuns: 500 },
    );
  });
});
