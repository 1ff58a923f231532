import { testReports } from './report.ts';

const GO =
  'package stats\n\nfunc Mean(values []float64) float64 {\n\tif len(values) == 0 {\n\t\treturn 0\n\t}\n\tsum := 0.0\n\tfor _, value := range values {\n\t\t§\n\t}\n\treturn sum / float64(len(values))\n}\n';
const WALK =
  'export function walk(nodes: Node[]) {\n  for (const node of nodes) {\n    if (node.children.length > 0) {\n§\n    }\n  }\n}\n';
const BOOT = 'export function boot() {\n\t\t\t§\n}\n';
const TABS = { indentation: { tabs: true, width: 4 } };

testReports('tabs stay tabs', [
  ['stats.go', GO, 'sum += value', '\t\tsum += value'],
  [
    'stats.go',
    GO,
    'if value > 0 {\n            sum += value\n        }',
    '\t\tif value > 0 {\n\t\t\tsum += value\n\t\t}',
  ],
  [
    'stats.go',
    GO,
    '        if value > 0 {\n            sum += value\n        }',
    '\t\tif value > 0 {\n\t\t\tsum += value\n\t\t}',
  ],
  [
    'stats.go',
    GO,
    'if a {\n            if b {\n                c()\n            }\n        }',
    '\t\tif a {\n\t\t\tif b {\n\t\t\t\tc()\n\t\t\t}\n\t\t}',
  ],
  ['a.ts', 'f() {\n\tif (a) {§\n\t}\n}\n', '\n        b();\n        c();', '\tif (a) {\n\t\tb();\n\t\tc();', TABS],
  ['a.py', 'def f(a):\n    if a:\n        §\n    return a\n', 'b()\n\t\tc()', '        b()\n        c()'],
]);

testReports('lines are as deep as the block', [
  // 14, 15
  ['boot.ts', BOOT, '\t\t\t\t\tconst a = 1;', '\t\t\tconst a = 1;', TABS],
  ['boot.ts', BOOT, 'const a = 1;\n\tconst b = 2;', '\t\t\tconst a = 1;\n\t\t\tconst b = 2;', TABS],
  ['boot.ts', BOOT, 'if (a) {\n\t\tb();\n\t}', '\t\t\tif (a) {\n\t\t\t\tb();\n\t\t\t}', TABS],
  ['walk.ts', WALK, 'walk(node.children);', '      walk(node.children);'],
  ['walk.ts', WALK, '      walk(node.children);', '      walk(node.children);'],
  ['a.ts', 'f() {\n  if (a) {\n    b();\n§\n  }\n}\n', 'c();', '    c();'],
  ['a.ts', 'f() {\n  a();\n§\n  b();\n}\n', 'c();', '  c();'],
  ['a.py', 'class A:\n    def f(self):\n        a()\n§\n        b()\n', 'c()', '        c()'],
  ['a.py', 'def f():\n    a()\n\n\n§\n', 'def g():', 'def g():'],
  ['a.lua', 'function f()\n§\nend\n', 'return 1', '  return 1'],
  ['a.rb', 'class A\n  def f\n§\n  end\nend\n', 'g', '    g'],
  ['a.cs', 'class A\n{\n    void F()\n    {\n§\n    }\n}\n', 'G();', '        G();'],
  ['a.go', 'func f() {\n\tif a {\n\t\tb()\n§\n\t}\n}\n', 'c()', '\t\tc()'],
  ['a.yml', 'on:\n  push:\n    branches: [a]\n§\n    tags: [b]\n', 'paths: [c]', '    paths: [c]'],
]);

testReports('no blank line and no space is put before the text', [
  // 17, 18
  [
    'format.rb',
    'module Format\n  def self.money(cents)\n    whole = cents / 100\n\n§\n  end\nend\n',
    '\n    whole.to_s',
    '    whole.to_s',
  ],
  [
    'format.rb',
    'module Format\n  def self.money(cents)\n    whole = cents / 100\n\n§\n  end\nend\n',
    '\n\n    whole.to_s\n',
    null,
  ],
  ['a.py', 'def f():\n    a = 1\n    §\n', '\n    return a', '    return a'],
  ['main.rs', 'fn f() {\n    let mut counts = §\n}\n', ' HashMap::new();', '    let mut counts = HashMap::new();'],
  ['a.ts', 'return §\n', '  a;', 'return a;'],
  ['a.ts', 'f(a, §)\n', ' b)', 'f(a, b)'],
]);

