import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Scope } from '../../../src/completion/scope.ts';
import { endOf } from '../../../src/completion/stops.ts';

const line: Scope = { lines: 'one', newlineEnds: false };
const incomplete: Scope = { lines: 'one', newlineEnds: true };
const body: Scope = { lines: 'many', floor: 0, block: true, closed: false };
const closedBody: Scope = { ...body, closed: true };
const sibling: Scope = { lines: 'many', floor: 2, block: false, closed: false };

/** `¦` marks where the text ends; a text without it goes on. */
const CASES: [what: string, scope: Scope, text: string][] = [
  ['one line ends at the newline', line, 'foo();¦\nbar();'],
  ['an unfinished line goes on', line, 'foo();'],
  ['a leading newline is not the end', line, '\n  foo();¦\n'],
  ['two newlines before any text', line, '¦\n  \nfoo();'],
  ['an incomplete line ends at the first newline', incomplete, '¦\nfoo();'],
  ['a body ends before a less deep line', body, '\n  foo();\n  bar();¦\nbaz();\n'],
  ['a body includes the line that closes it', body, '\n  foo();\n}¦\nbaz();'],
  ['unless that is below already', closedBody, '\n  foo();¦\n}'],
  ['the closing line must be whole', body, '\n  foo();\n}'],
  ['a closing line that opens again goes on', body, '\n  foo();\n} else {\n  bar();\n}¦\n'],
  ['one blank line inside a body is part of it', body, 'a();\n\n  b();\n'],
  ['two blank lines end it', body, 'a();\n  b();¦\n\n\n  c();'],
  ['blank lines before a dedent are left off', body, 'a();¦\n\nb();'],
  ['an inner block does not end the body', body, 'if (a) {\n    b();\n  }\n  c();\n'],
  ['three equal lines end it', body, '\n  a();\n  b();\n  b();\n  b();¦\n  c();'],
  ['two do not', body, '\n  b();\n  b();\n  c();\n'],
  ['lines without a block end at a blank line', sibling, 'a();\n  b();¦\n\n  c();'],
  ['and before a less deep line', sibling, 'a();¦\n}'],
];
for (const [what, scope, marked] of CASES) {
  test(what, () => {
    const expected = marked.indexOf('¦');
    assert.equal(endOf(marked.replace('¦', ''), scope, 2), expected < 0 ? null : expected);
  });
}

test('more text never moves the end, in whatever pieces it comes', () => {
  const piece = fc.constantFrom('\n', '\n', '  ', 'a();', '}', '} else {', '{', '\t', '});', ')', ' ');
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join('')),
      fc.constantFrom(line, incomplete, body, closedBody, sibling),
      (text, scope) => {
        let end: number | null = null;
        for (let length = 1; length <= text.length; length++) {
          const next = endOf(text.slice(0, length), scope, 2);
          if (end !== null) assert.equal(next, end);
          end = next;
        }
      },
    ),
    { numRuns: 2000 },
  );
});
