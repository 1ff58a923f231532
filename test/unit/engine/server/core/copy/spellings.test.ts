import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CopyOptions } from '../../../../../../src/engine/protocol/index.ts';
import type { Tokenizer } from '../../../../../../src/engine/server/core/backend.ts';
import { CopyRules, LINE_START } from '../../../../../../src/engine/server/core/copy/copyRules.ts';
import { spellingsOf } from '../../../../../../src/engine/server/core/copy/spellings.ts';
import { simulatedTokenizer } from '../../../../../../src/engine/server/core/simulated/tokenizer.ts';
import { mayBegin } from './legal.ts';

/** A vocabulary of the 256 bytes, an end, and other tokens. */
function vocabularyOf(others: readonly string[]): { tokenizer: Tokenizer; size: number } {
  const bytes = (token: number) =>
    token <= 256 ? simulatedTokenizer.bytes(token) : Buffer.from(others[token - 257]!, 'latin1');
  return { tokenizer: { ...simulatedTokenizer, bytes }, size: 257 + others.length };
}

const line = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: fc.constantFrom('a', 'b', '<', '=', 'é', '木'), maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom('<<', '==', '') },
);
const text = fc
  .tuple(fc.array(line, { maxLength: 6 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([lines, ending, ended]) => lines.join(ending) + (ended && lines.length > 0 ? ending : ''));
const options: fc.Arbitrary<CopyOptions> = fc.record({
  begin: fc.constantFrom('<<', '<', '<é'),
  end: fc.constantFrom('==', '=', 'a'),
  texts: fc.array(text, { minLength: 1, maxLength: 3 }),
});
const latin1 = (string: string): string => Buffer.from(string).toString('latin1');
const token = fc
  .string({ unit: fc.constantFrom('a', 'b', '<', '=', '\n', 'é', '木'), minLength: 1, maxLength: 9 })
  .map(latin1);

describe('the tokens that can come next', () => {
  test('are those with which the answer can still become one of copied blocks, wherever it is', async () => {
    const property = fc.asyncProperty(
      options,
      fc.array(token, { minLength: 8, maxLength: 60 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 30 }),
      async (given, others, choices) => {
        const inBytes = { begin: latin1(given.begin), end: latin1(given.end), texts: given.texts.map(latin1) };
        const crossing = [`${inBytes.begin}\n`, `${inBytes.begin}\nab`, `\n${inBytes.begin}\na`, `${inBytes.end}\n`];
        const { tokenizer, size } = vocabularyOf([...others, ...crossing]);
        const spellings = await spellingsOf(tokenizer, size);
        const rules = new CopyRules(given);
        const all = Array.from({ length: size }, (_, token) => token).filter((token) => token !== 256);
        let place = rules.run(LINE_START, `${inBytes.begin}`)!;
        let answer = inBytes.begin;
        for (const choice of choices) {
          const legal = all.filter((token) => mayBegin(answer + spellings.of(token), inBytes));
          const found =
            typeof place === 'number'
              ? all.filter((token) => !misfits(place as number).includes(token))
              : [...spellings.fitting(rules, place)].sort((a, b) => a - b);
          assert.deepEqual(found, legal, JSON.stringify(answer));
          // Rather on with a block than out of it.
          const longer = legal.filter((token) => token > 256);
          const among = choice % 4 === 0 || longer.length === 0 ? legal : longer;
          const next = spellings.of(among[choice % among.length]!);
          answer += next;
          place = rules.run(place, next)!;
        }
        function misfits(free: number): number[] {
          return spellings.misfitting(rules, free, spellings.beginning(rules));
        }
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });

  test('are read once for a model', async () => {
    const { tokenizer, size } = vocabularyOf(['ab']);
    assert.equal(await spellingsOf(tokenizer, size), await spellingsOf(tokenizer, size));
  });
});
