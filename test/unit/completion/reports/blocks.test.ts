import { testReports } from './report.ts';

testReports('a block goes between the braces of a body, whatever comes behind them', [
  [
    'a.ts',
    'useEffect(() => {§}, []);\n',
    '\n  fetchUsers().then(setUsers);\n}, []);',
    'useEffect(() => {\n  fetchUsers().then(setUsers);\n}, []);',
  ],
  ['a.ts', 'useEffect(() => {§}, [a]);\n', '\n  f();\n}, []);', 'useEffect(() => {\n  f();\n}, [a]);'],
  ['a.ts', 'setTimeout(() => {§}, 100);\n', '\n  done();\n', 'setTimeout(() => {\n  done();\n}, 100);'],
  ['a.js', '(async () => {§})();\n', '\n  await run();\n})();', '(async () => {\n  await run();\n})();'],
  [
    'a.go',
    'func f() {\n\tgo func() {§}()\n}\n',
    '\n\t\tdefer wg.Done()\n\t\twork()\n\t}()',
    '\tgo func() {\n\t\tdefer wg.Done()\n\t\twork()\n\t}()',
  ],
  [
    'a.ts',
    'const x = xs.map((x) => {§}).filter(Boolean);\n',
    '\n  return x.id;\n}).filter(Boolean);',
    'const x = xs.map((x) => {\n  return x.id;\n}).filter(Boolean);',
  ],
]);

testReports('the word that ends a block is part of it', [
  ['a.lua', 'if x > 0 then\n  §\n', 'print(x)\nend', '  print(x)\nend'],
  ['a.lua', 'if x > 0 then\n  §\n', 'print(x)\nelse\n  f()\nend\n\ng()', '  print(x)\nelse\n  f()\nend'],
  ['a.lua', 'for i = 1, 3 do\n  §\nend\n', 'print(i)\nend', '  print(i)'],
  ['a.ex', 'defmodule A do\n  def add(a, b) do\n    §\nend\n', 'a + b\n  end', '    a + b\n  end'],
  ['a.sh', 'for f in *; do\n  §\n', 'echo "$f"\ndone\n\necho ok', '  echo "$f"\ndone'],
]);

testReports('a colon begins no block in prose', [
  ['a.md', 'Install:\n\n§\n', '```sh\nnpm i\n```', '```sh'],
  ['a.md', 'Steps:\n\n§\n', '- one\n- two', '- one'],
  ['notes.txt', 'To do:\n§\n', 'buy milk', 'buy milk'],
  ['a.md', '```python\ndef f():\n§\n```\n', 'return 1', '  return 1'],
]);

testReports('what is less deep than the cursor does not become as deep', [
  ['a.py', 'def f():\n    g()\n    §\n', '\ndef h():\n    pass', null],
  ['a.py', 'def f():\n    g()\n    §\n', '\n    h()', '    h()'],
]);

testReports('names are no words of a block', [
  ['a.rs', 'fn f(x: i32) -> Result<()> {\n    let y = x;\n    §\n}\n', 'ensure!(y > 0);', '    ensure!(y > 0);'],
  ['a.ts', 'function f(x) {\n  const y = g(x);\n  §\n}\n', 'ensure(y > 0);', '  ensure(y > 0);'],
  ['a.rb', 'def f\n  begin\n    g\n    §\n  end\nend\n', 'ensure\n    h', null],
  ['a.py', 'def f(a):\n    start = 1\n§\n    return a[start:end]\n', 'end = start + 1', '    end = start + 1'],
  ['a.py', 'while not ok:\n    step()\n§\n    more()\n', 'done = check()', '    done = check()'],
  [
    'A.java',
    'void f() {\n    setUp();\n§\n    run();\n}\n',
    'when(a.get()).thenReturn(1);',
    '    when(a.get()).thenReturn(1);',
  ],
]);

testReports('spaces stand for as many levels as the first line begins', [
  ['a.py', 'def f(xs):\n\tfor x in xs:\n\t\t§\n', 'if x:\n            print(x)', '\t\tif x:\n\t\t\tprint(x)'],
  ['a.py', 'def f(xs):\n\tfor x in xs:\n\t\t§\n', 'if x:\n        print(x)', '\t\tif x:\n\t\t\tprint(x)'],
]);

testReports('lines below a whole one are as deep as it', [
  ['Makefile', 'build:\n\tgo build§\n\ntest:\n', '\n    go vet', '\tgo build\n\tgo vet', { afterAccept: true }],
]);

testReports('a body on the line may have others behind it', [
  ['a.ts', 'if (a) {§} else {\n  c();\n}\n', '\n  b();\n}', 'if (a) {\n  b();\n} else {'],
  // Values in braces are none.
  ['a.py', 'print(f"f(x) {§} and {b}")\n', 'name', 'print(f"f(x) {name} and {b}")'],
  ['a.svelte', '<p>Hello {§}, welcome to {b}</p>\n', 'name', '<p>Hello {name}, welcome to {b}</p>'],
]);
