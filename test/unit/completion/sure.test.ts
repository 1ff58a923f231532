import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { endingsOf } from '../../../src/completion/endings.ts';
import { asFarAsSure } from '../../../src/completion/sure.ts';
import type { CertainEnd } from '../../../src/engine/protocol/index.ts';

const PRUDENCE = { least: 0.5, cost: 10 };
const TEXT = 'isCancelled) return none;';
/** Tokens of the text, each with the probability that it is right up to there. */
const certainty = (...rights: number[]): CertainEnd[] => {
  const ends = [2, 11, 12, 19, 24, 25];
  return rights.map((right, index) => [ends[index]!, right]);
};

test('a line that is sure is shown whole', () => {
  assert.equal(asFarAsSure(TEXT, certainty(0.99, 0.98, 0.98, 0.97, 0.96, 0.95), PRUDENCE).text, TEXT);
});

test('of a line whose end is open the sure words are shown', () => {
  const sure = asFarAsSure(TEXT, certainty(0.97, 0.95, 0.93, 0.3, 0.1, 0.1), PRUDENCE);
  assert.deepEqual([sure.text, sure.right], ['isCancelled)', 0.93]);
});

test('never half a word, and nothing where no word is sure', () => {
  const doubtful = asFarAsSure(TEXT, certainty(0.99, 0.2, 0.2), PRUDENCE);
  assert.deepEqual([doubtful.text, doubtful.right], ['', 0.2]);
  assert.equal(doubtful.needed, PRUDENCE.least);
  assert.deepEqual(asFarAsSure(TEXT, certainty(0.4), PRUDENCE), { text: '', right: 0.4, needed: PRUDENCE.least });
  assert.equal(asFarAsSure('', [], PRUDENCE).text, '');
  // A short text has to be surer: little is won by it.
  const short = asFarAsSure('a', [[1, 0.9]], PRUDENCE);
  assert.ok(short.text === '' && short.needed > short.right);
});

test('what closes a line is shown with it where it is nearly as sure', () => {
  const shown = (last: number) => asFarAsSure(TEXT, certainty(0.98, 0.97, 0.97, 0.96, 0.95, last), PRUDENCE);
  // The last character saves less than the doubt in it costs.
  assert.deepEqual([shown(0.87).text, shown(0.87).right], [TEXT, 0.87]);
  assert.deepEqual([shown(0.8).text, shown(0.8).right], [TEXT.slice(0, -1), 0.95]);
});

test('a single character saves nothing', () => {
  assert.equal(asFarAsSure(';', [[1, 0.99]], PRUDENCE).text, '');
});

test('what costs more is shown less; it always ends where it could end, and is as sure as is asked for', () => {
  const arbitrary = fc.record({
    text: fc.stringMatching(/^[a-c(). \n;]{0,30}$/),
    steps: fc.array(fc.double({ min: 0.2, max: 1, noNaN: true }), { maxLength: 30 }),
    least: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
    cost: fc.double({ min: 0, max: 40, noNaN: true }),
  });
  fc.assert(
    fc.property(arbitrary, ({ text, steps, least, cost }) => {
      const chances = steps.slice(0, text.length);
      const ends = chances.map((_, at): CertainEnd => [at + 1, chances.slice(0, at + 1).reduce((a, b) => a * b, 1)]);
      const sure = asFarAsSure(text, ends, { least, cost });
      assert.ok(text.startsWith(sure.text));
      assert.ok(sure.text === '' || (endingsOf(text).includes(sure.text.length) && sure.right >= least));
      const dearer = asFarAsSure(text, ends, { least, cost: cost * 2 + 1 });
      assert.ok(dearer.text.length <= sure.text.length);
    }),
  );
});
