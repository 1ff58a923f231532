import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { simulatedTokenizer } from '../../../../../../../src/engine/server/core/simulated/tokenizer.ts';
import {
  Distribution,
  LINE_END,
} from '../../../../../../../src/engine/server/services/completion/project/distribution.ts';
import { AGREEMENT } from '../../../../../../../src/engine/server/services/completion/project/mixture.ts';
import { Vocabulary } from '../../../../../../../src/engine/server/services/completion/project/vocabulary.ts';
import { Random } from '../../../../../../traces/random.ts';
import { BYTE_VOCABULARY } from './scopes.ts';
import { tokenOf, WORD_VOCABULARY, wordTokenizer } from './words.ts';

const vocabulary = new Vocabulary(wordTokenizer, WORD_VOCABULARY);
const ALL = [...Array(WORD_VOCABULARY).keys()];
const LINE_BREAKS = ['\n', '\r\n'].map(tokenOf);

const logit = fc.oneof(
  { weight: 9, arbitrary: fc.float({ min: -7, max: 7, noNaN: true }) },
  fc.constant(Number.NEGATIVE_INFINITY),
);
const logits = fc
  .array(logit, { minLength: WORD_VOCABULARY, maxLength: WORD_VOCABULARY })
  .filter((all) => all.some((each) => each > -8))
  .map((all) => Float32Array.from(all));

/** How far the sums over all tokens may be off: half a step of the logits, and what that makes of powers. */
const OFF = { sum: 0.033, powers: 0.08 };

const near = (actual: number, expected: number, what: string, off = 1e-6) =>
  assert.ok(
    Math.abs(actual - expected) <= off * Math.max(1e-3, Math.abs(expected)),
    `${what} is ${actual}, not ${expected}`,
  );

/** Probabilities of the tokens that may come, all others 0. */
function softmax(logits: Float32Array, among: readonly number[]): number[] {
  const sum = among.reduce((total, token) => total + Math.exp(logits[token]!), 0);
  return ALL.map((token) => (among.includes(token) ? Math.exp(logits[token]!) / sum : 0));
}

describe('Distribution', () => {
  it('tells what a softmax over the logits tells', () => {
    let joinedBest = 0;
    fc.assert(
      fc.property(logits, fc.option(fc.subarray(ALL, { minLength: 1 })), fc.boolean(), (logits, among, joined) => {
        const tokens = among ?? ALL;
        const off = among === null ? OFF : { sum: 1e-5, powers: 1e-5 };
        fc.pre(tokens.some((token) => logits[token]! > -8));
        const distribution = new Distribution(vocabulary);
        distribution.read(logits, among === null ? undefined : Int32Array.from(tokens), joined);
        const expected = softmax(logits, tokens);
        for (const token of tokens) near(distribution.probability(token), expected[token]!, `${token}`, off.sum);

        const most = (some: number[]) => Math.max(0, ...some.map((token) => expected[token]!));
        const ends = tokens.filter((token) => vocabulary.endsLine(token));
        const inLine = tokens.filter((token) => !vocabulary.endsLine(token));
        const lineEnd = ends.reduce((sum, token) => sum + expected[token]!, 0);
        near(distribution.lineEnd, lineEnd, 'the end of the line', off.sum);
        near(distribution.probability(LINE_END), lineEnd, 'the end of the line', off.sum);
        if (ends.length === 0) assert.equal(distribution.bestEnd, -1);
        else
          assert.ok(
            ends.includes(distribution.bestEnd) &&
              logits[distribution.bestEnd] === Math.max(...ends.map((e) => logits[e]!)),
          );
        if (most(inLine) > 0) {
          assert.ok(inLine.includes(distribution.bestInLine));
          near(expected[distribution.bestInLine]!, most(inLine), 'the best inside the line');
        }

        const single = (joined ? inLine : tokens).map((token) => expected[token]!);
        const power = (sum: number, p: number) => sum + p ** (1 + AGREEMENT);
        near(
          distribution.powerSum,
          (joined ? [...single, lineEnd] : single).reduce(power, 0),
          'the sum of powers',
          off.powers,
        );
        near(
          distribution.probability(distribution.best),
          Math.max(joined ? lineEnd : most(ends), ...single),
          'the best',
          off.sum,
        );
        assert.equal(distribution.most, distribution.probability(distribution.best));
        if (distribution.best === LINE_END) {
          assert.ok(joined);
          if (most(ends) < most(inLine)) joinedBest++;
        }
      }),
      { numRuns: 1000 },
    );
    assert.ok(joinedBest > 5, `${joinedBest} times the ends of a line were the best together only`);
  });

  it('is next to exact where there are many tokens, or one is most likely', () => {
    const bytes = new Vocabulary(simulatedTokenizer, BYTE_VOCABULARY);
    const random = new Random(1);
    const logits = Float32Array.from({ length: BYTE_VOCABULARY }, () => 6 * random.next() - 3);
    const check = () => {
      const distribution = new Distribution(bytes);
      distribution.read(logits, undefined, false);
      const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
      const powers = logits.reduce((total, logit) => total + (Math.exp(logit) / sum) ** (1 + AGREEMENT), 0);
      near(distribution.probability(120), Math.exp(logits[120]!) / sum, 'a probability', 0.005);
      near(distribution.powerSum, powers, 'the sum of powers', 0.01);
    };
    check();
    logits[120] = 12;
    check();
  });

  it('counts ends of a line as one where they are joined', () => {
    const logits = new Float32Array(WORD_VOCABULARY).fill(Number.NEGATIVE_INFINITY);
    for (const token of LINE_BREAKS) logits[token] = Math.log(0.3);
    logits[tokenOf('a')] = Math.log(0.4);
    const distribution = new Distribution(vocabulary);
    distribution.read(logits, undefined, false);
    assert.equal(distribution.best, tokenOf('a'));
    distribution.read(logits, undefined, true);
    assert.equal(distribution.best, LINE_END);
    near(distribution.probability(LINE_END), 0.6, 'the end of the line', OFF.sum);
  });

  it('gives the logit that makes a probability', () => {
    fc.assert(
      fc.property(
        logits,
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (logits, share, outside) => {
          const distribution = new Distribution(vocabulary);
          distribution.read(logits, undefined, false);
          const token = tokenOf('alpha');
          fc.pre(logits[token]! > -8 && softmax(logits, ALL)[token]! < 0.99);
          near(distribution.logitOf(distribution.probability(token), 1), logits[token]!, 'its own logit');
          // The others keep their logits, and with them the share `outside` of their probability.
          const changed = distribution.logitOf(share, outside);
          const others = ALL.filter((other) => other !== token).reduce(
            (sum, other) => sum + Math.exp(logits[other]!),
            0,
          );
          const odds = share / (outside * (1 - softmax(logits, ALL)[token]!));
          near(Math.exp(changed) / others, odds, 'the odds', OFF.sum);
        },
      ),
    );
  });
});
