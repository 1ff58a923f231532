import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { Grammars } from '../../../src/syntax/grammars.ts';
import { symbolAt, symbolsOf } from '../../../src/syntax/symbols.ts';

const grammars = new Grammars(import.meta.url);
const fixtures = path.join(import.meta.dirname, '../../fixtures/apply');

/** `kind container.name` of each symbol. */
async function outline(languageId: string, text: string): Promise<string[]> {
  const symbols = (await grammars.outliner({ languageId, path: '' }))!(text)!;
  return symbols.map(({ kind, container, name }) => `${kind} ${[...container, name].join('.')}`);
}

const CASES: [string, string, string[]][] = [
  [
    'typescript',
    "import a from 'a';\nexport class A<T> {\n  private x = 1;\n  @dec() foo(): void {}\n  bar = () => {};\n}\nexport const f = async () => {};\nconst c = 1;\ninterface I { a: string }\nenum E { A }\ntype T = string;\nnamespace N { export function h() {} }\n",
    [
      "import import a from 'a';",
      'class A',
      'field A.x',
      'function A.foo',
      'function A.bar',
      'function f',
      'variable c',
      'interface I',
      'field I.a',
      'enum E',
      'type T',
      'module N',
      'function N.h',
    ],
  ],
  [
    'javascript',
    'exports.f = function (a) {};\nclass A { #p() {} }\nfunction* g() {}\n',
    ['function exports.f', 'class A', 'function A.#p', 'function g'],
  ],
  [
    'javascript',
    'exports = module.exports = internals.C = class {\n  m() {}\n};\nexports.a = exports.b = () => 1;\n',
    ['class internals.C', 'function internals.C.m', 'function exports.b'],
  ],
  [
    'python',
    '@dec\ndef f(): pass\nclass A(B):\n    x = 1\n    async def m(self): ...\nX = 3\n',
    ['function f', 'class A', 'variable A.x', 'function A.m', 'variable X'],
  ],
  [
    'go',
    'package a\ntype S struct { a int }\nfunc (s *S[T]) M() error { return nil }\nfunc F() {}\n',
    ['class S', 'field S.a', 'function S.M', 'function F'],
  ],
  [
    'rust',
    'pub struct S { a: i32 }\nimpl<T> Tr for S<T> { fn m(&self) {} }\nimpl S { fn n() {} }\nmod t { fn u() {} }\n',
    [
      'class S',
      'field S.a',
      'impl Tr for S',
      'function Tr for S.m',
      'impl S',
      'function S.n',
      'module t',
      'function t.u',
    ],
  ],
  [
    'java',
    'class A {\n  int x = 1;\n  A(int a) {}\n  void m() {}\n  enum E { X }\n}\n',
    ['class A', 'field A.x', 'function A.A', 'function A.m', 'enum A.E'],
  ],
  [
    'cpp',
    'namespace n {\ntemplate <class T> class A { void m() {} };\nvoid A::q(int a) {}\nint *f(void) { return 0; }\n}\n',
    ['module n', 'class n.A', 'function n.A.m', 'function n.A.q', 'function n.f'],
  ],
  [
    'csharp',
    'namespace N { class A { int P { get; set; } void M() {} } }',
    ['module N', 'class N.A', 'field N.A.P', 'function N.A.M'],
  ],
  [
    'ruby',
    'module M\n  class A\n    def m; end\n    def self.n; end\n  end\nend\n',
    ['module M', 'class M.A', 'function M.A.m', 'function M.A.n'],
  ],
  ['php', '<?php\nclass A { function m() {} }\nfunction f() {}\n', ['class A', 'function A.m', 'function f']],
  ['shellscript', 'f() {\n  echo\n}\n', ['function f']],
  ['powershell', 'function Get-X {\n  param($a)\n}\n', ['function Get-X']],
];

describe('an outline', () => {
  for (const [language, text, wanted] of CASES) {
    test(`of ${language}`, async () => assert.deepEqual(await outline(language, text), wanted));
  }

  test('has decorators, exports and comments above in its ranges, whole lines', async () => {
    const text = 'let a;\n\n/** Says it. */\n// really\n@dec()\nexport default class A {\n  x() {\n  }\n}\n// after\n';
    const found = await symbolAt(grammars, { path: 'a.ts', text }, 'A');
    assert.equal(found!.text, text.slice(text.indexOf('/**'), text.indexOf('\n// after')));
    assert.equal(text.slice(found!.start, found!.start + 6), '@dec()');
    assert.equal((await symbolAt(grammars, { path: 'a.ts', text }, 'A.x'))!.text, '  x() {\n  }');
    assert.match(found!.signature, /export default class A$/);
  });

  test('finds the innermost symbol around an offset, in all line ends', async () => {
    const unix = readFileSync(path.join(fixtures, 'inventory.py'), 'utf8');
    for (const text of [unix, unix.replaceAll('\n', '\r\n')]) {
      const file = { path: 'inventory.py', text };
      const at = await symbolAt(grammars, file, text.indexOf('taken = sum'));
      assert.equal(at!.name, 'free');
      assert.ok(at!.text.startsWith('    @property') && at!.text.endsWith('return self.count - taken'));
      assert.equal((await symbolAt(grammars, file, 'Part.reserve'))!.name, 'reserve');
      assert.equal(await symbolAt(grammars, file, 'nothing'), undefined);
    }
  });

  test('is not there for a language without a grammar, and ambiguous names find nothing', async () => {
    assert.equal(await symbolsOf(grammars, { path: 'a.unknown', text: 'x' }), undefined);
    const text = 'class A { m() {} }\nclass B { m() {} }\n';
    assert.equal(await symbolAt(grammars, { path: 'a.js', text }, 'm'), undefined);
    assert.equal((await symbolAt(grammars, { path: 'a.js', text }, 'B.m'))!.start > 18, true);
  });

  test('marks what is not whole', async () => {
    const symbols = (await grammars.outliner({ path: 'a.ts' }))!('function f() {\n  if (a) {\n');
    assert.equal(
      symbols!.every(({ faulty }) => faulty),
      true,
    );
  });
});
