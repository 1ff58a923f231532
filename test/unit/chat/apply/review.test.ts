import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { changedRuns } from '../../../../src/chat/apply/changedRuns.ts';
import { applyEdits, editsOf, linesOf, type TextEdit } from '../../../../src/chat/apply/lines.ts';
import { Review } from '../../../../src/chat/apply/review.ts';

const ORIGINAL = 'one\ntwo\nthree\r\nfour\nfive\nsix';

function reviewOf(original: string, wanted: readonly string[]): { review: Review; edits: TextEdit[] } {
  const lines = linesOf(original);
  const edits = editsOf(lines, [{ from: 0, to: lines.length, lines: wanted }]);
  return { review: new Review(original, edits), edits };
}

describe('a review', () => {
  test('puts the old bytes of a rejected hunk back, and keeps the others', () => {
    const { review } = reviewOf(ORIGINAL, ['ONE', 'two', 'THREE', 'four', 'five', 'six', 'seven']);
    assert.equal(review.proposed, 'ONE\ntwo\nTHREE\r\nfour\nfive\nsix\nseven');
    assert.deepEqual(
      review.hunks.map(({ before }) => before),
      ['one\n', 'three\r\n', ''],
    );
    let document = applyEdits(review.proposed, [review.edit(1)!]);
    review.rejected([1]);
    assert.equal(document, 'ONE\ntwo\nthree\r\nfour\nfive\nsix\nseven');
    assert.equal(document, review.result());
    review.accept(0);
    document = applyEdits(document, review.edits());
    review.rejected([2]);
    assert.equal(document, 'ONE\ntwo\nthree\r\nfour\nfive\nsix');
    assert.ok(review.isDone);
  });

  test('follows edits outside of its hunks, and gives up those that were edited', () => {
    const { review } = reviewOf(ORIGINAL, ['ONE', 'two', 'three', 'four', 'FIVE', 'six']);
    // `two` becomes `2`, before the second hunk and behind the first.
    let document = review.proposed.replace('two', '2');
    review.changed([{ start: review.proposed.indexOf('two'), removed: 3, text: '2' }]);
    assert.equal(document.slice(review.hunks[1]!.start).startsWith('FIVE'), true);
    document = applyEdits(document, [review.edit(1)!]);
    review.rejected([1]);
    assert.equal(document, 'ONE\n2\nthree\r\nfour\nfive\nsix');
    review.changed([{ start: 1, removed: 1, text: 'x' }]);
    assert.equal(review.hunks[0]!.decision, 'changed');
    assert.equal(review.edit(0), undefined);
  });

  test('with all rejected, in any order, leaves the original bytes', () => {
    const line = fc.constantFrom('a', 'b', 'c', '', '  d');
    const ending = fc.constantFrom('\n', '\r\n');
    const text = fc
      .tuple(fc.array(fc.tuple(line, ending)), fc.option(line, { nil: '' }))
      .map(([lines, last]) => lines.map(([each, end]) => each + end).join('') + last);
    fc.assert(
      fc.property(text, fc.array(line), fc.array(fc.nat()), (original, wanted, order) => {
        const { review } = reviewOf(original, wanted);
        let document = review.proposed;
        for (const pick of [...order, ...review.hunks.map(() => 0)]) {
          const { open } = review;
          if (open.length === 0) break;
          const { index } = open[pick % open.length]!;
          document = applyEdits(document, [review.edit(index)!]);
          review.rejected([index]);
          assert.equal(document, review.result());
        }
        assert.equal(document, original);
      }),
    );
  });

  test('an edit gives the wanted lines and keeps the bytes of the others', () => {
    const line = fc.constantFrom('a', 'b', 'c', 'd ');
    fc.assert(
      fc.property(fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n'))), fc.array(line), (old, wanted) => {
        const original = old.map(([each, end]) => each + end).join('');
        const { review } = reviewOf(original, wanted);
        const texts = linesOf(review.proposed).map((each) => each.text);
        assert.deepEqual(changedRuns(texts, wanted), []);
        const kept =
          linesOf(original).length -
          changedRuns(
            linesOf(original).map((each) => each.text),
            wanted,
          ).reduce((sum, run) => sum + run.to - run.from, 0);
        assert.equal(
          review.hunks.reduce((sum, { before }) => sum - linesOf(before).length, linesOf(original).length),
          kept,
        );
      }),
    );
  });
});
