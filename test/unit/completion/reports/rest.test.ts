import { testReports } from './report.ts';

testReports('what other text of the line says is said once', [
  ['a.js', "s.replace(/§/, '')\n", "\\s+/g, '')", "s.replace(/\\s+/g, '')"],
  ['a.js', 'const r = /§/;\n', '^[a-z]+$/i;', 'const r = /^[a-z]+$/i;'],
  ['a.js', 'if (/§/.test(s)) {\n}\n', '^a/.test(s)) {', 'if (/^a/.test(s)) {'],
  ['a.rb', 'validates :a, format: { with: /§/ }\n', '\\A\\d+\\z/ }', 'validates :a, format: { with: /\\A\\d+\\z/ }'],
  ['a.rs', 'fn f() {\n    xs.iter().map(|§|)\n}\n', 'x| x + 1)', '    xs.iter().map(|x| x + 1)'],
  ['a.md', '**§**\n', 'Note**: read it', '**Note**: read it'],
  ['a.ts', 'return §.map((x) => x.id)\n', 'items.map((x) => x.id);', 'return items.map((x) => x.id);'],
  ['a.sh', "grep '§' a.txt\n", "foo' a.txt | wc -l", "grep 'foo' a.txt | wc -l"],
  ['a.ts', 'log(`§`, x);\n', 'a b`, x);', 'log(`a b`, x);'],
]);

testReports('what the line ends with is a whole', [
  ['a.php', '<?php\nuse org\\§\\vfsStream;\n', 'bovigo\\vfs', 'use org\\bovigo\\vfs\\vfsStream;'],
  ['a.c', 'void f() {\n  §;\n}\n', 'a();\n}', '  a();'],
]);

testReports('what is there already stays, where the text has other words for it', [
  ['a.ts', 'function §(a) {\n}\n', 'add(x) {', 'function add(a) {'],
  ['a.ts', 'const a = { §: 1 };\n', 'b: 2 };', 'const a = { b: 1 };'],
  ['a.ts', 'const x = y.§(a);\n', 'map(b);', 'const x = y.map(a);'],
  [
    'a.ts',
    'const [§] = useState<string>("");\n',
    'a, setA] = useState("");',
    'const [a, setA] = useState<string>("");',
  ],
  ['a.py', 'x = d.get("§", None)\n', 'name", "")', 'x = d.get("name", None)'],
  [
    'a.ts',
    'expect(screen.getByText("§")).toBeTruthy();\n',
    'Save")).toBeVisible();',
    'expect(screen.getByText("Save")).toBeTruthy();',
  ],
  ['a.ts', 'const x = §y + 1;\n', 'z + y + 1;', 'const x = z + y + 1;'],
  ['a.c', 'switch (a) {\n  case §: // c\n}\n', 'A:', '  case A: // c'],
  ['a.rs', 'let x: Vec<§> = Vec::new();\n', 'String> = vec![];', 'let x: Vec<String> = Vec::new();'],
  ['a.java', 'Map<String, §> m;\n', 'List<String>> m = new HashMap<>();', 'Map<String, List<String>> m;'],
  ['a.sql', 'select § from users;\n', 'id, name FROM users;', 'select id, name from users;'],
  ['a.c', 'for (int i = 0; §; i++) {\n}\n', 'i < n; i++) {', 'for (int i = 0; i < n; i++) {'],
  ['a.ts', 'class A extends § {\n}\n', 'B {', 'class A extends B {'],
]);

testReports('a result stands between arguments and body', [
  ['a.py', 'def f(§):\n    pass\n', 'a: int) -> int:', 'def f(a: int) -> int:'],
  ['a.ts', 'function f(§) {\n}\n', 'a: number): number {', 'function f(a: number): number {'],
  ['a.rs', 'fn f(§) {\n}\n', 'a: u8) -> u8 {', 'fn f(a: u8) -> u8 {'],
  ['a.kt', 'fun f(§) {\n}\n', 'a: Int): Int {', 'fun f(a: Int): Int {'],
  ['a.go', 'func f(§) {\n}\n', 'a int) (int, error) {', 'func f(a int) (int, error) {'],
  ['a.java', 'void f(§) {\n}\n', 'int a) throws IOException {', 'void f(int a) throws IOException {'],
  ['a.cpp', 'int f(§) {\n}\n', 'int a) const {', 'int f(int a) const {'],
  ['a.ts', 'while (§) {\n}\n', 'a && b) {\n  c();', 'while (a && b) {'],
]);

