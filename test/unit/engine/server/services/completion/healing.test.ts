import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { brokenOff } from '../../../../../../src/engine/server/services/completion/healing.ts';

/** What is broken off a text in these tokens: how many tokens, and their text. */
function broken(...words: (string | Uint8Array)[]): [number, string] {
  const spelled = words.map((word) => Buffer.from(word as string));
  const tokens = Int32Array.from(words.keys());
  const { count, bytes } = brokenOff(tokens, { bytes: (token) => spelled[token]! });
  return [count, Buffer.from(bytes).toString('utf8')];
}

describe('brokenOff', () => {
  it('takes all tokens off that the last word has a part in', () => {
    assert.deepEqual(broken('const', ' get', 'El', 'em'), [3, ' getElem']);
    assert.deepEqual(broken('x', '.', 'get', 'El'), [2, 'getEl']);
    assert.deepEqual(broken('get', '_', '$', '1'), [4, 'get_$1']);
    assert.deepEqual(broken('x', '(a', 'b'), [2, '(ab']);
  });

  it('takes the last token off where no word ends there', () => {
    assert.deepEqual(broken('x', ' ='), [1, ' =']);
    assert.deepEqual(broken('foo', '('), [1, '(']);
    assert.deepEqual(broken('(', '('), [1, '(']);
    assert.deepEqual(broken('x', '   '), [1, '   ']);
  });

  it('takes the beginning of the word off too where the last token goes on behind it', () => {
    assert.deepEqual(broken(' my', 'Foo('), [2, ' myFoo(']);
  });

  it('leaves line breaks', () => {
    assert.deepEqual(broken('a', '\n'), [0, '']);
    assert.deepEqual(broken('a', ';\n  '), [0, '']);
    assert.deepEqual(broken('a', '\n', 'b'), [1, 'b']);
  });

  it('leaves tokens that are no text', () => {
    assert.deepEqual(broken('a', new Uint8Array()), [0, '']);
    assert.deepEqual(broken('a', new Uint8Array(), 'b'), [1, 'b']);
    assert.deepEqual(broken(), [0, '']);
  });

  it('keeps the letters of other scripts together, also in bytes', () => {
    assert.deepEqual(broken('x', ' grö', 'ße'), [2, ' größe']);
    const [first, second] = [Buffer.from('ß').subarray(0, 1), Buffer.from('ß').subarray(1)];
    assert.deepEqual(broken(' gro', first, second), [3, ' groß']);
  });

  it('takes no more tokens than a word has', () => {
    assert.deepEqual(broken(...Array<string>(20).fill('a')), [8, 'a'.repeat(8)]);
  });

  it('takes the end of the text off, whatever it is, and hardly more than the last word', () => {
    const word = fc.constantFrom('a', 'b1', ' c', '(', ' ', '.d', 'e(', '\n', ';\n', 'é', '$');
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const [count, text] = broken(...words);
        assert.equal(text, words.slice(words.length - count).join(''));
        assert.ok(!text.includes('\n'));
        assert.equal(count === 0, words.length === 0 || words.at(-1)!.includes('\n'));
        // A word, what its first token has before it, and what its last token has behind it.
        assert.match(text, /^[^\w$é\n]?[\w$é]*[^\w$é\n]?$/);
        if (count > 0 && count < 8 && count < words.length && /^[\w$é]/.test(text)) {
          assert.doesNotMatch(words[words.length - count - 1]!, /[\w$é]$/);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
