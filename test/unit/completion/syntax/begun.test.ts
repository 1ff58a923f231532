import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scopeAt } from './syntax.ts';

/** By language: a file with the cursor, the columns of the line that its block belongs to, and whether it is closed. */
const MANY: Record<string, [what: string, file: string, floor: number, closed: boolean][]> = {
  typescript: [
    ['the body of a function', 'function f() {\n  |\n}', 0, true],
    ['a body not closed yet, above a function', 'function f() {\n  |\n\nfunction g() {\n  return 1;\n}\n', 0, false],
    ['a method whose brace the class has taken', 'class A {\n  f() {\n    |\n}\n', 2, false],
    ['right after the brace', 'if (a) {|}', 0, false],
    ['an arrow function as an argument', "describe('Queue', () => {|});\n", 0, false],
    ['an arrow function in a chain', 'load()\n  .then((a) => {\n    |\n  })\n', 2, true],
    ['parameters on lines of their own', 'function f(\n  a: A,\n): B {\n  |\n}', 0, true],
    ['a condition of two lines', 'if (\n  a &&\n    b) {\n  |\n}', 0, true],
    ['a branch of a chain', 'if (a) {\n  b();\n} else if (c) {\n  |\n} else {\n  d();\n}', 0, true],
    ['a class with a decorator', "@Component({ selector: 'a' })\nexport class A {\n  |\n}", 0, true],
    ['an interface', 'interface A {\n  |\n}', 0, true],
    ['an object on one line', 'const a = {|};', 0, false],
    ['an object as an argument', 'render({|});', 0, false],
    ['an object on lines of its own', 'const a = {\n  |\n};', 0, true],
    ['an array', 'const a = [|];', 0, false],
    ['an array on lines of its own', '  const a = [\n    |\n  ];', 2, true],
    ['arguments on lines of their own', 'foo(\n  |\n);', 0, true],
    ['a body of which only a comment is there', 'function f() {\n  // Adds both.\n  |\n}', 0, true],
    ['a block of a case before another', 'switch (a) {\n  case 1: {\n    |\n  case 2:\n}', 2, false],
    ['a case before another', 'switch (a) {\n  case 1:\n    |\n  case 2:\n}', 2, true],
  ],
  typescriptreact: [
    ['children', 'const a = (\n  <ul>\n    |\n  </ul>\n);', 2, true],
    ['children not closed yet', 'const a = (\n  <ul>\n    |\n', 2, false],
    ['children after attributes', 'const a = (\n  <ul\n    id="a"\n  >\n    |\n  </ul>\n);', 2, true],
    ['a fragment', 'const a = (\n  <>\n    |\n  </>\n);', 2, true],
    ['an element as a value', 'function A() {\n  return (\n    |\n  );\n}', 2, true],
    ['a body', 'function A() {\n  |\n}', 0, true],
  ],
  javascriptreact: [['children', 'const a = <div>\n  |\n</div>;', 0, true]],
  javascript: [
    ['a body', 'module.exports = function () {\n  |\n};', 0, true],
    ['an object', 'module.exports = {\n  |\n};', 0, true],
  ],
  python: [
    ['a function', 'def f(a):\n    |\n', 0, false],
    ['a function on the same line', 'def f(a):|\n', 0, false],
    ['a function whose description is there', 'class A:\n    def f(self):\n        """Adds."""\n        |\n', 4, false],
    ['parameters on lines of their own', 'def f(\n    a,\n):\n    |\n', 0, false],
    [
      'a decorated method',
      'class A:\n    @property\n    def f(self):\n        |\n\n    def g(self):\n        pass\n',
      4,
      false,
    ],
    ['the other branch', 'if a:\n    b()\nelse:\n    |\n', 0, false],
    ['a branch before the other', 'if a:\n    |\nelse:\n    b()\n', 0, true],
    ['a dictionary', 'a = {\n    |\n}\n', 0, true],
  ],
  go: [
    ['a function', 'func f() {\n\t|\n}', 0, true],
    ['a case as deep as its switch', 'func f() {\n\tswitch a {\n\tcase 1:\n\t\t|\n\t}\n}', 2, true],
    ['a composite', 'var a = []T{\n\t|\n}', 0, true],
  ],
  rust: [
    ['a method', "impl<'a> A<'a> {\n    fn f(&self) -> &'a str {\n        |\n    }\n}", 4, true],
    ['a match', 'let a = match b {\n    |\n};', 0, true],
    ['a closure', 'a.map(|b| {\n    §\n});', 0, true],
  ],
  java: [
    ['a method', 'class A {\n  @Override\n  public String f() {\n    |\n  }\n}', 2, true],
    ['a method not closed yet', 'class A {\n  void f() {\n    |\n', 2, false],
  ],
  cpp: [
    ['a brace on a line of its own', 'void f()\n{\n  |\n}', 0, true],
    ['a method of a template', 'template <class T>\nclass A {\n  T f() {\n    |\n  }\n};', 2, true],
    ['a lambda', 'auto f = [&](int a) {\n  |\n};', 0, true],
    ['a class', 'class A {\npublic:\n  |\n};', 0, true],
  ],
  c: [['a loop', 'int main(void) {\n  for (;;) {\n    |\n  }\n}', 2, true]],
  csharp: [
    ['a method', 'class A\n{\n    void F()\n    {\n        |\n    }\n}', 4, true],
    ['an initializer', 'var a = new A\n{\n    |\n};', 0, true],
  ],
  ruby: [
    ['a method', 'class A\n  def f(a)\n    |\n  end\nend\n', 2, true],
    ['a method not closed yet', 'class A\n  def f(a)\n    |\n', 2, false],
    ['a method without arguments', 'def f\n  |\nend\n', 0, true],
    ['a block', 'a.each do |b|\n  §\nend\n', 0, true],
    ['a branch', 'if a\n  |\nelse\n  b\nend\n', 0, true],
    ['a value', 'a = if b\n  |\nend\n', 0, true],
  ],
  php: [['a function', '<?php\nfunction f($a) {\n    |\n}\n', 0, true]],
  css: [['a rule', '.a {\n  |\n}', 0, true]],
  scss: [['a rule in a rule', '.a {\n  &:hover {\n    |\n  }\n}', 2, true]],
  shellscript: [
    ['a branch', 'if [ -f a ]; then\n  |\nfi', 0, true],
    ['a loop', 'for a in b; do\n  |\ndone', 0, true],
    ['a function', 'f() {\n  |\n}', 0, true],
    ['a pattern', 'case $a in\n  b)\n    |\n    ;;\nesac', 2, true],
  ],
  powershell: [['a function', 'function F {\n    |\n}', 0, true]],
};
for (const [languageId, cases] of Object.entries(MANY)) {
  for (const [what, file, floor, closed] of cases) {
    test(`${languageId}, many lines: ${what}`, () => {
      assert.deepEqual(scopeAt(languageId, file), { lines: 'many', floor, block: true, closed });
    });
  }
}

