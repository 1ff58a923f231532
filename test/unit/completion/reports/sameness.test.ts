import { testReports } from './report.ts';

const CART =
  'export function checkout(cart: Cart, user: User) {\n  const items = cart.items.filter((item) => item.count > 0);\n  §\n  const total = sum(items);\n  const tax = total * user.taxRate;\n  return submit(user, total + tax);\n}\n';
const MASKS =
  'const base = 0x4000;\nexport const mask1 = readRegister(base, 0x10, 32);\nexport const mask2 = readRegister(base, 0x14, 32);\nexport const §\nexport const mask4 = readRegister(base, 0x1c, 32);\nexport const mask5 = readRegister(base, 0x20, 32);\n';
const RETRY =
  'export async function retry<T>(run: () => Promise<T>, times: number): Promise<T> {\n  // §\n  for (let i = 0; ; i++) {\n    await run();\n  }\n}\n';
const VIEWS = 'class Views:\n    @§\n    def titles(self):\n        return sorted(self.pages)\n';
const README = '# Use\n\n```ts\nimport { open } from "kv";\n\nconst store = open("data.kv");\n§```\n\nThat is all.\n';

testReports('what is below already is not said again', [
  // 03
  ['cart.ts', CART, 'const total = sum(items);', null],
  ['cart.ts', CART, 'const  total=sum( items );', null],
  [
    'cart.ts',
    CART,
    'const total = sum(items);\n  const tax = total * user.taxRate;\n  return submit(user, total + tax);',
    null,
  ],
  ['cart.ts', CART, 'const tax = total * user.taxRate;', null],
  ['cart.ts', CART, 'const count = items.length;', '  const count = items.length;'],
  ['a.ts', 'f() {\n  §\n  a(b);\n}\n', 'c(d);\n  a(b);', '  c(d);'],
  ['a.py', 'def f():\n    §\n    return total\n', 'return total', null],
  // 22
  ['a.ts', 'const total = §\n', 'const total = sum(items);', 'const total = sum(items);'],
  ['a.py', '    for item in §\n', 'for item in items:', '    for item in items:'],
  ['a.ts', 'return await §\n', 'return await load();', 'return await load();'],
  ['a.ts', 'x = [\n  null, §\n];\n', 'null, null, 1,', '  null, null, null, 1,'],
  // 31
  ['views.py', VIEWS, 'property\n    def titles(self):', '    @property'],
  ['views.py', VIEWS, 'lru_cache', '    @lru_cache'],
  [
    'a.java',
    'class A {\n    @§\n    public String toString() {\n',
    'Override\n    public String toString() {',
    '    @Override',
  ],
]);

testReports('rows that are alike on purpose are wanted', [
  // 36
  [
    'registers.ts',
    MASKS,
    'mask3 = readRegister(base, 0x18, 32);',
    'export const mask3 = readRegister(base, 0x18, 32);',
  ],
  ['a.ts', 'const zero = [\n  [0, 0, 0],\n  §\n  [0, 0, 0],\n];\n', '[0, 0, 0],', '  [0, 0, 0],'],
  ['a.ts', 'const none = [\n  null,\n  null,\n  §\n];\n', 'null,', '  null,'],
  ['a.c', 'int m[3][3] = {\n    {1, 0, 0},\n    {0, 1, 0},\n    §\n};\n', '{0, 0, 1},', '    {0, 0, 1},'],
  [
    'a.py',
    'PINS = {\n    "left_front": gpio.PIN_A,\n    §\n    "left_rear": gpio.PIN_A,\n    "left_tear": gpio.PIN_A,\n}\n',
    '"left_gear": gpio.PIN_A,',
    '    "left_gear": gpio.PIN_A,',
  ],
  ['a.css', '.a {\n  margin-left: 4px;\n  §\n  margin-left: 8px;\n}\n', 'margin-left: 6px;', '  margin-left: 6px;'],
  [
    'a.go',
    'var sizes = []f{\n\tsmallObjectOfSixteen,\n\tsmallObject§\n\tsmallObjectOfSixteen,\n\tsmallObjectOfSixteen,\n}\n',
    'OfSixteen,',
    '\tsmallObjectOfSixteen,',
  ],
  ['a.c', 'uint64_t mask = §\n', '0xffffffffffffffffULL;', 'uint64_t mask = 0xffffffffffffffffULL;'],
  // And a loop is none.
  ['a.ts', 'f() {\n  §\n}\n', 'a();\n  a();\n  a();\n  a();', '  a();'],
]);

