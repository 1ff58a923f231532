import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Evidence } from '../../../../../../../src/engine/server/services/completion/project/evidence.ts';
import { AGREEMENT, Mixture } from '../../../../../../../src/engine/server/services/completion/project/mixture.ts';
import { evidenceOf, scopeOf } from './scopes.ts';

const VOCABULARY = 6;
const tokens = (maxLength: number) => fc.array(fc.nat(3), { maxLength, size: 'max' });
const scopes = fc
  .array(fc.record({ texts: fc.array(tokens(40), { minLength: 1, maxLength: 2 }), own: fc.boolean() }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((all) => all.map(({ texts, own }) => scopeOf(texts, own)));
/** The model's probability of each token. */
const model = fc
  .array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: VOCABULARY, maxLength: VOCABULARY })
  .map((logits) => {
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    return logits.map((logit) => Math.exp(logit) / sum);
  });
const bias = fc.double({ min: -2, max: 2, noNaN: true });

const known = (evidence: Evidence, model: readonly number[]) =>
  Float64Array.from(evidence.tokens.subarray(0, evidence.count), (token) => model[token]!);
const powersOf = (model: readonly number[]) => model.reduce((sum, p) => sum + p ** (1 + AGREEMENT), 0);

/** The mixed probability of every token. */
function mixed(mixture: Mixture, evidence: Evidence, model: readonly number[]): number[] {
  return model.map((probability, token) => {
    const index = evidence.tokens.subarray(0, evidence.count).indexOf(token);
    return index < 0 ? mixture.probabilityOutside(probability) : mixture.probabilities[index]!;
  });
}

const near = (actual: number, expected: number, what: string, within = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= within, `${what} is ${actual}, not ${expected}`);

