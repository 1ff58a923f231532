import { testReports } from './report.ts';

const DESCRIBE = "import { Queue } from '../src/queue';\n\ndescribe('Queue', () => {§});\n";
const MERGE = 'export function mergeSorted(§)\n\nexport const EMPTY: number[] = [];\n';
const VUE = '<template>\n  <ul>\n    <li v-for="row in rows" :key="§">{{ row.title }}</li>\n  </ul>\n</template>\n';
const BADGE = 'export const Row = ({ name, count }) => (\n  <li>\n    {name}\n    <Badge §/>\n  </li>\n);\n';

testReports('what the editor closed is joined', [
  // 01: a quote and a parenthesis
  ['a.c', 'void f(int a, int b) {\n  printf("§");\n}\n', '%d of %d\\n", a, b);', '  printf("%d of %d\\n", a, b);'],
  ['a.c', 'void f(int a, int b) {\n  printf("§");\n}\n', '%d of %d\\n', '  printf("%d of %d\\n");'],
  ['a.c', 'void f(int a, int b) {\n  printf("§");\n}\n', '%s\\n", name(a));', '  printf("%s\\n", name(a));'],
  ['a.py', 'log.info("§")\n', 'read %s", path)', 'log.info("read %s", path)'],
  ['a.py', "open('§')\n", "data.txt', 'rb') as f:", "open('data.txt', 'rb')"],
  ['a.js', 'fetch(`§`);\n', 'users`, { signal });', 'fetch(`users`, { signal });'],
  ['a.rs', 'fn f() {\n    println!("§");\n}\n', '{} {}", a, b);', '    println!("{} {}", a, b);'],
  ['a.go', 'func f() {\n\tfmt.Println("§")\n}\n', 'a", b)', '\tfmt.Println("a", b)'],
  ['a.js', 'el.on("§", );\n', 'click', 'el.on("click", );'],
  ['a.ts', 'foo([§]);\n', 'a, b], { c });', 'foo([a, b], { c });'],
  ['a.ts', 'items.map((x) => f(§));\n', 'x)).filter(Boolean);', 'items.map((x) => f(x)).filter(Boolean);'],
  ['a.ts', 'if (§) {\n  b();\n}\n', 'a) || b', 'if (a) {'],
  // 04: a block before what closes it on the same line
  [
    'queue.test.ts',
    DESCRIBE,
    "\n  it('is empty', () => {\n    expect(new Queue().size).toBe(0);\n  });\n});",
    "describe('Queue', () => {\n  it('is empty', () => {\n    expect(new Queue().size).toBe(0);\n  });\n});",
  ],
  [
    'queue.test.ts',
    DESCRIBE,
    '\n  const queue = new Queue();\n',
    "describe('Queue', () => {\n  const queue = new Queue();\n});",
  ],
  [
    'a.js',
    'app.get("/", (req, res) => {§})\n',
    '\n  res.send("ok");\n});',
    'app.get("/", (req, res) => {\n  res.send("ok");\n});',
  ],
  // 05: brackets that nobody closes
  [
    'sort.ts',
    MERGE,
    'left: number[], right: number[]): number[] {',
    'export function mergeSorted(left: number[], right: number[]): number[]',
  ],
  [
    'sort.ts',
    MERGE,
    'left: number[], right: number[])',
    'export function mergeSorted(left: number[], right: number[])',
  ],
  ['a.py', 'def area(§)\n\nx = 1\n', 'width, height):', 'def area(width, height):'],
  ['a.js', 'const f = (§)\n\nlet b;\n', 'a, b) => {', 'const f = (a, b)'],
  ['a.js', 'if (§)\n  b();\n}\n', 'a) {', 'if (a) {'],
  // 09, 11: tags
  ['App.jsx', BADGE, 'count={count} />', '    <Badge count={count} />'],
  ['App.jsx', BADGE, 'count={count}/>', '    <Badge count={count}/>'],
  ['App.jsx', BADGE, 'count={count}', '    <Badge count={count}/>'],
  ['App.tsx', 'const a = <Badge name="§" />;\n', 'x" count={2} />;', 'const a = <Badge name="x" count={2} />;'],
  ['index.html', '<ul>\n  <li>§</li>\n</ul>\n', 'One</li>', '  <li>One</li>'],
  ['index.html', '<ul>\n  <li>§</li>\n</ul>\n', '<a href="#">One</a></li>', '  <li><a href="#">One</a></li>'],
  ['index.html', '<a href="§"></a>\n', '/home">Home</a>', '<a href="/home">Home</a>'],
  ['List.vue', VUE, 'row.id', '    <li v-for="row in rows" :key="row.id">{{ row.title }}</li>'],
  ['List.vue', VUE, 'row.id">', '    <li v-for="row in rows" :key="row.id">{{ row.title }}</li>'],
  ['List.vue', VUE, 'row.id">{{ row.title }}</li>', '    <li v-for="row in rows" :key="row.id">{{ row.title }}</li>'],
  ['a.vue', '<p>{{§}}</p>\n', ' name }}</p>', '<p>{{ name }}</p>'],
  ['a.svelte', '<input value={§} />\n', 'name} />', '<input value={name} />'],
  // Comments and other marks
  ['a.ts', '/** § */\nlet a;\n', 'Adds. */', '/** Adds. */'],
  ['a.html', '<!-- § -->\n', 'nav -->', '<!-- nav -->'],
  ['a.py', 'def f():\n    """§"""\n', 'Adds."""', '    """Adds."""'],
  ['a.py', 'def f():\n    """§"""\n', 'Adds."""\n    return 1', '    """Adds."""'],
]);

