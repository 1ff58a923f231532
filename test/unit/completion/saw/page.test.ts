import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CompletionOutcome } from '../../../../src/completion/completer.ts';
import { NOTHING_SEEN, renderSaw } from '../../../../src/completion/saw/page.ts';
import type { LastAnswer } from '../../../../src/completion/saw/records.ts';
import type { SeenSegment } from '../../../../src/engine/protocol/index.ts';
import { outcome } from '../outcome.ts';

const SEEN: SeenSegment[] = [
  { of: 'fimSeparator', text: '', tokens: 1 },
  { of: 'open', text: 'src/b.ts\nexport const b = 2;\n', tokens: 12 },
  { of: 'fimSuffix', text: '', tokens: 1 },
  { of: 'after', text: '\nlast();\n', tokens: 4 },
  { of: 'fimPrefix', text: '', tokens: 1 },
  { of: 'before', text: 'first();\n', tokens: 3 },
  { of: 'fimMiddle', text: '', tokens: 1 },
];

function page(shown: string | null, more: Partial<CompletionOutcome> = {}, last: Partial<LastAnswer> = {}): string {
  const base = outcome(shown, more);
  const result = { ...base.result, promptTokens: 23, cachedTokens: 15, computedTokens: 8, seen: SEEN, ...more.result };
  const answer = {
    place: { path: 'a.ts', prefix: '', suffix: '' },
    where: 'src/a.ts, line 2, column 1',
    model: 'tiny',
    explicit: false,
    memory: 'None was asked for.',
    outcome: { ...base, result },
    at: new Date(),
  };
  return renderSaw({ answer, typed: shown === null ? null : 0, ...last });
}

/** What stands under a heading, up to the next one. */
const under = (text: string, heading: string): string =>
  new RegExp(`──── ${heading}[^\\n]*\\n\\n([\\s\\S]*?)(?=\\n\\n──── |\\n$)`).exec(text)?.[1] ?? '';

describe('renderSaw', () => {
  it('has the prompt to the letter, with the marks of the model', () => {
    assert.equal(
      under(page('second();'), 'The prompt'),
      '<fimSeparator>src/b.ts\nexport const b = 2;\n<fimSuffix>\nlast();\n<fimPrefix>first();\n<fimMiddle>',
    );
  });

  it('says of each part what it is, how many tokens it has, and how many were read before', () => {
    const rows = under(page('second();'), 'The parts').split('\n').slice(1);
    assert.deepEqual(
      rows.map((row) => row.trim().split(/ {2,}/)),
      [
        ['1', 'all', '<fimSeparator>', 'a file follows'],
        ['12', 'all', 'an open file, from its beginning: src/b.ts'],
        ['1', 'all', '<fimSuffix>', 'what is after the cursor follows'],
        ['4', '1', 'this file, after the cursor'],
        ['1', 'none', '<fimPrefix>', 'what is before the cursor follows'],
        ['3', 'none', 'this file, before the cursor'],
        ['1', 'none', '<fimMiddle>', 'what is between the two is asked for'],
      ],
    );
    assert.match(page('second();'), /23 tokens: 15 had been read before, 8 were read for this answer\./);
  });

  it('has the answer as it was generated, and as it was shown', () => {
    const raw = { ...outcome('x').result, text: 'second();\nand more', seen: SEEN };
    const text = page('second();', { right: 0.62, needed: 0.5, result: raw });
    assert.equal(under(text, 'The answer as it was generated'), 'second();\nand more');
    assert.equal(under(text, 'After the filters'), 'second();');
    assert.match(text, /It was shown\. It is right with a likelihood of 62 %, shown from 50 %\./);
    assert.match(page('second();', {}, { typed: 3 }), /3 of its characters had been typed/);
    const over = page('call(1', { over: 1, tail: ';' });
    assert.match(over, /call\(1\n\n\(The character behind the cursor stays, and behind it comes:\)\n\n;/);
  });

  it('says why an answer was not shown', () => {
    assert.match(
      page(null, { rejectedBy: 'unsure', right: 0.2, needed: 0.5 }),
      /not shown: unsure here \(20 %, shown from 50 %\)/,
    );
    assert.match(
      page(null, { rejectedBy: 'repetition' }),
      /not shown: a suggestion was held back, because it repeated itself\./,
    );
    assert.equal(under(page(null, { rejectedBy: 'repetition' }), 'After the filters'), '(nothing)');
  });

  it('says so where there is nothing to tell', () => {
    assert.equal(renderSaw(undefined), NOTHING_SEEN);
  });
});
