import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AnchorMaker } from '../../../../../../../src/engine/server/services/memory/anchors/fileAnchors.ts';
import { textHash } from '../../../../../../../src/engine/server/services/memory/anchors/syntaxHash.ts';
import { Grammars } from '../../../../../../../src/syntax/grammars.ts';

const maker = new AnchorMaker(new Grammars(import.meta.url));
const hashOf = async (path: string, text: string) => (await maker.anchorsOf({ path, text })).treeHash;
const symbolHash = async (path: string, text: string, symbol: string) =>
  (await maker.anchorsOf({ path, text })).symbol(symbol)?.hash;

/** Texts that say the same. */
const SAME: [string, string, string, string][] = [
  ['a line break', 'a.ts', 'f(a, b);', 'f(\n  a,\n  b,\n);'],
  ['indentation', 'a.ts', 'function f() {\n  return 1;\n}', 'function f() {\n\treturn 1;\n}'],
  ['comments', 'a.ts', '/** Doc. */\nf(/* in */ a); // behind', 'f(a);'],
  ['semicolons', 'a.ts', 'class A { b = 1; c() {} }\nconst d = 2;', 'class A { b = 1\nc() {} }\nconst d = 2'],
  ['quotes', 'a.js', "f('it\\'s', \"b\");", "f(\"it's\", 'b');"],
  ['quotes of a key', 'a.js', "x({ 'a': 1, 'b-c': 2 });", 'x({ a: 1, "b-c": 2 });'],
  ['signs between members', 'a.ts', 'type T = { a: 1, b: 2 };', 'type T = {\n  a: 1;\n  b: 2;\n};'],
  ['lines of text in tags', 'a.tsx', 'f(<p>a b {c}</p>);', 'f(\n  <p>\n    a b {c}\n  </p>,\n);'],
  ['commas of types', 'a.ts', 'enum E { A, B }\ntype F<A, B> = [A, B];', 'enum E { A, B, }\ntype F<A, B,> = [A, B,];'],
  ['quotes of Python', 'a.py', "x = f('a', u'b')", 'x = f("a", u"b",)'],
  ['docstrings', 'a.py', 'def f():\n    """What it does."""\n    return 1\n', 'def f():\n  return 1\n'],
  ['signs of Python', 'a.py', 'a = 1; b = 2\n', 'a = 1\nb = 2\n'],
  ['Go', 'a.go', 'package a\nfunc f() { g(1, 2) }\n', 'package a\n\nfunc f() {\n\tg(\n\t\t1,\n\t\t2,\n\t)\n}\n'],
  ['Rust', 'a.rs', 'fn f(a: i32) { g(a, b) } // c\n', '/// Doc.\nfn f(\n    a: i32,\n) {\n    g(a, b,)\n}\n'],
  ['CSS', 'a.css', 'a{b:c;d:"e"}', "a {\n  b: c;\n  d: 'e';\n}\n"],
  ['no grammar', 'a.yaml', 'a:\n  b: 1\n\n\n  c: 2\n', 'a:\n    b: 1  \n    c: 2'],
];

