import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { EvalCase } from '../../eval/cases.ts';
import type { PlaceKind } from '../../eval/places.ts';
import { type Answer, coverageCurve, reliability, scoresOf } from '../../eval/scores.ts';

function place(truth: string, kind: PlaceKind = 'restOfLine', argument?: string): EvalCase {
  return {
    id: '',
    package: '',
    others: [],
    path: 'a.ts',
    prefix: '',
    suffix: '',
    kind,
    truth,
    ...(argument === undefined ? {} : { argument }),
  };
}

const answer = (text: string, confidence: number | null = null, shown: string | null = text): Answer => ({
  text,
  shown,
  confidence,
});

describe('scoresOf', () => {
  it('counts each kind by itself', () => {
    const scores = scoresOf(
      [place('one();'), place('two();'), place('three();', 'wholeLine'), place('four();')],
      [answer('one();\nmore();'), answer('no'), answer('three();'), answer('four();  ', null, null)],
    );
    assert.deepEqual(
      scores.map(({ kind, count, exact, shown, precision }) => ({ kind, count, exact, shown, precision })),
      [
        { kind: 'restOfLine', count: 3, exact: 2 / 3, shown: 2 / 3, precision: 1 / 2 },
        { kind: 'wholeLine', count: 1, exact: 1, shown: 1, precision: 1 },
      ],
    );
    assert.deepEqual([scores[0]?.begun, scores[0]?.argument], [null, null]);
  });

  it('tells of an argument whether it was begun, and whether it was all there', () => {
    const truth = 'size.width, 1);';
    const texts = ['size.width, 1);', 'size.width, 2', 'size', 'other'];
    const [score] = scoresOf(
      texts.map(() => place(truth, 'argument', 'size.width')),
      texts.map((text) => answer(text)),
    );
    assert.deepEqual([score?.exact, score?.argument, score?.begun], [1 / 4, 2 / 4, 3 / 4]);
  });

  it('measures how near the first lines are', () => {
    const similarity = (truth: string, text: string) => scoresOf([place(truth)], [answer(text)])[0]!.similarity;
    assert.equal(similarity('kitten', 'sitting'), 1 - 3 / 7);
    assert.equal(similarity('kitten', 'kitten\nsitting'), 1);
    assert.equal(similarity('abc', ''), 0);
    assert.equal(similarity('abc', 'xyz'), 0);
    assert.equal(similarity('ab', 'ba'), 0);
    const short = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 6 }).map((letters) => letters.join(''));
    fc.assert(
      fc.property(short, short, short, (a, b, c) => {
        const distance = (x: string, y: string) => (1 - similarity(x, y)) * Math.max(x.length, y.length);
        assert.ok(Math.abs(distance(a, b) - distance(b, a)) < 1e-9);
        assert.ok(distance(a, c) <= distance(a, b) + distance(b, c) + 1e-9);
        assert.equal(similarity(a, b) === 1, a === b);
        // Letters put in and taken out are all there is to change here.
        assert.ok(Math.abs(distance(a + c, a + b + c) - b.length) < 1e-9);
      }),
    );
  });
});

const graded = [0.9, 0.5, null, 0.7, 0.2].map((confidence, index) => ({
  place: place(`line ${index}`),
  answer: answer(index < 2 ? `line ${index}` : 'wrong', confidence),
}));
const cases = graded.map(({ place }) => place);
const answers = graded.map(({ answer }) => answer);

describe('coverageCurve', () => {
  it('tells how many are left from some confidence on, and how many of them are right', () => {
    assert.deepEqual(coverageCurve(cases, answers, [0, 0.5, 0.9]), [
      { least: 0, coverage: 1, precision: 2 / 5 },
      { least: 0.5, coverage: 3 / 5, precision: 2 / 3 },
      { least: 0.9, coverage: 1 / 5, precision: 1 },
    ]);
  });
});

describe('reliability', () => {
  it('tells the mean confidence and the share of right ones in tenths, the surest first', () => {
    const many = Array.from({ length: 40 }, (_, i) => i);
    const tenths = reliability(
      many.map((i) => place(`${i}`)),
      many.map((i) => answer(i >= 30 ? `${i}` : 'no', i / 40)),
    );
    assert.equal(tenths.length, 10);
    assert.deepEqual(
      tenths.map(({ right }) => right),
      [1, 1, 0.5, 0, 0, 0, 0, 0, 0, 0],
    );
    for (const [tenth, { confidence }] of tenths.entries()) {
      assert.ok(Math.abs(confidence - (37.5 - 4 * tenth) / 40) < 1e-9);
    }
  });

  it('takes unknown confidence for none, and every answer once', () => {
    const thrice = [...cases, ...cases, ...cases, ...cases];
    const tenths = reliability(thrice, [...answers, ...answers, ...answers, ...answers]);
    assert.ok(Math.abs(tenths.reduce((sum, { right }) => sum + right, 0) / 10 - 2 / 5) < 1e-9);
    assert.equal(tenths.at(-1)!.confidence, 0);
  });
});
