import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitToFile } from '../../../src/completion/fitToFile.ts';
import type { Indentation } from '../../../src/completion/request.ts';
import { place } from './place.ts';

const spaces: Indentation = { tabs: false, width: 2 };
const tabs: Indentation = { tabs: true, width: 4 };

const CASES: [what: string, file: string, text: string, indentation: Indentation, expected: string][] = [
  ['space at the end goes', 'a = |', 'b;  \n', spaces, 'b;'],
  ['indentation that is there already is not repeated', '  |', '  foo();', spaces, 'foo();'],
  ['nor are empty lines', '  |', '\n\n  foo();', spaces, 'foo();'],
  ['at the start of a line it stays', '|', '  foo();', spaces, '  foo();'],
  ['two spaces become one tab', '\tif (a) {|', '\n  b();\n    c();\n}', tabs, '\n\tb();\n\t\tc();\n}'],
  ['four spaces become one tab', '|', 'a {\n    b();\n}', tabs, 'a {\n\tb();\n}'],
  [
    'the deepest line does not tell the step',
    '\t\t|',
    'a {\n            b();\n        }',
    tabs,
    'a {\n\t\t\tb();\n\t\t}',
  ],
  ['one line is as deep as the cursor', '\t\t|', 'a();\n        b();', tabs, 'a();\n\t\tb();'],
  ['or deeper below an opening line', '\ta {|', '\n        b();', tabs, '\n\t\tb();'],
  ['tabs become spaces', '|', 'a {\n\tb();\n\t\tc();\n}', spaces, 'a {\n  b();\n    c();\n}'],
  ['indentation as the file has it stays', '|', 'a {\n\tb();\n}', tabs, 'a {\n\tb();\n}'],
  ['space in the middle of a line stays', '|', 'a  b\n', tabs, 'a  b'],
];
for (const [what, file, text, indentation, expected] of CASES) {
  test(what, () => {
    assert.equal(fitToFile({ text, over: 0, tail: '' }, place(file), { indentation, ending: '\n' }).text, expected);
  });
}

test("line endings are the file's, in the tail too", () => {
  const draft = { text: 'a\nb', over: 1, tail: ' {\n  c' };
  assert.deepEqual(fitToFile(draft, place('|)'), { indentation: spaces, ending: '\r\n' }), {
    text: 'a\r\nb',
    over: 1,
    tail: ' {\r\n  c',
  });
});

const STEPS: [what: string, file: string, text: string, expected: string][] = [
  [
    "narrow steps become the editor's",
    'f() {\n    |',
    'a();\n  b {\n    c();\n  }',
    'a();\n    b {\n        c();\n    }',
  ],
  ['the closing line stays', '  f() {\n      |', 'a();\n    b();\n  }', 'a();\n      b();\n  }'],
  ['lines as deep as the cursor stay', 'f() {\n    |', 'a {\n      b();\n    }', 'a {\n      b();\n    }'],
  ['a first line without indentation gets it', '  f() {\n|', 'a();\n      b();', '      a();\n      b();'],
  ['one that is deep enough stays', '  f() {\n|', '    a();', '    a();'],
  ['what the line closes comes on a line of its own', '  f(() => {|});', '\n    a();\n  ', '\n    a();\n  '],
  ['but not behind a text in one line, which keeps its space', '  f(() => {|});', ' a(); ', ' a(); '],
  ['nor where nothing is closed', '  f(() => {|', '\n    a();\n', '\n    a();'],
  ['odd steps come to where the block is', 'f() {\n    |', 'a();\n   b();', 'a();\n    b();'],
];
for (const [what, file, text, expected] of STEPS) {
  test(what, () => {
    const floor = file.length - file.trimStart().length;
    const shape = { indentation: { tabs: false, width: 4 }, ending: '\n', floor } as const;
    assert.equal(fitToFile({ text, over: 0, tail: '' }, place(file), shape).text, expected);
  });
}
