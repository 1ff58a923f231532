import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Acceptance } from '../../../../../../src/engine/server/core/speculation/acceptance.ts';
import { random } from '../scheduler/machine.ts';

describe('Acceptance', () => {
  it('believes the surer kinds more until it knows better', () => {
    const acceptance = new Acceptance();
    for (let kind = 1; kind < 8; kind++)
      assert(acceptance.probability('text', kind, 0) > acceptance.probability('text', kind - 1, 0));
  });

  it('learns each source, kind and depth by itself', () => {
    const acceptance = new Acceptance();
    const draw = random(1);
    for (let i = 0; i < 2_000; i++) {
      acceptance.learn('code', 3, 0, draw() < 0.4);
      acceptance.learn('code', 3, 5, draw() < 0.9);
      acceptance.learn('text', 3, 0, draw() < 0.1);
    }
    const off = (source: 'code' | 'text', depth: number, rate: number) =>
      Math.abs(acceptance.probability(source, 3, depth) - rate);
    assert(off('code', 0, 0.4) < 0.15);
    assert(off('code', 5, 0.9) < 0.15);
    assert(off('text', 0, 0.1) < 0.15);
  });

  it('forgets a habit within a hundred tokens', () => {
    const acceptance = new Acceptance();
    for (let i = 0; i < 1_000; i++) acceptance.learn('line', 7, 0, true);
    assert(acceptance.probability('line', 7, 0) > 0.95);
    for (let i = 0; i < 100; i++) acceptance.learn('line', 7, 0, false);
    assert(acceptance.probability('line', 7, 0) < 0.25);
  });

  it('takes what holds at all depths for a depth that it does not know', () => {
    const acceptance = new Acceptance();
    for (let i = 0; i < 64; i++) acceptance.learn('text', 7, 0, false);
    assert(acceptance.probability('text', 7, 20) < 0.2);
  });
});
