import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeAt } from './syntax.ts';

/** A file with the cursor, and what is generated there: `¦` marks every place where that can be cut. */
const CASES: Record<string, [what: string, file: string, text: string][]> = {
  typescript: [
    ['statements', 'function f() {\n  |\n}', 'a();¦\n  b();¦\n  return c;¦'],
    ['a block is whole at its end', 'function f() {\n  |\n}', 'a();¦\n  if (b) {\n    c();\n  }¦\n  d();¦'],
    [
      'a chain can be cut before its next branch',
      'f(() => {|});',
      '\n  if (a) {\n    b();\n  } else {\n    c();\n  }¦',
    ],
    ['the statement that the rest of the line closes', 'f(() => {|});', '\n  a();¦\n});¦'],
    ['a body that nothing closes yet', 'function f() {\n  |', 'a();¦\n  g({\n    b,\n  });¦\n}¦'],
    ['an expression over lines', 'function f() {\n  |\n}', 'const a =\n    b +\n    c;¦\n  d();¦'],
    ['an object', 'const a = {\n  |\n};', 'b: 1,¦\n  c: {\n    d: 2,\n  },¦\n  e: 3¦'],
    ['a template', 'function f() {\n  |\n}', 'a(`\n  b\n  `);¦'],
    ['blank lines are no ends', 'function f() {\n  |\n}', 'a();¦\n\n  b();¦'],
  ],
  typescriptreact: [
    ['children', 'const a = (\n  <ul>\n    |\n  </ul>\n);', '<li>b</li>¦\n    <li>\n      c\n    </li>¦'],
  ],
  python: [
    ['statements', 'def f():\n    |\n', 'a()¦\n    if b:\n        c()¦\n    d(\n        e,\n    )¦'],
    ['an attempt needs its end', 'def f():\n    |\n', 'a()¦\n    try:\n        b()\n    except C:\n        d()¦'],
  ],
  go: [['statements', 'func f() {\n\t|\n}', 'if err != nil {\n\t\treturn err\n\t}¦\n\ta := []T{\n\t\t{1},\n\t}¦']],
  ruby: [
    ['statements', 'def f\n  |\nend\n', 'a¦\n  b.each do |c|\n    d\n  end¦\n  e if g¦\n  if h\n    i\n  end¦'],
    ['a body that nothing closes yet', 'def f\n  |', 'a¦\n  if b\n    c\n  end¦\nend¦'],
  ],
  shellscript: [['statements', 'f() {\n  |\n}', 'a¦\n  if b; then\n    c\n  fi¦\n  for d in e; do\n    g\n  done¦']],
};
for (const [languageId, cases] of Object.entries(CASES)) {
  for (const [what, file, marked] of cases) {
    test(`${languageId}: ${what}`, () => {
      const text = marked.replaceAll('¦', '');
      const shown = codeAt(languageId, file)
        .lineEnds(text)
        .reduceRight((all, end) => `${all.slice(0, end)}¦${all.slice(end)}`, text);
      assert.equal(shown, marked);
    });
  }
}
