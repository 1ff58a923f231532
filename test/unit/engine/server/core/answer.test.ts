import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Answer } from '../../../../../src/engine/server/core/answer.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('Answer', () => {
  it('joins bytes of one character that came in several tokens', () => {
    const answer = new Answer([]);
    const [a, b, c] = bytes('漢');
    answer.push(Uint8Array.of(a!, b!));
    assert.equal(answer.take(), '');
    answer.push(Uint8Array.of(c!));
    assert.equal(answer.take(), '漢');
  });

  it('ends before a stop text that spans tokens, and never shows its beginning', () => {
    const answer = new Answer(['\n\n']);
    assert.equal(answer.push(bytes('one\n')), false);
    assert.equal(answer.take(), 'one');
    assert.equal(answer.push(bytes('\ntwo')), true);
    answer.end();
    assert.equal(answer.take(), '');
    assert.equal(answer.text, 'one');
  });

  it('releases what only looked like a stop', () => {
    const answer = new Answer(['END']);
    answer.push(bytes('an EN'));
    assert.equal(answer.take(), 'an ');
    answer.push(bytes('tity'));
    assert.equal(answer.take(), 'ENtity');
  });

  it('takes the earliest of several stops', () => {
    const answer = new Answer(['}', '\n']);
    assert.equal(answer.push(bytes('a\nb}')), true);
    assert.equal(answer.text, 'a');
  });

  it('shows an incomplete character at the end as a replacement character', () => {
    const answer = new Answer([]);
    answer.push(bytes('漢').slice(0, 2));
    answer.end();
    assert.equal(answer.text, '\uFFFD');
  });

  it('leaves out the bytes that were there before, however they come', () => {
    const parts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 });
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, parts, (before, written, lengths) => {
        const whole = bytes(before + written);
        const answer = new Answer([], bytes(before).length);
        for (let at = 0, i = 0; at < whole.length; i++) {
          const length = lengths[i % lengths.length]!;
          answer.push(whole.slice(at, at + length));
          at += length;
        }
        answer.end();
        assert.equal(answer.take(), new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes(written)));
      }),
    );
  });

  it('finds no stop text in what was there before, nor one that begins in it', () => {
    const answer = new Answer([';', 'ab'], 3);
    assert.equal(answer.push(bytes('x;')), false);
    assert.equal(answer.push(bytes('abc')), false);
    assert.equal(answer.take(), 'bc');
    assert.equal(answer.push(bytes('d;')), true);
    assert.equal(answer.text, 'bcd');
  });

  it('has no text while it only repeats what was there', () => {
    const answer = new Answer([], 4);
    answer.push(bytes('be'));
    assert.equal(answer.take(), '');
    answer.end();
    assert.equal(answer.text, '');
  });

  it('gives the text up to the first stop, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.array(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 3 }),
        fc.array(fc.nat(4)),
        (text, stops, cuts) => {
          const whole = bytes(text);
          const answer = new Answer(stops);
          let shown = '';
          let at = 0;
          for (let i = 0; at < whole.length; i++) {
            const length = 1 + (cuts[i % (cuts.length || 1)] ?? 0);
            const stopped = answer.push(whole.slice(at, at + length));
            shown += answer.take();
            at += length;
            if (stopped) break;
          }
          answer.end();
          shown += answer.take();
          const clean = new TextDecoder().decode(whole);
          const ends = stops.map((stop) => clean.indexOf(stop)).filter((index) => index >= 0);
          assert.equal(shown, ends.length > 0 ? clean.slice(0, Math.min(...ends)) : clean);
          assert.equal(answer.text, shown);
        },
      ),
    );
  });
});
