import { testReports } from './report.ts';

testReports('what stands before the cursor is not said again', [
  ['a.ts', 'if (user.§\n', 'if (user.isAdmin) {', 'if (user.isAdmin) {'],
  ['a.ts', 'return §\n', 'return x;', 'return x;'],
  ['a.ts', 'const §\n', 'const a = 1;', 'const a = 1;'],
  ['a.py', 'def §\n', 'def f(a):', 'def f(a):'],
  ['a.c', '#include §\n', '#include <a.h>', '#include <a.h>'],
  ['a.ts', 'const total = §\n', 'total = sum(a);', 'const total = sum(a);'],
  ['a.ts', 'const total = §\n', '= sum(a);', 'const total = sum(a);'],
  ['a.py', 'self.§\n', 'self.name = name', 'self.name = name'],
  ['a.py', 'self.§\n', '.name = name', 'self.name = name'],
  ['a.ts', 'conso§\n', 'console.log(a);', 'console.log(a);'],
  ['a.java', '@§\nvoid f() {}\n', '@Override', '@Override'],
  ['a.php', '<?php\n$§\n', '$name = 1;', '$name = 1;'],
  ['a.c', '#§\n', '#include <a.h>', '#include <a.h>'],
  ['a.ts', '// §\n', '// Adds.', '// Adds.'],
  ['a.ts', 'const x = f(a); // §\n', '// note', 'const x = f(a); // note'],
  ['a.ts', '/**\n * §\n */\n', '* Adds.', ' * Adds.'],
  ['a.tsx', 'const a = <§\n', '<div>', 'const a = <div>'],
  ['a.md', '# §\n', '# Title', '# Title'],
  ['a.md', '1. a\n2. §\n', '2. b', '2. b'],
  ['a.md', '- [ ] §\n', '- [ ] do', '- [ ] do'],
  ['a.yml', 'a:\n  b:\n    - §\n', '- y', '    - y'],
  ['a.ts', 'import x from "§";\n', '"react";', 'import x from "react";'],
  ['a.html', '<li>§</li>\n', '<li>One</li>', '<li>One</li>'],
]);

testReports('what may stand twice may', [
  ['a.ts', 'fib(n - 1) + §\n', 'fib(n - 2)', 'fib(n - 1) + fib(n - 2)'],
  ['a.ts', 'max(§)\n', 'max(a, b), c)', 'max(max(a, b), c)'],
  ['a.ts', 'const x = a + §\n', 'a + b;', 'const x = a + a + b;'],
  ['a.ts', 'const a = [1, §];\n', '1, 2', 'const a = [1, 1, 2];'],
  ['a.rs', 'for i in 0.§ {\n}\n', '.10', 'for i in 0..10 {'],
  ['a.ts', 'if (a =§\n', '== b) {', 'if (a === b) {'],
  ['a.py', 'x = y =§\n', ' 1', 'x = y = 1'],
  ['a.rb', '@§\n', '@count = 0', '@@count = 0'],
  ['a.cpp', 'std::cout <§\n', '< a;', 'std::cout << a;'],
  ['a.md', '#§\n', '# Title', '## Title'],
  ['a.ts', 'test§\n', 'ing', 'testing'],
  ['a.py', 'async def f():\n    await §\n', 'await_all()', '    await await_all()'],
]);

testReports('what the block has already is not said again', [
  ['a.ts', "import a from 'a';\nimport b from 'b';\n§\n\nfoo();\n", "import a from 'a';", null],
  ['a.ts', 'function f() {\n  const total = sum(items);\n  §\n}\n', 'const total = sum(items);', null],
  ['a.json', '{\n  "a": true,\n  "b": 1,\n  §\n}\n', '"a": true', null],
  ['a.yml', 'env:\n  A: x\n  B: y\n  §\n', 'A: x', null],
  ['a.css', '.a {\n  color: red;\n  margin: 0;\n  §\n}\n', 'color: red;', null],
]);

testReports('what another block has may be', [
  [
    'a.ts',
    'if (!user) {\n    §\n}\nconst order = await find(id);\nif (!order) {\n    return res.status(404).json({ error: 1 });\n}\n',
    'return res.status(404).json({ error: 1 });',
    '    return res.status(404).json({ error: 1 });',
  ],
  [
    'a.py',
    'def f(a):\n    if not a:\n        §\n    b = find(a)\n    if not b:\n        raise NotFoundError(a)\n',
    'raise NotFoundError(a)',
    '        raise NotFoundError(a)',
  ],
  ['a.ts', 'import {\n  a,\n} from "a";\n§\n', 'import {', 'import {'],
  ['a.yml', '- name: a\n  run: b\n- name: c\n  §\n', 'run: b', '  run: b'],
  ['a.css', '.a {\n  color: red;\n}\n.b {\n  §\n}\n', 'color: red;', '  color: red;'],
  ['a.ts', 'it("a", () => {\n  const r = f();\n});\nit("b", () => {\n  §\n});\n', 'const r = f();', '  const r = f();'],
  ['a.ts', 'switch (k) {\n  case 1:\n    a();\n    §\n  case 2:\n    b();\n    break;\n}\n', 'break;', '    break;'],
  ['a.ts', 'function f() {\n  i += 1;\n  §\n}\n', 'i += 1;', '  i += 1;'],
  ['a.rb', 'def f\n  if a\n    b\n  §\nend\n', 'end', '  end'],
]);

testReports('a mark of a comment may be longer', [
  ['a.rs', '/// §\nfn f() {}\n', '/// Adds.', '/// Adds.'],
  ['a.lua', '--- §\n', '--- Adds.', '--- Adds.'],
  ['a.ts', 'const a = 1; // §\n', '// note', 'const a = 1; // note'],
  ['a.ts', 'const a = { ..§ };\n', '.b', 'const a = { ...b };'],
  ['a.md', '1. §\n', '1.5 is a number', '1. 1.5 is a number'],
]);