/** Texts that do not. */
const DIFFERENT: [string, string, string, string][] = [
  ['a name', 'a.ts', 'f(a);', 'f(b);'],
  ['a number', 'a.ts', 'f(1);', 'f(2);'],
  ['an operator', 'a.ts', 'x(a < b);', 'x(a <= b);'],
  ['what a string holds', 'a.ts', "f('a b');", "f('a  b');"],
  ['a kind of escape', 'a.ts', "f('\\n');", "f('n');"],
  ['a backslash in a tag', 'a.tsx', `f(<a b="\\'" />);`, `f(<a b="'" />);`],
  ['white space in a template', 'a.ts', `f(\`\${a} \${b}\`);`, `f(\`\${a}\${b}\`);`],
  ['a template for a string', 'a.ts', "f('a');", 'f(`a`);'],
  ['a hole', 'a.js', 'f([1, ,]);', 'f([1,]);'],
  ['only a hole', 'a.js', 'f([,]);', 'f([]);'],
  ['order', 'a.ts', 'a(); b();', 'b(); a();'],
  ['a line break that ends a statement', 'a.js', 'function f() { return a; }', 'function f() { return\na; }'],
  ['brackets', 'a.ts', 'x((a + b) * c);', 'x(a + b * c);'],
  ['optional chaining', 'a.ts', '(a?.b).c;', 'a?.b.c;'],
  ['signs of a loop', 'a.js', 'for (a; b; ) {}', 'for (a; ; b) {}'],
  ['a type', 'a.ts', 'let a: string;', 'let a: number;'],
  ['a modifier', 'a.ts', 'class A { a = 1; }', 'class A { static a = 1; }'],
  ['a decorator', 'a.ts', 'class A { @b() c() {} }', 'class A { c() {} }'],
  ['text in a tag', 'a.tsx', 'f(<p>a b</p>);', 'f(<p>ab</p>);'],
  ['a tuple of Python', 'a.py', 'x = (1)', 'x = (1,)'],
  ['an index of Python', 'a.py', 'x[1]', 'x[1,]'],
  ['a block of Python', 'a.py', 'if a:\n    b()\n    c()\n', 'if a:\n    b()\nc()\n'],
  ['a raw string', 'a.py', "f(r'\\'x')", "f('\\'x')"],
  ['a format', 'a.py', "f(f'{a:>2}')", "f(f'{a: >2}')"],
  ['a value that Rust gives back', 'a.rs', 'fn f() -> i32 { g() }', 'fn f() -> i32 { g(); }'],
  ['a string of a shell', 'a.sh', 'echo "a  $b"', 'echo "a $b"'],
  ['words of a shell', 'a.sh', "echo a'b'", "echo a 'b'"],
  ['text that is kept', 'a.rb', 'x = <<~E\n  a\nE\n', 'x = <<~E\n  b\nE\n'],
  ['depth without a grammar', 'a.yaml', 'a:\n  b: 1\nc: 2\n', 'a:\n  b: 1\n  c: 2\n'],
];