const ONE: Record<string, [what: string, file: string][]> = {
  typescript: [
    ['arguments on one line', 'foo(|)'],
    ['the names of an import', 'import {|}'],
    ['names taken out of an object', 'const {|} = a;'],
    ['an index', 'a[|]'],
    ['a part of a template', `const a = \`x \${|}\``],
    ['a template', 'const a = `x: {\n|`;'],
    ['a template not closed yet', 'const a = `x: {\n|'],
    ['a comment that ends like a block', '// An object: {|\n'],
    ['the line below a comment', '// for (const a of b) {\n|\nfoo();\n'],
    ['the line below a comment with a colon', '/* Note: */\n|\nfoo();'],
    ['a string', "const a = '{|';"],
    ['a block that has a body', 'function f() {\n  |\n  return 1;\n}'],
    ['a value of a property', 'const a = {\n  b:\n    |\n};'],
    ['a condition over lines', 'const a = b ?\n  c :\n  |\nfoo();'],
    ['a type annotation', 'function f(a:|)'],
    ['a line after a statement', 'foo();\n|\nbar();'],
    ['below a decorator', '@A()\n|\nclass B {}'],
  ],
  typescriptreact: [
    ['an expression in an element', 'const a = <b>{|}</b>;'],
    ['the value of an attribute', 'const a = <b c={|} />;'],
    ['between the children', '<a>\n  |\n  <b />\n</a>'],
    ['type arguments', 'const a = new Map<A>|'],
  ],
  python: [
    ['a slice', 'a = b[1:|]'],
    ['a text', 'a = """if a:\n|\n"""'],
    ['a text not closed yet', 'a = """if a:\n|'],
    ['a body that is there', 'def f():\n    |\n    return 1\n'],
    ['a comment', '# Steps:\n|\nfoo()\n'],
    ['a lambda', 'a = lambda b:|'],
  ],
  ruby: [
    ['a condition behind a statement', 'a if b\n|\nc'],
    ['a method of one line', 'def f(a) = a + 1\n|\n'],
    ['the end of a block', 'def f\nend\n|\n'],
    ['a text', 'a = <<~TEXT\n  if a\n  |\nTEXT\n'],
    ['a body that is there', 'def f\n  |\n  a\nend\n'],
  ],
  rust: [['names that are used', 'use a::{|};']],
  go: [['a value of a key', 'a := map[string]int{\n\t"b":\n\t\t|\n}']],
  css: [['a value', 'a {\n  color:\n    |;\n}']],
  shellscript: [['the line below a command', 'echo then\n|\nls']],
};
for (const [languageId, cases] of Object.entries(ONE)) {
  for (const [what, file] of cases) {
    test(`${languageId}, one line: ${what}`, () => assert.equal(scopeAt(languageId, file).lines, 'one'));
  }
}
