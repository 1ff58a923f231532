import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Step } from '../../../../../../../src/engine/protocol/index.ts';
import { Certainty } from '../../../../../../../src/engine/server/services/completion/project/certainty.ts';

const step = (more: Partial<Step> = {}): Step => ({
  written: 2,
  ends: false,
  probability: 0.8,
  model: 0.5,
  recalled: 0,
  longest: 3,
  seen: 4,
  share: 0.8,
  own: 0.5,
  favourite: 0.8,
  ...more,
});

function certaintyOf(steps: readonly Step[], text: string): Certainty {
  const certainty = new Certainty(4);
  const bytes = Buffer.from(text);
  let at = 0;
  for (const each of steps) {
    certainty.add(each, bytes.subarray(at, at + each.written));
    at += each.written;
  }
  return certainty;
}

describe('Certainty', () => {
  it('is unknown before the first token', () => {
    assert.equal(new Certainty(0).line, null);
    assert.deepEqual(new Certainty(0).ends(''), []);
  });

  it('falls with each token, and never leaves [0, 1]', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(share, share), { minLength: 1, maxLength: 20 }), (tokens) => {
        const steps = tokens.map(([probability, model]) => step({ probability, model }));
        const rights = certaintyOf(steps, 'ab'.repeat(steps.length))
          .ends('ab'.repeat(steps.length))
          .map(([, right]) => right);
        assert.equal(rights.length, steps.length);
        for (const [index, right] of rights.entries()) {
          assert.ok(right >= 0 && right <= 1);
          assert.ok(right <= (rights[index - 1] ?? 1));
        }
      }),
    );
  });

  it('is surer of what is likelier, of what the model thinks too, and of what was seen to go on so', () => {
    const line = (more: Partial<Step>) => certaintyOf([step(more)], 'ab').line!;
    assert.ok(line({ probability: 0.95 }) > line({ probability: 0.6 }));
    assert.ok(line({ model: 0.9 }) > line({ model: 0.1 }));
    assert.ok(line({ share: 1, favourite: 1 }) > line({ share: 0.1 }));
  });

  it('of the first line, whatever comes after it', () => {
    const first = [step(), step({ ends: true, written: 1 })];
    const rest = [step({ probability: 0.01 }), step({ probability: 0.01, ends: true })];
    assert.equal(certaintyOf([...first, ...rest], 'ab\ncd').line, certaintyOf(first, 'ab').line);
  });

  it('names places in the units of the text, and none inside a character or behind its end', () => {
    const steps = [
      step({ written: 0 }),
      step({ written: 3 }),
      step({ written: 2 }),
      step({ written: 2 }),
      step({ written: 1 }),
    ];
    // 世 has three bytes, 😀 four in two tokens; the line break is no part of the text.
    const ends = certaintyOf(steps, '世😀').ends('世😀');
    assert.deepEqual(
      ends.map(([end]) => end),
      [1, 3],
    );
  });

  it('knows when nothing more is worth while', () => {
    const certainty = certaintyOf([step({ probability: 0.999, model: 0.99 })], 'ab');
    const before = certainty.right;
    certainty.add(step({ probability: 0.1, model: 0.01, share: 0 }), Buffer.from('cd'));
    assert.ok(before > 0.8 && certainty.right < 0.3);
  });
});