testReports('line ends stay as they are', [
  [
    'a.ts',
    'f() {\r\n\tif (a) {§\r\n\t}\r\n}\r\n',
    '\n        b();\n        c();',
    '\tif (a) {\r\n\t\tb();\r\n\t\tc();',
    TABS,
  ],
  ['a.c', 'void f(int a) {\r\n  printf("§");\r\n}\r\n', '%d\\n", a);', '  printf("%d\\n", a);'],
  [
    'a.js',
    'app.get("/", (req, res) => {§})\r\n',
    '\n  res.send("ok");\n});',
    'app.get("/", (req, res) => {\r\n  res.send("ok");\r\n});',
  ],
  ['README.md', '```ts\r\nlet a;\r\n§```\r\n', 'let b;', 'let b;\r\n```'],
]);

testReports('separators are those of the language', [
  // 20
  [
    'tsconfig.json',
    '{\n  "compilerOptions": {\n    "strict": true,\n    §\n  }\n}\n',
    '"noEmit": true,',
    '    "noEmit": true',
  ],
  [
    'tsconfig.json',
    '{\n  "compilerOptions": {\n    "strict": true,\n    §\n  }\n}\n',
    '"noEmit": true\n  }\n}',
    '    "noEmit": true',
  ],
  ['a.json', '{\n  "a": [\n    1,\n    §\n  ]\n}\n', '2,', '    2'],
  ['a.json', '{\n  §\n  "b": 2\n}\n', '"a": 1', '  "a": 1,'],
  ['a.json', '{\n  "a": [§]\n}\n', '1, 2,', '  "a": [1, 2]'],
  ['a.ts', 'const a = {\n  b: 1,\n  §\n};\n', 'c: 2,', '  c: 2,'],
  ['a.py', 'a = {\n    "b": 1,\n    §\n}\n', '"c": 2,', '    "c": 2,'],
  ['a.py', 'a = (§)\n', '1,)', 'a = (1,)'],
  ['a.go', 'var a = []int{\n\t1,\n\t§\n}\n', '2', '\t2,'],
  ['a.go', 'var a = []int{\n\t1,\n\t§\n}\n', '2,', '\t2,'],
  ['a.java', 'f(\n    a,\n    §\n);\n', 'b,', '    b'],
  ['a.sql', 'create table t (\n  a int,\n  §\n);\n', 'b int,', '  b int'],
  ['a.rs', 'let a = [\n    1,\n    §\n];\n', '2,', '    2,'],
  ['a.r', 'x <- c(\n  1,\n  §\n)\n', '2,', '  2'],
  ['a.toml', 'a = { x = 1, § }\n', 'y = 2, }', 'a = { x = 1, y = 2 }'],
  ['a.toml', 'a = [\n  1,\n  §\n]\n', '2,', '  2,'],
  ['a.css', '.a {\n  color: rgb(\n    1,\n    §\n  );\n}\n', '2,', '    2'],
]);

testReports('what ends a block is as deep as the block', [
  ['a.py', 'def f(a):\n    if a:\n        b()\n        §\n', 'else:', null],
  ['a.ts', 'function f(a) {\n  if (a) {\n    b();\n    §\n}\n', '} else {', null],
  ['a.rb', 'def f(a)\n  if a\n    b\n    §\n  end\nend\n', 'else', null],
  ['a.py', 'def f(a):\n    if a:\n        b()\n    §\n', 'else:', '    else:'],
  ['a.py', 'def f():\n    if a: b()\n    §\n', 'else: c()', '    else: c()'],
  ['a.ts', 'function f() {\n  if (a)\n    b();\n  §\n}\n', 'else', '  else'],
  ['a.cs', 'class A\n{\n    void F()\n    {\n    §\n', '}', '    }'],
  ['a.html', '<ul>\n  <li>\n    a\n  §\n</ul>\n', '</li>', '  </li>'],
  ['a.ts', 'const end = 1;\nfunction f() {\n  g();\n  §\n}\n', 'end += 1;', '  end += 1;'],
]);

testReports('a line that is indented halfway is indented the rest of the way', [
  ['a.py', 'class A:\n    def f(self):\n        return 1\n\n    §\n', '    def g(self):', '    def g(self):'],
  ['a.py', 'def g():\n    return 2\n\ndef f():\n  §\n', '  return 1', '    return 1'],
  ['a.py', 'def g():\n    return 2\n\ndef f():\n    §\n', '   return 1', '    return 1'],
  ['a.py', 'def f():\n§\n', 'return 1', '    return 1'],
  ['a.ts', 'function f() {\n  if (a)\n    b();\n  §\n}\n', 'else', '  else'],
]);