testReports('a comment is one line, and no code', [
  // 28
  ['retry.ts', RETRY, 'Try again until it works.', '  // Try again until it works.'],
  ['retry.ts', RETRY, 'Try again.\n  // And again.', '  // Try again.'],
  ['retry.ts', RETRY, 'for (let i = 0; ; i++) {', null],
  ['a.py', 'def f():\n    # §\n    return 1\n', 'return 1', null],
  ['a.py', 'def f():\n    # §\n    return 1\n', 'One.', '    # One.', { afterAccept: true }],
  ['a.py', 'def f():\n    # §\n    return 1\n', 'One.\n    # Two.', '    # One.', { afterAccept: true }],
]);

testReports('marks of models are no text', [
  // 23, 25
  ['util.js', 'function f() {\n  return §\n}\n', 'Math.min(a, b);<|im_end|>', '  return Math.min(a, b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'Math.min(a, b);</code>', '  return Math.min(a, b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'Math.min(a, b);</fim_middle>', '  return Math.min(a, b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'Math.min(a, b);<end_of_turn>', '  return Math.min(a, b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'Math.min(a, b);</s>', '  return Math.min(a, b);'],
  ['a.html', '<p><code>§\n', 'a</code></p>', '<p><code>a</code></p>'],
  ['lib.rs', 'fn f() {\n    §\n}\n', 'NO_EDITS', null],
  ['lib.rs', 'fn f() {\n    §\n}\n', 'KEEP_PREVIOUS', null],
  ['lib.rs', 'fn f() {\n    §\n}\n', '<|marker_1|>', null],
  ['lib.rs', 'fn f() {\n    §\n}\n', 'g();\n>>>>>>> UPDATED', '    g();'],
  ['lib.rs', 'fn f() {\n    §\n}\n', 'g();\n    <|user_cursor|>', '    g();'],
  ['lib.rs', 'fn f() {\n    §\n}\n', 'g();<[end▁of▁sentence]>', '    g();'],
]);

testReports('marks of other families are none either', [
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);<｜end▁of▁sentence｜>', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);<EOT>', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);<|file_separator|>', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);<|im_start|>assistant', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);\n<<<<<<< CURRENT', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);[end of text]', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);<eos>', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);<filename>a.js', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);<jupyter_text>', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);<empty_output>', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);<fim_end>', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);<|fim▁hole|>', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);<CURSOR>', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);\n```', '  return a(b);'],
  ['a.js', 'const usage = §\n', '"cat <filename>";', 'const usage = "cat <filename>";'],
  ['a.py', 'eos = §\n', '"<eos>"', 'eos = "<eos>"'],
  ['util.js', 'function f() {\n  §\n}\n', 'Here is the code:\n```js\nreturn a;\n```', null],
  ['util.js', 'function f() {\n  §\n}\n', 'Sure! Here is the completed code:', null],
  ['util.js', 'function f() {\n  return §\n}\n', '```js\na(b);\n```', null],
  ['a.md', 'Ask: §\n', 'Here is the answer.', 'Ask: Here is the answer.'],
]);

testReports('places of their own kind', [
  // 21, 27, 34, 40
  ['load.py', 'impo§rt pandas as pd\n', 'rt os', null],
  ['a.ts', 'const na§me = 1;\n', 'me = 2', null],
  ['README.md', README, 'store.set("a", 1);', 'store.set("a", 1);\n```'],
  ['README.md', README, 'store.set("a", 1);\n```', 'store.set("a", 1);\n```'],
  ['README.md', '```sh\nnpm i\n§\n```\n\nDone.\n', 'npm test\n```', 'npm test'],
  [
    'longest.rs',
    "struct Pair<'a> { left: &'a str, right: &'a str }\n\nimpl<'a> Pair<'a> {\n    fn longest(&self) -> &'a str {\n        §\n    }\n}\n",
    'if self.left.len() > self.right.len() {\n            self.left\n        } else {\n            self.right\n        }\n    }\n}',
    '        if self.left.len() > self.right.len() {\n            self.left\n        } else {\n            self.right\n        }',
  ],
  ['a.rs', "fn f<'a>(x: &'a str) {\n    g(§)\n}\n", "x, '(')", "    g(x, '(')"],
  ['icons.ts', 'const icons = {\n  ok: "✅",\n  error: "§",\n};\n', '❌",', '  error: "❌",'],
  ['icons.ts', 'const icons = {\n  ok: "✅",\n  error: "§",\n};\n', '❌', '  error: "❌",'],
  ['icons.ts', 'const icons = {\n  ok: "✅",\n  error: "§",\n};\n', '👩\u200d', '  error: "👩",'],
]);

