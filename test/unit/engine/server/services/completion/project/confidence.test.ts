import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  Confidence,
  calibrated,
} from '../../../../../../../src/engine/server/services/completion/project/confidence.ts';

const probability = fc.double({ min: 0, max: 1, noNaN: true });
const line = (probabilities: readonly number[]): number => {
  const confidence = new Confidence();
  for (const each of probabilities) confidence.add(each, false);
  return confidence.value!;
};

describe('Confidence', () => {
  it('is unknown before the first token', () => {
    assert.equal(new Confidence().value, null);
  });

  it('lies between 0 and 1, and falls with each token that is not certain', () => {
    fc.assert(
      fc.property(fc.array(probability, { minLength: 1, maxLength: 30 }), probability, (probabilities, last) => {
        const before = line(probabilities);
        const after = line([...probabilities, last]);
        for (const value of [before, after]) assert.ok(value >= 0 && value <= 1);
        assert.ok(after <= before);
      }),
    );
    assert.ok(line([0.5, 0.5]) < line([0.5]));
    assert.ok(line([0.9, 0.9]) > line([0.9, 0.8]));
    assert.ok(line([1, 1]) > 0.999 && line([0.9, 0]) < 0.001);
  });

  it('rises with the probability of the whole line', () => {
    const sum = fc.double({ min: -100, max: 0, noNaN: true });
    fc.assert(
      fc.property(sum, sum, (a, b) => {
        assert.ok(calibrated(Math.min(a, b)) <= calibrated(Math.max(a, b)));
      }),
    );
    const steps = Array.from({ length: 20 }, (_, i) => calibrated(-(i + 1) / 4));
    for (let i = 1; i < steps.length; i++) assert.ok(steps[i]! < steps[i - 1]!);
  });

  it('is that of the first line, whatever comes after it', () => {
    const confidence = new Confidence();
    confidence.add(0.5, false);
    confidence.add(0.5, true);
    confidence.add(0.01, false);
    confidence.add(0.01, true);
    assert.equal(confidence.value, line([0.5, 0.5]));
  });
});
