import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { overlapOf, suffixOverlap } from '../../../../src/completion/filters/suffixOverlap.ts';
import { testGolden } from './golden.ts';

testGolden(suffixOverlap, [
  { what: 'a closing bracket', file: 'foo(|)', text: 'a, b)', shown: 'a, b' },
  { what: 'a closing bracket and what follows it', file: 'foo(|)', text: 'a, b);', shown: 'a, b', tail: ';' },
  { what: 'a bracket that the text opened itself', file: 'foo(|)', text: 'bar(a)', shown: 'bar(a)' },
  { what: 'a callback', file: 'it(|)', text: "'x', () => {\n});", shown: "'x', () => {\n}", tail: ';' },
  { what: 'a quote', file: "import a from '|'", text: "./a.ts';", shown: './a.ts', tail: ';' },
  { what: 'nothing but what is there', file: 'foo(|)', text: ');', shown: null },
  { what: 'the rest of the line', file: 'const a = | + 1;', text: 'b + 1;', shown: 'b' },
  { what: 'the beginning of the rest', file: 'if (|value === 1) {', text: 'other && value', shown: 'other && ' },
  { what: 'one letter by chance', file: 'a = |bcd', text: 'xb', shown: 'xb' },
  { what: 'the next lines', file: '|\n  b();\n  c();', text: 'a();\n  b();', shown: 'a();' },
  { what: 'brackets of the next line are not its affair', file: '|\n}', text: 'a();\n}', shown: 'a();\n}' },
  { what: 'no overlap', file: '|\nb();', text: 'a();', shown: 'a();' },
]);

test('the overlap is the longest end of the text that begins the suffix', () => {
  const text = fc.array(fc.constantFrom('a', 'b', '\n'), { maxLength: 12 }).map((letters) => letters.join(''));
  fc.assert(
    fc.property(text, text, (generated, suffix) => {
      let longest = 0;
      for (let length = 1; length <= Math.min(generated.length, suffix.length); length++) {
        if (generated.endsWith(suffix.slice(0, length))) longest = length;
      }
      assert.equal(overlapOf(generated, suffix), longest);
    }),
    { numRuns: 2000 },
  );
});