testReports('another part of the file may say the same', [
  ['k.yaml', 'apiVersion: v1\nkind: Service\n---\n§\n', 'apiVersion: v1', 'apiVersion: v1'],
  ['k.yaml', '§\n---\napiVersion: apps/v1\nkind: Deployment\n', 'apiVersion: apps/v1', 'apiVersion: apps/v1'],
  ['a.ini', '[a]\nx: 1\n\n[b]\n§\n', 'x: 1', 'x: 1'],
  ['a.http', 'GET /a\nAccept: text/html\n\n###\n\nGET /b\n§\n', 'Accept: text/html', 'Accept: text/html'],
  ['k.yaml', '---\napiVersion: v1\n§\n', 'apiVersion: v1', null],
]);

testReports('what is short may be whole', [
  ['a.ts', 'const xs: string[] = §\n', '[];', 'const xs: string[] = [];'],
  ['a.py', 'x = §\n', '{}', 'x = {}'],
  ['a.py', 'def f(a=§):\n', '()', 'def f(a=()):'],
  ['a.ts', 'this.load§\n', '();', 'this.load();'],
  ['a.ts', 'for (let i = 0; i < n; i§) {\n}\n', '++', 'for (let i = 0; i < n; i++) {'],
  ['a.ts', 'split(a, §)\n', '"/")', 'split(a, "/")'],
  ['a.go', 'for §, x := range xs {\n}\n', '_', 'for _, x := range xs {'],
  ['a.ts', 'f();\n§\n', '{}', null],
]);

testReports('a list of equal elements is no loop, where it ends by itself', [
  ['a.py', 'f("VALUES (§)", row)\n', '%s, %s, %s, %s', 'f("VALUES (%s, %s, %s, %s)", row)'],
  ['a.css', '.a {\n  columns: §;\n}\n', '1fr 1fr 1fr 1fr', '  columns: 1fr 1fr 1fr 1fr;'],
  ['a.py', 'def f() -> Tuple[§]:\n', 'int, int, int, int', 'def f() -> Tuple[int, int, int, int]:'],
  ['a.html', '<p>a §</p>\n', '&nbsp;&nbsp;&nbsp;&nbsp;', '<p>a &nbsp;&nbsp;&nbsp;&nbsp;</p>'],
  ['a.py', 'R = Path(a)§\n', '.parent.parent.parent.parent', 'R = Path(a).parent.parent.parent.parent'],
  ['a.html', '<tr>\n  §\n</tr>\n', '<td></td><td></td><td></td><td></td>', '  <td></td><td></td><td></td><td></td>'],
  ['a.md', '| A | B | C | D |\n| - | - | - | - |\n| §\n', 'y | y | y | y |', '| y | y | y | y |'],
  ['a.ts', 'const x = §\n', 'foo(foo(foo(foo(foo(foo(foo(foo(', null],
]);

testReports('more marks of models are no text', [
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);<0x0A>', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);<pad><pad>', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);<unk>', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);<extra_id_0>', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);[/CODE]', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);<MIDDLE>', '  return a(b);'],
  ['util.js', 'function f() {\n  return §\n}\n', 'a(b);</completion>', '  return a(b);'],
  ['a.py', 'SPECIAL = [§]\n', '"<pad>", "<unk>"]', 'SPECIAL = ["<pad>", "<unk>"]'],
]);

testReports('a word of a command may have no letter', [
  ['Dockerfile', 'COPY . §\n', '.', 'COPY . .'],
  ['Dockerfile', 'COPY package.json §\n', './\nRUN npm ci', 'COPY package.json ./'],
  ['a.sh', 'cd §\n', '..', 'cd ..'],
  ['a.sh', 'exit §\n', '$?', 'exit $?'],
  ['a.sql', 'SELECT §\n', '*\nFROM users', 'SELECT *'],
  ['a.py', 'from . import §\n', '*', 'from . import *'],
  ['a.ts', 'const a = §\n', '.', null],
]);