testReports('several lines in the files of all three kinds', [
  [
    'a.ts',
    'function f(xs) {\n\t§\n}\n',
    'for (const x of xs) {\n    g(x);\n  }',
    '\tfor (const x of xs) {\n\t\tg(x);\n\t}',
    { ...TABS, lines: 'many' },
  ],
  [
    'a.ts',
    'function f(xs) {\n  §\n}\n',
    'for (const x of xs) {\n\t\tg(x);\n\t}',
    '  for (const x of xs) {\n    g(x);\n  }',
    { lines: 'many' },
  ],
  [
    'a.ts',
    'function f(xs) {\r\n    §\r\n}\r\n',
    'for (const x of xs) {\n        g(x);\n    }',
    '    for (const x of xs) {\r\n        g(x);\r\n    }',
    { lines: 'many' },
  ],
  [
    'a.ts',
    'function f(xs) {\r\n\t§\r\n}\r\n',
    'for (const x of xs) {\r\n\t\tg(x);\r\n\t}',
    '\tfor (const x of xs) {\r\n\t\tg(x);\r\n\t}',
    { ...TABS, lines: 'many' },
  ],
  [
    'a.rs',
    'fn f() {\n    thread::spawn(move || {§});\n}\n',
    '\n        work();\n    });',
    '    thread::spawn(move || {\n        work();\n    });',
  ],
]);

testReports('no comma before what follows a list', [
  ['a.json', '{\n  "a": "§"\n}\n', 'b",\n  "c": 1', '  "a": "b"'],
  ['a.json', '{\n  "a": "§",\n  "c": 1\n}\n', 'b",', '  "a": "b",'],
  ['a.ipynb', '{\n  "a": [\n    §\n  ]\n}\n', '"b",', '    "b"'],
  ['a.sql', 'SELECT a,\n  §\nFROM t;\n', 'b,', '  b'],
  ['a.sql', 'UPDATE t SET\n  a = 1,\n  §\nWHERE id = 1;\n', 'b = 2,', '  b = 2'],
  ['package.json', '{\n  "a": {§}\n}\n', ' "x": 1, }', '  "a": { "x": 1 }'],
]);

const SUM = 'package a\n\nfunc f(xs []int) int {\n\tsum := 0\n\tfor _, x := range xs {\n\t\t§\n\t}\n\treturn sum\n}\n';
const LOOP = 'export function f(xs: number[]) {\n  for (const x of xs) {\n    §\n  }\n}\n';
const EACH = 'def f(xs):\n    for x in xs:\n        §\n    return 1\n';
const CHOICE = 'if (x > 0) {\n  g(x);\n} else {\n  h(x);\n}';

testReports('a block written from the first column on is moved to the cursor', [
  ['a.go', SUM, 'if x > 0 {\n\tsum += x\n}', '\t\tif x > 0 {\n\t\t\tsum += x\n\t\t}'],
  ['a.go', SUM, 'if x > 0 {\n    sum += x\n}', '\t\tif x > 0 {\n\t\t\tsum += x\n\t\t}'],
  ['a.ts', LOOP, CHOICE, '    if (x > 0) {\n      g(x);\n    } else {\n      h(x);\n    }'],
  [
    'a.ts',
    LOOP.replaceAll('\n', '\r\n'),
    CHOICE,
    '    if (x > 0) {\r\n      g(x);\r\n    } else {\r\n      h(x);\r\n    }',
  ],
  [
    'a.py',
    EACH,
    'if x > 0:\n    g(x)\nelse:\n    h(x)',
    '        if x > 0:\n            g(x)\n        else:\n            h(x)',
  ],
  // Not what ends its own block.
  ['a.ts', LOOP, 'g(x);\n  }\n}\n\nexport function h() {\n  a();\n}', '    g(x);'],
  ['a.py', EACH, 'if x:\n            g(x)\n    return 2', '        if x:\n            g(x)'],
]);

testReports('the end of a tag that is on the next line is not said again', [
  ['a.tsx', '<A\n  b={1}\n  §\n>\n</A>\n', 'c={2}>', '  c={2}'],
  ['a.tsx', '<A\n  b={1}\n  §\n/>\n', 'c={() => d} />', '  c={() => d}'],
  ['a.tsx', '<A\n  b={1}\n  §\n/>\n', 'c={<B />}', '  c={<B />}'],
]);