testReports('what is no bracket counts as none', [
  ['a.js', 'x.match(§);\n', '/\\(/);', 'x.match(/\\(/);'],
  ['a.js', 'x.split(§)\n', '/[()]/)', 'x.split(/[()]/)'],
  ['a.js', 'x.replace(§);\n', "/[)\\]}]+$/g, '');", "x.replace(/[)\\]}]+$/g, '');"],
  ['a.ts', 'x.replace(§);\n', '/\'/g, "\\\\\'");', 'x.replace(/\'/g, "\\\\\'");'],
  ['a.ts', 'const r = f(§);\n', '(a + b) / (c + d));', 'const r = f((a + b) / (c + d));'],
  ['a.py', 'f(re.compile(r"§"))\n', '^[)]+$"), x)', 'f(re.compile(r"^[)]+$"), x)'],
  ['a.ts', 'const re = new RegExp("§");\n', '^a(b|c)$", "i");', 'const re = new RegExp("^a(b|c)$", "i");'],
  ['a.ts', 'const t = "(§)";\n', 'a) b";', 'const t = "(a) b";'],
  ['a.cpp', 'int main() {\n  f(§);\n}\n', "1'000'000);", "  f(1'000'000);"],
  ['a.rs', 'fn f() {\n    g(§);\n}\n', 'r#"("#);', '    g(r#"("#);'],
  ['a.rs', 'fn f() {\n    g(§);\n}\n', "b'\"');", "    g(b'\"');"],
  ['a.hs', 'f x = g (§)\n', "x' + 1)", "f x = g (x' + 1)"],
  ['a.tsx', "const a = <p>Don't (§)</p>;\n", 'touch)</p>;', "const a = <p>Don't (touch)</p>;"],
  ['a.rs', 'fn f() {\n    println!("{§}", x);\n}\n', ':?}", x);', '    println!("{:?}", x);'],
  ['a.sh', 'for f in "§"; do\n', '$@"; do', 'for f in "$@"; do'],
]);

testReports('words of a text end as they like', [
  ['a.ts', '// Adds (as §\n', 'said) one.', '// Adds (as said) one.'],
  ['a.ts', '/**\n * Adds (as §\n */\n', 'said) one.', ' * Adds (as said) one.'],
  ['a.py', '# Adds (as §\n', 'said) one.', '# Adds (as said) one.'],
  ['a.py', 'f(\n    "a"\n    f"b {§\n', 'c!r}")', '    f"b {c!r}")'],
  ['a.ts', 'const x = "§";\n', 'Done.', 'const x = "Done.";'],
  ['a.ts', "f('§');\n", 'what it is', "f('what it is');"],
  ['a.html', '<p>§</p>\n', 'Who it is', '<p>Who it is</p>'],
  ['a.ts', '/** § */\nlet a;\n', 'Whether it is.', '/** Whether it is. */'],
  ['a.tsx', 'const a = <p>§</p>;\n', 'Loading...', 'const a = <p>Loading...</p>;'],
  ['a.py', 'def f():\n    """§"""\n    return 1\n', 'Adds.\n\n    Returns:\n        int\n    """', '    """Adds."""'],
]);

testReports('program text does not', [
  ['a.ts', 'f(§);\n', 'a?.', null],
  ['a.rs', 'fn f() {\n    f(§);\n}\n', 'A::', null],
  ['a.cpp', 'f(§);\n', 'a->', null],
  ['a.py', 'f(§)\n', 'a if b else', null],
  ['a.py', 'f(§)\n', 'lambda x:', null],
  ['a.ts', 'f(§);\n', '!', null],
]);

testReports('what is shown only in part is whole before what follows', [
  ['a.ts', 'const f = (a) => §;\n', '({ a', 'const f = (a) => ({ a });'],
  ['a.ts', 'throw §;\n', 'new Error("No', 'throw new Error;'],
  ['a.ts', 'f(§);\n', 'a, "b', 'f(a);'],
  ['a.ts', 'f(§);\n', '{ a: "b', null],
  ['a.ts', 'f("§");\n', 'a", "b', 'f("a");'],
  ['a.ts', 'f("§");\n', 'a (b', 'f("a (b");'],
  ['a.py', 'with open(§) as f:\n    pass\n', "path, 'r", 'with open(path) as f:'],
  ['a.tsx', '<h1>§</h1>\n', 'Hi, {name', '<h1>Hi, {name}</h1>'],
  ['a.tsx', '<div className="§">\n', 'row" id="x', '<div className="row">'],
  ['a.ts', 'function §(a) {\n}\n', 'add(x', 'function add(a) {'],
  ['a.ts', 'const x = y.§(a);\n', 'map(b', 'const x = y.map(a);'],
  ['a.js', 'query {\n  a(§)\n}\n', 'id: 1) { b', '  a(id: 1)'],
]);