describe('hash of a syntax tree', () => {
  for (const [what, path, a, b] of SAME) {
    test(`${what}: does not count`, async () => assert.equal(await hashOf(path, a), await hashOf(path, b)));
  }
  for (const [what, path, a, b] of DIFFERENT) {
    test(`${what}: counts`, async () => assert.notEqual(await hashOf(path, a), await hashOf(path, b)));
  }

  test('is the same wherever a symbol stands', async () => {
    const method = '  async m(a: number): Promise<void> {\n    await this.n(a);\n  }\n';
    const alone = await symbolHash('a.ts', `class A {\n${method}}\n`, 'A.m');
    const other = `namespace N {\n/** B. */\nexport class B {\n  x = 1;\n\n  /** M. */\n${method}  n() {}\n}\n}\n`;
    assert.ok(alone);
    assert.equal(await symbolHash('src/b.ts', other, 'N.B.m'), alone);
    const python = 'def m(a):\n    return a\n';
    const inside = 'class A:\n    def m(a):\n        return a\n';
    assert.equal(await symbolHash('a.py', inside, 'A.m'), await symbolHash('a.py', python, 'm'));
  });

  test("does not hold the symbol's own name, nor its calls of itself", async () => {
    const f = 'export function f(n: number): number {\n  return n < 2 ? 1 : n * f(n - 1) + o.f;\n}\n';
    const hash = await symbolHash('a.ts', f, 'f');
    assert.equal(await symbolHash('a.ts', f.replace(/\bf(?=\()/g, 'factorial'), 'factorial'), hash);
    assert.notEqual(await symbolHash('a.ts', f.replace(/\bf\b/g, 'g'), 'g'), hash, 'another property');
    assert.notEqual(
      await hashOf('a.ts', f),
      await hashOf('a.ts', f.replace(/\bf(?=\()/g, 'g')),
      'the file has its names',
    );
    const method = 'class A { m(n) { return this.m(n - 1) + b.m; } }';
    assert.equal(
      await symbolHash('a.js', method.replace('m(n)', 'k(n)').replace('this.m', 'this.k'), 'A.k'),
      await symbolHash('a.js', method, 'A.m'),
    );
  });

  test("of a class changes with its members', of a member with its own text alone", async () => {
    const text = 'class A {\n  get x() { return 1; }\n  set x(v) {}\n  y() { return 2; }\n}\n';
    const changed = text.replace('return 2', 'return 3');
    assert.notEqual(await symbolHash('a.js', changed, 'A'), await symbolHash('a.js', text, 'A'));
    assert.notEqual(await symbolHash('a.js', changed, 'A.y'), await symbolHash('a.js', text, 'A.y'));
    assert.equal(await symbolHash('a.js', changed, 'A.x'), await symbolHash('a.js', text, 'A.x'));
    const setter = text.replace('set x(v) {}', 'set x(v) { f(); }');
    assert.notEqual(
      await symbolHash('a.js', setter, 'A.x'),
      await symbolHash('a.js', text, 'A.x'),
      'getter and setter',
    );
  });

  test('is there for what has a name', async () => {
    const text = 'const { a, b } = c();\nconst [d] = e;\nconst f = 1;\nclass A { [Symbol.iterator]() {} }\n';
    const { symbols } = await maker.anchorsOf({ path: 'a.js', text });
    assert.deepEqual(
      symbols.map(({ symbol }) => symbol),
      ['f', 'A', 'A.[Symbol.iterator]'],
    );
  });

  test('is of the text where the parser finds no place for something', async () => {
    const text = 'function f() {\n  return (1;\n}\nfunction g() { return 2; }\n';
    assert.equal(await hashOf('a.js', text), textHash(text));
    assert.equal(await symbolHash('a.js', text, 'g'), await symbolHash('a.js', 'function g() { return 2 }', 'g'));
  });

  test('is what it was: what is stored can be compared with it', async () => {
    const script = `import a from "a";\nexport class A<T> extends B {\n  @d() m(x = \`a \${1}\`, ...y): void { /r/g; }\n}\n`;
    const texts: [string, string, string][] = [
      ['a.ts', script, '1048c5efc8c316107d5d52db0e65ac67'],
      ['a.js', 'exports.f = function (a) { return a?.b ?? [...c]; };\n', '107517f8ca38cc93a624ff70c8700116'],
      ['a.tsx', 'export const A = () => <p a="b">c {d}</p>;\n', '10510223adee2e74e25d801bcf66f996'],
      [
        'a.py',
        "@d\nclass A(B):\n    async def m(self, *a, b=f'c{d}'): return [x for x in a]\n",
        '107fda12e01c0e00176f3b633e86c3a9',
      ],
      [
        'a.go',
        'package a\nfunc (s *S[T]) M(a ...int) (b error) { go func() { c <- 1 }(); return }\n',
        '106f093cbd200efb1620d19559fe93e3',
      ],
      [
        'a.rs',
        'impl<T> A for B<T> { fn m(&self) -> Result<(), C> { d!("e {}", f)?; Ok(()) } }\n',
        '10b07a7fe938756807774760ebd2ec0d',
      ],
      [
        'a.java',
        'class A<T> { @B int m(T a) throws C { return a == null ? 1 : "d".length(); } }\n',
        '108cdc7f29533a7e47c90d4194e01dc9',
      ],
      [
        'a.cpp',
        'template <class T> class A { int m(T &&a) const { return *a->b + sizeof(T); } };\n',
        '1000aded141794b4e0f252d2ec2f9273',
      ],
      [
        'a.cs',
        'namespace N { class A { int P { get; set; } = 1; string M(int a) => $"b {a}"; } }\n',
        '106683b262f4ab9cd090987f6760d2da',
      ],
      [
        'a.rb',
        'class A\n  def m(a, *b)\n    b.each { |c| puts "d #{c}" }\n  end\nend\n',
        '10b724b68064d05e86a6982bd27aa310',
      ],
      [
        'a.php',
        '<?php class A { function m(int $a): string { return "b $a"; } }\n',
        '10dde086ed79d89d86e602a8b0d1c32f',
      ],
      ['a.sh', `f() { for a in "$@"; do echo "b \${a%.c}"; done; }\n`, '108af7d0c691222256fe32b0e01f54ff'],
      ['a.ps1', 'function F($a) { if ($a -gt 1) { Write-Output "b $a" } }\n', '10b63f77595127170ad78a21d776bcd7'],
      ['a.css', '.a > b { c: d(1px); }\n', '104619b2649a46ba0826fa947debbb01'],
      ['a.txt', ' a\n  b\n', '11dbc7c3a4a6298684d9345730f6005d'],
    ];
    const hashes = await Promise.all(texts.map(([path, text]) => hashOf(path, text)));
    assert.deepEqual(
      hashes,
      texts.map(([, , hash]) => hash),
    );
    assert.equal(await symbolHash('a.ts', script, 'A.m'), '10691e16fb82362180e5f7a5f4eb29d2');
  });
});
