import { testReports } from './report.ts';

testReports('a case is as deep as the one before it', [
  ['a.py', 'match x:\n    case 1:\n        return 1\n        §\n', 'case 2:', null],
  ['a.go', 'switch x {\ncase 1:\n\tf()\n\t§\n}\n', 'default:', null],
  ['a.ts', 'switch (x) {\n  case 1:\n    f();\n    break;\n    §\n}\n', 'case 2:', null],
  ['a.rb', 'case x\nwhen 1\n  a\n  §\nend\n', 'when 2', null],
  ['a.ts', 'switch (x) {\n  case 1:\n  §\n}\n', 'case 2:', '  case 2:'],
  ['a.ts', 'switch (x) {\n  case 1:\n    switch (y) {\n      §\n    }\n}\n', 'case 2:', '      case 2:'],
  ['a.rb', 'case x\nwhen 1\n  a\n§\nend\n', 'when 2', 'when 2'],
  ['a.swift', 'enum A {\n    case a\n    §\n}\n', 'case b', '    case b'],
  ['a.scala', 'x match {\n  case A(y) => y match {\n    §\n  }\n}\n', 'case B(z) => z', '    case B(z) => z'],
]);

testReports('the other case is no clause of the line above', [
  ['A.kt', 'when (x) {\n    1 -> "a"\n    §\n}\n', 'else -> "b"', '    else -> "b"'],
  ['a.zig', 'switch (x) {\n    1 => a,\n    §\n}\n', 'else => b,', '    else => b,'],
  ['a.sql', 'SELECT\n  case\n    when a then b\n    §\n  end\nFROM t\n', 'else c', '    else c'],
  ['a.hs', 'f x = if x > 0\n  then 1\n  §\n', 'else 2', '  else 2'],
]);

const SELECT = 'select {\n\t\tcase x := <-c:\n\t\t\tg(x)\n\t\tcase <-d:\n\t\t\treturn\n\t\t}';
const SWITCH = 'switch (x) {\n    case 1:\n        g();\n        break;\n    default:\n        h();\n    }';

testReports('labels may be as deep as what they are in', [
  ['a.go', 'func f() {\n\tfor {\n\t\t§\n\t}\n}\n', SELECT, `\t\t${SELECT}`],
  ['a.c', 'void f(int x) {\n    §\n}\n', SWITCH, `    ${SWITCH}`],
  ['a.cpp', 'class A {\npublic:\n  A();\n§\n  int b;\n};\n', 'private:', 'private:'],
  ['a.cpp', 'class A {\npublic:\n§\n};\n', 'A();', '  A();'],
]);

testReports('lines of a block are as deep as those there', [
  ['a.cpp', 'namespace a {\n\nint f();\n\n§\n\n}  // namespace a\n', 'int g();', 'int g();'],
  ['a.lua', 'function f()\n§\nend\n', 'return 1', '  return 1'],
  [
    'a.py',
    'class A:\n    def f(self):\n        §\n',
    '# In turn:\n        a()\n        b()',
    '        # In turn:\n        a()\n        b()',
    { lines: 'many' },
  ],
]);

const SHELL = 'case "$1" in\n  start)\n    f\n    ;;\n  §\nesac\n';

testReports("what ends a pattern of a shell's case closes no bracket", [
  ['a.sh', SHELL, 'stop)', '  stop)'],
  ['a.sh', SHELL, '*)', '  *)'],
  ['a.sh', SHELL, '-h|--help) g ;;', '  -h|--help) g ;;'],
  ['a.sh', 'case "$1" in\n  start)\n    §\n    ;;\nesac\n', 'f\n    ;;', '    f'],
  ['a.sh', 'echo §\n', 'foo)', 'echo foo'],
  ['a.sh', 'a=$(b §)\n', 'c)', 'a=$(b c)'],
]);
