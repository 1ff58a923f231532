import { testReports } from './report.ts';

testReports('a brace with a space behind it has one before the other', [
  [
    'a.ts',
    "import { useState, §} from 'react';\n",
    "useEffect } from 'react';",
    "import { useState, useEffect } from 'react';",
  ],
  ['a.ts', 'f({ a: { b: 1, §} });\n', 'c: 2 } });', 'f({ a: { b: 1, c: 2 } });'],
  ['a.rs', 'fn f() {\n    let s = S { a, §};\n}\n', 'b };', '    let s = S { a, b };'],
  ['a.ts', 'f({a: 1, §});\n', 'b: 2 });', 'f({a: 1, b: 2});'],
]);

testReports('a space that is there is not put there again', [
  ['a.ts', 'const f = () => { § }\n', 'return 1; };', 'const f = () => { return 1; };'],
  ['A.kt', 'xs.map { § }\n', 'it + 1 }.filter { it > 2 }', 'xs.map { it + 1 }.filter { it > 2 }'],
  ['a.ts', 'foo( § )\n', 'a, b );', 'foo( a, b );'],
  ['A.cs', 'class A\n{\n    public int B { get; § }\n}\n', 'set; } = 1;', '    public int B { get; set; } = 1;'],
]);

testReports('a space stays before what stands apart', [
  ['a.ts', 'x = a §+ 1;\n', '* b ', 'x = a * b + 1;'],
  ['a.ts', 'if (§&& b) {\n}\n', 'a ', 'if (a && b) {'],
  ['a.ts', 'x = a ? §: c;\n', 'b ', 'x = a ? b : c;'],
  ['a.tsx', '<p>§<b>you</b></p>\n', 'Hello ', '<p>Hello <b>you</b></p>'],
  ['a.ts', '  a(); §// note\n', 'b(); ', '  a(); b(); // note'],
  // And before no other.
  ['a.tsx', '<p>§</p>\n', 'Hello ', '<p>Hello</p>'],
  ['a.ts', 'f(§)\n', 'a ', 'f(a)'],
  ['a.ts', 'x = §.y;\n', 'a ', 'x = a.y;'],
  ['a.ts', 'f(a, §: b);\n', 'c ', 'f(a, c : b);'],
]);

const MIXED = '#!/bin/sh\nf() {\n  a\n  b\n  c\n}\ng() {\n\t§\n}\n';

testReports("the cursor's line tells what a file of both has", [
  ['a.sh', MIXED, 'a\n\tb\n\tif c; then\n\t\td\n\tfi\n}', '\ta\n\tb\n\tif c; then\n\t\td\n\tfi'],
  ['a.py', 'if a:\n\tb()\n\tc()\n\td()\nif e:\n    §\n', 'for f in g:\n        f()', '    for f in g:\n        f()'],
  [
    'a.c',
    'int f()\n{\n  if (a)\n    {\n      b();\n\t{\n\t  §\n\t}\n    }\n}\n',
    'c();\n\t  d();',
    '\t  c();\n\t  d();',
  ],
]);

testReports('what closes a block says nothing of how its lines step', [
  [
    'a.ts',
    'const a = b\n  ? new C(d, {\n      §\n  : e;\n',
    'f,\n      g: (h) => h,\n    })\n  : e;',
    '      f,\n      g: (h) => h,\n    })',
  ],
]);