describe('Mixture', () => {
  it('shares out exactly one', () => {
    const seen = { agreed: 0, outside: 0 };
    fc.assert(
      fc.property(scopes, tokens(8), model, bias, fc.boolean(), (scopes, context, model, bias, agree) => {
        const evidence = evidenceOf(context, scopes);
        const mixture = new Mixture(evidence.tokens.length);
        mixture.mix(
          evidence,
          known(evidence, model),
          { most: Math.max(...model), powerSum: agree ? powersOf(model) : undefined },
          bias,
        );
        const all = mixed(mixture, evidence, model);
        near(
          all.reduce((sum, p) => sum + p, 0),
          1,
          'the sum',
        );
        for (const probability of all) assert.ok(probability >= 0 && probability <= 1);
        if (evidence.count > 0 && evidence.count < VOCABULARY) seen.outside++;
        if (agree && evidence.count > 0) seen.agreed++;
      }),
      { numRuns: 500 },
    );
    assert.ok(seen.agreed > 10 && seen.outside > 10, JSON.stringify(seen));
  });

  it('is the model without evidence', () => {
    const evidence = evidenceOf([1], []);
    const mixture = new Mixture(evidence.tokens.length);
    mixture.mix(evidence, new Float64Array(0), { most: 0.5, powerSum: 0.7 }, 1);
    for (const probability of [0, 0.2, 0.5, 1]) assert.equal(mixture.probabilityOutside(probability), probability);
    assert.equal(mixture.outside, 1);
  });

  it('hears a model that is sure of something the more, which the code has not seen', () => {
    const evidence = evidenceOf([1], [scopeOf([[1, 2, 1, 2]])]);
    const mixture = new Mixture(evidence.tokens.length);
    const outside = [0.2, 0.5, 0.9].map((most) => {
      mixture.mix(evidence, Float64Array.of(0.05), { most }, 0);
      return mixture.outside;
    });
    assert.ok(outside[0]! < outside[1]! && outside[1]! < outside[2]!, outside.join());
  });

  it('is the model again after evidence', () => {
    const mixture = new Mixture(10);
    const evidence = evidenceOf([1], [scopeOf([[1, 2]])]);
    mixture.mix(evidence, Float64Array.of(0.1), { most: 0.4, powerSum: 0.6 }, 0);
    assert.notEqual(mixture.probabilityOutside(0.5), 0.5);
    evidence.clear();
    mixture.mix(evidence, new Float64Array(0), { most: 0.4, powerSum: 0.6 }, 0);
    assert.equal(mixture.probabilityOutside(0.5), 0.5);
  });

  it('goes from what the code says to what the model says as the bias grows', () => {
    fc.assert(
      fc.property(scopes, tokens(8), model, (scopes, context, model) => {
        const evidence = evidenceOf(context, scopes);
        fc.pre(evidence.count > 0);
        const mixture = new Mixture(evidence.tokens.length);
        const at = (bias: number) => {
          mixture.mix(evidence, known(evidence, model), { most: Math.max(...model) }, bias);
          return mixed(mixture, evidence, model);
        };
        const longest = evidence.levels.at(-1)!;
        for (const [token, probability] of at(60).entries()) near(probability, model[token]!, 'the model');
        for (const [token, probability] of at(-60).entries()) {
          const index = evidence.tokens.subarray(0, evidence.count).indexOf(token);
          near(probability, index < 0 ? 0 : longest.counts[index]! / longest.total, 'the code');
        }
        const outside = [-2, -1, 0, 1, 2].map((bias) => {
          at(bias);
          return mixture.outside;
        });
        assert.deepEqual(
          outside,
          [...outside].sort((a, b) => a - b),
        );
      }),
    );
  });

  it('leaves to the model which of the tokens fit that the code has seen', () => {
    const scope = scopeOf([[1, 2, 0, 1, 3]]);
    const evidence = evidenceOf([1], [scope]);
    const model = [0.5, 0, 0.4, 0.1];
    const of = (powerSum?: number) => {
      const mixture = new Mixture(10);
      mixture.mix(evidence, known(evidence, model), { most: Math.max(...model), powerSum }, -60);
      return mixed(mixture, evidence, model);
    };
    const [alone, agreed] = [of(), of(powersOf(model))];
    near(agreed[2]! / agreed[3]!, (alone[2]! / alone[3]!) * 4 ** AGREEMENT, 'the ratio');
  });

  it('tells the slope of a logarithm by the bias', () => {
    const STEP = 1e-4;
    let inside = 0;
    fc.assert(
      fc.property(scopes, tokens(8), model, bias, (scopes, context, model, bias) => {
        const evidence = evidenceOf(context, scopes);
        const mixture = new Mixture(evidence.tokens.length);
        const logarithms = (bias: number) => {
          mixture.mix(evidence, known(evidence, model), { most: Math.max(...model) }, bias);
          return mixed(mixture, evidence, model).map(Math.log);
        };
        const [above, below] = [logarithms(bias + STEP), logarithms(bias - STEP)];
        logarithms(bias);
        for (const [token, probability] of model.entries()) {
          const index = evidence.tokens.subarray(0, evidence.count).indexOf(token);
          const numeric = (above[token]! - below[token]!) / (2 * STEP);
          near(mixture.slope(evidence, index, probability), numeric, `the slope of ${token}`, 1e-5);
          if (index >= 0) inside++;
        }
      }),
      { numRuns: 300 },
    );
    assert.ok(inside > 100);
  });

  it('leaves a share of everything where somebody else has the rest', () => {
    const alone = [0.1, 0.2, 0.3, 0.2, 0.1, 0.1];
    const evidence = evidenceOf([1, 2], [scopeOf([[1, 2, 3, 1, 2, 0]])]);
    const mixture = new Mixture(evidence.tokens.length);
    mixture.mix(evidence, known(evidence, alone), { most: Math.max(...alone) }, 0);
    const before = mixed(mixture, evidence, alone);
    mixture.leave(0.25, evidence.count);
    for (const [token, probability] of mixed(mixture, evidence, alone).entries()) {
      near(probability, before[token]! / 4, `of ${token}`);
    }
  });
});