testReports('what the text has more behind the closer stays, where it goes on like the line', [
  ['a.ts', 'const f = async (§) => {\n};\n', 'a: A): Promise<B> => {', 'const f = async (a: A): Promise<B> => {'],
  ['a.ts', 'const f = (a: §) => a;\n', 'number): number => a;', 'const f = (a: number): number => a;'],
  ['a.ts', 'it("§", () => {\n});\n', 'works", async () => {', 'it("works", async () => {'],
  ['a.tsx', '<A b="§" {...c} />\n', 'x" d="y" {...c} />', '<A b="x" d="y" {...c} />'],
  ['a.cpp', 'std::cout << "§" << std::endl;\n', 'a: " << a << std::endl;', 'std::cout << "a: " << a << std::endl;'],
  [
    'a.rs',
    'fn f() {\n    match x {\n        Some(§) => 1,\n    }\n}\n',
    'v) if v > 0 => 1,',
    '        Some(v) if v > 0 => 1,',
  ],
  // Not other words, nor what closes more.
  ['a.ts', 'xs.reduce((§) => a + b, 0);\n', 'a, b) => a * b, 1);', 'xs.reduce((a, b) => a + b, 0);'],
  ['a.ts', 'f(g("§", x), y);\n', 'a"), z', 'f(g("a", x), y);'],
  ['a.ts', 'f(["§", "b"]);\n', 'a"]);', 'f(["a", "b"]);'],
  ['a.py', 'print("§", end="")\n', 'hello")', 'print("hello", end="")'],
  ['a.rb', 'puts("#{§}")\n', 'a.b} and #{c}")', 'puts("#{a.b} and #{c}")'],
]);

testReports('what stands between closers is whole', [
  ['a.go', 'if f(§) {\n}\n', 'a) && g(b) {', 'if f(a) && g(b) {'],
  ['a.py', 'if a == "§":\n    pass\n', 'b" and c:', 'if a == "b" and c:'],
  [
    'a.css',
    '@media (§) {\n}\n',
    'min-width: 1px) and (max-width: 9px) {',
    '@media (min-width: 1px) and (max-width: 9px) {',
  ],
  ['a.java', 'String s = "§";\n', 'a" +\n        "b";', 'String s = "a";'],
  ['a.c', 'f("§");\n', 'a %d",\n    b);', 'f("a %d");'],
  ['a.go', 'return h.With(Int("p1", §))\n', '1)).', 'return h.With(Int("p1", 1)).'],
  ['a.py', 'x = ("§")\n', 'a",)', 'x = ("a",)'],
  ['a.ts', 'while (§) {\n}\n', 'a) return;', 'while (a) {'],
  ['a.cs', '/// <param name="§"></param>\n', 'a">The first.</param>', '/// <param name="a">The first.</param>'],
]);

testReports('an apostrophe ends no string that may have none', [
  ['a.ts', "f('§');\n", "don't", null],
  ['a.ts', "f('§', x);\n", "don't', y);", null],
  ['a.py', "x = d['§']\n", "a']['b']", "x = d['a']['b']"],
  ['a.sql', "WHERE a = '§';\n", "O''Brien';", "WHERE a = 'O''Brien';"],
]);

testReports('nothing is begun before other text that does not end it', [
  ['a.ts', 'x(§).y(z);\n', 'a, (b', 'x(a).y(z);'],
  ['a.ts', 'while (§) {}\n', 'a && (b', null],
  ['a.ts', 'foo(a)§.then(b);\n', '.catch(() => {', null],
  ['a.ts', 'promise.then(§).catch(log);\n', '(value) => {\n  use(value);\n}).catch(log);', null],
  ['a.py', 'for §in items:\n    pass\n', 'i, item in enumerate(items):', 'for i, item in items:'],
]);

testReports('what stands once in a statement is not said again', [
  ['a.py', 'from § import b\n', 'a.c import d', 'from a.c import b'],
  ['a.py', 'x, § = f()\n', 'y = g()', 'x, y = f()'],
  ['a.ts', 'import § from "a";\n', '{ b } from "c"', 'import { b } from "a";'],
  ['a.ts', 'for (const § of items) {\n}\n', '[a, b] of list', 'for (const [a, b] of items) {'],
  ['a.ts', 'const § = load()\n', '{ a = 1, b }', 'const { a = 1, b } = load()'],
]);

testReports('space at the end of all says nothing', [
  ['a.ts', 'const x = compute(a, b§, c);\n', ', c);  ', null],
  ['a.py', 'def f():\n    """§"""\n', 'Return one.  ', '    """Return one."""'],
]);
