import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { simulatedTokenizer } from '../../../../../../../src/engine/server/core/simulated/tokenizer.ts';
import { Vocabulary } from '../../../../../../../src/engine/server/services/completion/project/vocabulary.ts';
import { BYTE_VOCABULARY } from './scopes.ts';
import { tokenOf, WORD_VOCABULARY, wordTokenizer } from './words.ts';

const words = new Vocabulary(wordTokenizer, WORD_VOCABULARY);

describe('Vocabulary', () => {
  it('opens a text with the tokens that spell its beginning, and with those that go on', () => {
    const opens = (text: string) => [...words.openings(Buffer.from(text))];
    assert.deepEqual(opens('be'), ['b', 'be', 'beta', 'better'].map(tokenOf));
    assert.deepEqual(opens('betamax'), ['b', 'be', 'beta'].map(tokenOf));
    assert.deepEqual(opens('z'), []);
    assert.deepEqual(opens(''), []);
    assert.deepEqual([...words.openings(Buffer.from('ß').subarray(0, 1))], [tokenOf('ß')]);
  });

  it('opens what a filter over all tokens opens', () => {
    const spelled = [...Array(WORD_VOCABULARY).keys()].map((token) => Buffer.from(words.bytes(token)));
    const text = fc.array(fc.constantFrom('b', 'e', 't', 'a', 'alpha', ' = ', '\n', 'ß', ';'), { maxLength: 5 });
    let opened = 0;
    fc.assert(
      fc.property(
        text.map((parts) => Buffer.from(parts.join(''))),
        (bytes) => {
          const naive = spelled.flatMap((own, token) => {
            const common = Math.min(own.length, bytes.length);
            return common > 0 && own.subarray(0, common).equals(bytes.subarray(0, common)) ? [token] : [];
          });
          assert.deepEqual([...words.openings(bytes)], naive);
          if (bytes.length > 0) {
            for (const token of spelled.keys()) assert.equal(words.opens(token, bytes), naive.includes(token));
          }
          opened += naive.length;
        },
      ),
    );
    assert.ok(opened > 50);
  });

  it('knows the tokens that end a line: they begin with a line break, or end the answer', () => {
    const ends = ['\n', '\r\n', '\n\n', 'end'].map(tokenOf);
    assert.deepEqual([...words.lineEnds], ends);
    for (let token = 0; token < words.size; token++) assert.equal(words.endsLine(token), ends.includes(token));
    assert.deepEqual([words.isEnd(tokenOf('end')), words.isEnd(tokenOf('\n'))], [true, false]);
  });

  it('has no opening among the tokens that spell nothing', () => {
    const bytes = new Vocabulary(simulatedTokenizer, BYTE_VOCABULARY);
    for (let byte = 0; byte < 256; byte++) assert.deepEqual([...bytes.openings(Uint8Array.of(byte, 1))], [byte]);
    assert.deepEqual([...bytes.lineEnds], [0x0a, 0x0d, 256]);
  });
});
