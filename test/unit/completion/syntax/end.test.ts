import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { endAt } from './syntax.ts';

/** A file with the cursor, and what is generated there: `¦` marks where that ends; a text without it goes on. */
type Case = [what: string, file: string, text: string];

const CASES: Record<string, Case[]> = {
  typescript: [
    ['the closing line is part of a body', 'function f() {\n  |', 'a();\n}¦\n\nfunction g() {\n}\n'],
    ['unless it is below', 'function f() {\n  |\n}', 'a();¦\n}\n\nfunction g() {\n}\n'],
    ['a chain goes on', 'if (a) {|}', '\n  b();\n} else if (c) {\n  d();\n} else {\n  e();\n}¦\nf();\n'],
    [
      'but not where the branch is closed below',
      'if (a) {\n  |\n} else {\n  e();\n}',
      'b();¦\n} else if (c) {\n  d();\n}\n',
    ],
    [
      'a statement that a body ends',
      "describe('Q', () => {|});\n",
      "\n  it('a', () => {\n    b();\n  });\n});¦\n\nc();\n",
    ],
    ['arguments behind a body', 'setTimeout(() => {|})', '\n  a();\n},\n  100,\n);¦\nb();\n'],
    ['a body that is closed in its last line', 'if (a) {|}', '\n  return { b }; }¦\nc();\n'],
    ['a body in the rest of the line', 'if (a) {|}', ' return; }¦\nc();\n'],
    ['an object', 'const a = {|};', '\n  b: 1,\n  c: { d: 2 },\n};¦\nconst e = 1;\n'],
    ['an object on one line', 'const a = {|};', ' b: 1, c: 2 };¦\nconst e = 1;\n'],
    ['an array', 'const a = [|];', '\n  1,\n  2,\n];¦\nconst b = 1;\n'],
    ['a template whose lines are not deeper', 'function f() {\n  |\n}', 'a(`\nb\n}\nc\n`);\n  d();¦\n}\n'],
    ['a template that is not ended yet', 'function f() {\n  |\n}', 'a(`\nb\nc\n'],
    ['cases as deep as their switch', 'switch (a) {\n|', 'case 1:\n  b();\ndefault:\n  c();\n}¦\nd();\n'],
    ['a case before the next', 'switch (a) {\n  case 1:\n    |\n  case 2:\n}', 'b();\n    break;¦\n  case 3:\n'],
    ['brackets in strings', 'function f() {\n  |\n}', "a('}');\n  b('{');\n  c(/[}]/);¦\n}\n"],
    ['decorated methods', '@A()\nclass B {\n  |\n}', "@C() d = 1;\n\n  @E('f')\n  g() {\n    h();\n  }¦\n}\n"],
  ],
  typescriptreact: [
    ['children', 'const a = (\n  <ul>\n    |', '<li>b</li>\n    <li>c</li>\n  </ul>¦\n);\n'],
    [
      'children that are closed below',
      'const a = (\n  <ul>\n    |\n  </ul>\n);',
      '<li>b</li>\n    {c && (\n      <li />\n    )}¦\n  </ul>\n);\n',
    ],
    ['an element as a value', 'return (\n  |\n);', '<b>\n    c\n  </b>¦\n);\n'],
  ],
  javascript: [['a chain', 'load()\n  .then((a) => {\n    |\n  })', 'b(a);\n    c();¦\n  })\n  .catch(d);\n']],
  python: [
    ['a function', 'def f(a):\n    |', 'if a:\n        b()\n    return c¦\n\ndef g():\n    pass\n'],
    ['branches', 'if a:\n    |', 'b()\nelif c:\n    d()\nelse:\n    e()¦\nf()\n'],
    ['a branch before the other', 'if a:\n    |\nelse:\n    e()\n', 'b()¦\nelif c:\n    d()\n'],
    ['an attempt', 'try:\n    |', 'a()\nexcept B:\n    c()\nfinally:\n    d()¦\ne()\n'],
    ['a text whose lines are not deeper', 'def f():\n    |', 'a = """\nb\n"""\n    return a¦\nc()\n'],
    ['a text that is not ended yet', 'def f():\n    |', 'a = """\nb\nc\n'],
    ['a word that only begins like another', 'if a:\n    |', 'b()¦\nelsewhere()\n'],
  ],
  go: [
    ['cases as deep as their switch', 'switch a {|}', '\ncase 1:\n\tb()\ndefault:\n\tc()\n}¦\nd()\n'],
    ['an error that is handled', 'if err != nil {\n\t|', 'return err\n}¦\n\nreturn nil\n'],
    ['a literal', 'a := []T{|}', '\n\t{1, 2},\n\t{3, 4},\n}¦\nb()\n'],
  ],
  rust: [
    ['a match', 'match a {\n    |\n}', "Some('}') => b(),\n    None => {\n        c()\n    }¦\n}\n"],
    ['a lifetime is no quote', "fn f<'a>(&'a self) {\n    |\n}", "let b: &'a str = c;\n    b¦\n}\nfn d() {}\n"],
  ],
  java: [['an attempt', 'try {|}', '\n  a();\n} catch (B b) {\n  c();\n} finally {\n  d();\n}¦\ne();\n']],
  cpp: [
    ['directives', 'void f() {\n  |\n}', 'a();\n#ifdef B\n  c();\n#endif\n  d();¦\n}\n'],
    ['access', 'class A {\n  |', 'int a;\npublic:\n  int b;\n};¦\nint c;\n'],
    ['braces on lines of their own', 'void f()\n{\n  |\n}', 'if (a)\n  {\n    b();\n  }¦\n}\n'],
  ],
  c: [['a loop', 'do {|}', '\n  a();\n} while (b);¦\nc();\n']],
  csharp: [['a text of lines', 'void F()\n{\n    |\n}', 'var a = """\nb\n""";\n    C();¦\n}\n']],
  ruby: [
    ['a method', 'def f\n  |', 'a.each do |b|\n    c\n  end\nend¦\n\ndef g\nend\n'],
    ['unless it is below', 'def f\n  |\nend\n', 'a if b\n  c¦\nend\n'],
    ['branches', 'if a\n  |', 'b\nelsif c\n  d\nelse\n  e\nend¦\nf\n'],
    ['a text', 'def f\n  |\nend\n', 'a = <<TEXT\nb\nTEXT\n  c¦\nend\n'],
    ['a name that only begins like a word', 'def f\n  |', 'a¦\nending\n'],
  ],
  php: [['a loop', '<?php\nforeach ($a as $b) {|}', '\n    c($b);\n}¦\nd();\n']],
  css: [['a rule', '.a {|}', '\n  color: red;\n}¦\n\n.b {\n}\n']],
  shellscript: [
    ['branches', 'if [ -f a ]; then\n  |', 'b\nelse\n  c\nfi¦\nd\n'],
    ['a loop', 'for a in b; do\n  |', 'if c; then\n    d\n  fi\ndone¦\ne\n'],
    ['a pattern', 'case $a in\n  b)\n    |\nesac', 'c\n    ;;¦\n  d)\n    e\n    ;;\n'],
    ['a pattern that is ended below', 'case $a in\n  b)\n    |\n    ;;\nesac', 'c¦\n    ;;\n'],
  ],
  powershell: [['a function', 'function F {|}', '\n    if ($a) {\n        B\n    }\n}¦\nC\n']],
};

const generated = (marked: string): { text: string; end: number | null } => {
  const end = marked.indexOf('¦');
  return { text: marked.replace('¦', ''), end: end < 0 ? null : end };
};

for (const [languageId, cases] of Object.entries(CASES)) {
  for (const [what, file, marked] of cases) {
    const { text, end } = generated(marked);
    test(`${languageId}: ${what}`, () => assert.equal(endAt(languageId, file, text), end));
  }
}

test('more text never moves the end, in whatever pieces it comes', () => {
  const all = Object.entries(CASES).flatMap(([languageId, cases]) =>
    cases.map(([, file, marked]) => ({ languageId, file, ...generated(marked) })),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...all),
      fc.array(fc.nat(12), { minLength: 1 }),
      ({ languageId, file, text, end }, steps) => {
        let found: number | null = null;
        for (let length = 0, step = 0; length < text.length; step++) {
          length = Math.min(text.length, length + 1 + steps[step % steps.length]!);
          const next = endAt(languageId, file, text.slice(0, length));
          if (found !== null) assert.equal(next, found);
          found = next;
        }
        assert.equal(found, end);
      },
    ),
    { numRuns: 200 },
  );
});