testReports('what stands before other text is not said twice', [
  [
    'page.ts',
    'const pages = §; // at least one\n',
    'Math.ceil(rows.length / size);',
    'const pages = Math.ceil(rows.length / size); // at least one',
  ],
  ['page.ts', 'const pages = §; // at least one\n', 'a; // at least one', 'const pages = a; // at least one'],
  ['a.ts', 'foo(§); // note\n', 'a, b);', 'foo(a, b); // note'],
  ['a.ts', 'const a = {\n  b: §, // note\n};\n', 'c,', '  b: c, // note'],
  ['a.py', 'f(§)  # note\n', 'a, b)', 'f(a, b)  # note'],
  ['a.c', 'int a = §; /* note */\n', 'b(1);', 'int a = b(1); /* note */'],
  ['a.sql', 'select f(§), -- note\n', 'a),', 'select f(a), -- note'],
  ['a.c', 'printf("§"); // note\n', 'a %d", b);', 'printf("a %d", b); // note'],
  ['a.ts', 'const a = f(§) + 1;\n', 'g(b)', 'const a = f(g(b)) + 1;'],
  ['a.ts', 'const a = f(§) + 1;\n', 'b)', 'const a = f(b) + 1;'],
  ['a.ts', 'f(§"x");\n', '"a", ', 'f("a", "x");'],
  ['a.rs', 'let a = §; // note\n', 'b.len();', 'let a = b.len(); // note'],
]);

testReports('an expression before what ends it is whole', [
  // 32
  [
    'label.ts',
    'export const label = (count: number) =>\n  count === 0\n    ? "none"\n    : §;\n',
    'count === 1\n      ? "one"\n      : "many";',
    null,
  ],
  [
    'label.ts',
    'export const label = (count: number) =>\n  count === 0\n    ? "none"\n    : §;\n',
    'count === 1 ? "one" : "many";',
    '    : count === 1 ? "one" : "many";',
  ],
  ['a.ts', 'const a = §;\n', 'b\n  .c();', null],
  ['a.ts', 'const a = §;\n', 'b +\n  c;', null],
  ['a.ts', 'const a = §;\n', 'await\n  c;', null],
  ['a.rs', 'fn f() {\n    let a = §;\n}\n', 'b()?;', '    let a = b()?;'],
  ['a.ts', 'f(§);\n', 'a &&', null],
  ['a.ts', 'f(§);\n', 'a,\n  b,\n);', 'f(a);'],
  ['a.sql', 'SELECT COUNT(§);\n', '*);', 'SELECT COUNT(*);'],
  ['a.ts', 'let i = 0; g(§);\n', 'i++);', 'let i = 0; g(i++);'],
]);

testReports('the end of an element that is on a line below is not said again', [
  ['A.tsx', 'return (\n  <p>§\n  </p>\n);\n', 'Hello</p>', '  <p>Hello'],
  ['index.html', '<p>\n  §\n</p>\n', 'Hello</p>', '  Hello'],
  ['index.html', '<div>\n  §\n</div>\n', '<p>Hello</p></div>', '  <p>Hello</p>'],
  ['index.html', '<ul>\n  <li>§</li>\n</ul>\n', 'a</li></ul>', '  <li>a</li>'],
  // One of another element is.
  ['index.html', '<div>\n  <div>§\n</div>\n', 'Hello</div>', '  <div>Hello</div>'],
  ['index.html', '<ul>\n  <li>§\n</ul>\n', 'a</li>', '  <li>a</li>'],
]);

testReports('what comes behind the closers is shown, where nothing is missing before them', [
  ['a.ts', 'import { usedOf §}\n', "} from './use.ts';", "import { usedOf } from './use.ts';"],
  ['a.ts', 'import { usedOf§}\n', " } from './use.ts';", "import { usedOf } from './use.ts';"],
  ['a.ts', 'xs.filter((x§))\n', ') => x > 1);', 'xs.filter((x) => x > 1)'],
  ['a.py', 'def f(a§)\n', ') -> int:', 'def f(a) -> int:'],
  ['a.ts', 'const xs: A[§]\n', '] = [];', 'const xs: A[] = [];'],
  ['a.ts', 'f(a§)\n', ');', null],
  ['a.ts', 'p.then((r§))\n', ') => {\n  f(r);\n});', null],
  ['a.json', '{\n  "a": "b§"\n}\n', '",\n  "c": 1', null],
]);

testReports('a comma behind what closes the same stays', [
  ['a.ts', '  f: () => g(§)\n', 'a),', '  f: () => g(a),'],
  ['a.ts', 'const a = [\n  [1, §]\n];\n', '2],', '  [1, 2],'],
  ['a.ts', 'f(§);\n', 'a),', 'f(a);'],
  ['a.ts', 'f(§)\n', 'a, b, {\n  c,\n});', 'f(a, b)'],
]);

testReports('what a tag has in it ends no tag', [
  [
    'A.tsx',
    '<button §></button>\n',
    'disabled={a > b} onClick={() => go()}>Go</button>',
    '<button disabled={a > b} onClick={() => go()}>Go</button>',
  ],
  ['a.html', '<input §>\n', 'value="a > b" name="x">', '<input value="a > b" name="x">'],
  ['a.html', '<div data-a="§"></div>\n', 'x"><span>it\'s</span></div>', '<div data-a="x"><span>it\'s</span></div>'],
  ['A.tsx', '<>§</>\n', '<Header /><Main /></>', '<><Header /><Main /></>'],
  ['A.tsx', '<>§</>\n', '{children}</>\n  );', '<>{children}</>'],
  ['Makefile', 'SRC := $(§)\n', 'wildcard src/*.c)', 'SRC := $(wildcard src/*.c)'],
]);
