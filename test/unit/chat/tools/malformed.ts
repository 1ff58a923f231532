/** Calls as models write them when they do it wrong, and what each comes to: the right call, or words to the model. */
import type { ParsedCall } from '../../../../src/chat/tools/tool.ts';

export interface Variant {
  what: string;
  text: string;
  /** What remains to be shown, without blanks around it; absent: nothing. */
  shown?: string;
  calls?: ParsedCall[];
  /** What the model is told. */
  problem?: RegExp;
}

const read = (args: Record<string, unknown> = { path: 'src/a.ts' }): ParsedCall => ({ name: 'read', arguments: args });
const search = (query: string): ParsedCall => ({ name: 'search', arguments: { query } });
const run = (command: string): ParsedCall => ({ name: 'run', arguments: { command } });
const BLOCKS = '<<<<<<< SEARCH\nconst a = "{";\n=======\nconst a = \'}\';\n>>>>>>> REPLACE';
const edit: ParsedCall = { name: 'edit', arguments: { path: 'src/a.ts', blocks: BLOCKS } };
const one = (what: string, text: string, call = read()): Variant => ({ what, text, calls: [call] });
const told = (what: string, text: string, problem: RegExp): Variant => ({ what, text, problem });

export const MALFORMED: Variant[] = [
  // Hermes and Qwen
  one('as it should be', '<tool_call>\n{"name": "read", "arguments": {"path": "src/a.ts"}}\n</tool_call>'),
  one('tag not closed', '<tool_call>\n{"name": "read", "arguments": {"path": "src/a.ts"}}'),
  one('closed by another opening tag', '<tool_call>{"name": "read", "arguments": {"path": "src/a.ts"}}<tool_call>'),
  one('single quotes', "<tool_call>{'name': 'read', 'arguments': {'path': 'src/a.ts'}}</tool_call>"),
  one('curly quotes', '<tool_call>{“name”: “read”, “arguments”: {“path”: “src/a.ts”}}</tool_call>'),
  one('trailing commas', '<tool_call>{"name": "read", "arguments": {"path": "src/a.ts",},}</tool_call>'),
  one('names without quotes', '<tool_call>{name: "read", arguments: {path: "src/a.ts"}}</tool_call>'),
  one('a bracket too few', '<tool_call>{"name": "read", "arguments": {"path": "src/a.ts"}</tool_call>'),
  one('a bracket too many', '<tool_call>{"name": "read", "arguments": {"path": "src/a.ts"}}}</tool_call>'),
  one('a comment in it', '<tool_call>{"name": "read", // the file\n"arguments": {"path": "src/a.ts"}}</tool_call>'),
  one('name in another case', '<tool_call>{"name": "Read", "arguments": {"path": "src/a.ts"}}</tool_call>'),
  one(
    'a name of another habit',
    '<tool_call>{"name": "read_file", "arguments": {"file_path": "src/a.ts"}}</tool_call>',
  ),
  one('a name with its module', '<tool_call>{"name": "functions.read", "arguments": {"path": "src/a.ts"}}</tool_call>'),
  one('keys in another case', '<tool_call>{"Name": "read", "Arguments": {"Path": "src/a.ts"}}</tool_call>'),
  one('parameters for arguments', '<tool_call>{"name": "read", "parameters": {"path": "src/a.ts"}}</tool_call>'),
  one('arguments as a string', '<tool_call>{"name": "read", "arguments": "{\\"path\\": \\"src/a.ts\\"}"}</tool_call>'),
  one(
    'all of it a string, twice encoded',
    `<tool_call>${JSON.stringify(JSON.stringify({ name: 'read', arguments: { path: 'src/a.ts' } }))}</tool_call>`,
  ),
  one('arguments beside the name', '<tool_call>{"name": "read", "path": "src/a.ts"}</tool_call>'),
  one('the name as the key', '<tool_call>{"read": {"path": "src/a.ts"}}</tool_call>'),
  one(
    'the only argument by itself',
    '<tool_call>{"name": "search", "arguments": "parseDate("}</tool_call>',
    search('parseDate('),
  ),
  one(
    'in the form of the HTTP API',
    '<tool_call>{"type": "function", "function": {"name": "read", "arguments": "{\\"path\\":\\"src/a.ts\\"}"}}</tool_call>',
  ),
  one('a list', '<tool_call>[{"name": "read", "arguments": {"path": "src/a.ts"}}]</tool_call>'),
  one('a fence inside', '<tool_call>\n```json\n{"name": "read", "arguments": {"path": "src/a.ts"}}\n```\n</tool_call>'),
  one('prose inside', '<tool_call>\nI will read it: {"name": "read", "arguments": {"path": "src/a.ts"}}\n</tool_call>'),
  one(
    'numbers as strings',
    '<tool_call>{"name": "read", "arguments": {"path": "src/a.ts", "start_line": "3", "end_line": "9"}}</tool_call>',
    read({ path: 'src/a.ts', from: 3, to: 9 }),
  ),
  one('the tag in another case', '<TOOL_CALL>{"name": "read", "arguments": {"path": "src/a.ts"}}</TOOL_CALL>'),
  {
    what: 'prose around it',
    text: 'Let me look.\n<tool_call>{"name": "read", "arguments": {"path": "src/a.ts"}}</tool_call>\nThen we will see.',
    shown: 'Let me look.\n\nThen we will see.',
    calls: [read()],
  },
  {
    what: 'two calls in one tag',
    text: '<tool_call>{"name": "read", "arguments": {"path": "src/a.ts"}}\n{"name": "search", "arguments": {"query": "x"}}</tool_call>',
    calls: [read(), search('x')],
  },
  {
    what: 'two tags, one in the other',
    text: '<tool_calls><tool_call>{"name": "read", "arguments": {"path": "src/a.ts"}}</tool_call><tool_call>{"name": "search", "arguments": {"query": "x"}}</tool_call></tool_calls>',
    calls: [read(), search('x')],
  },
  one(
    'a fence around the tag',
    '```xml\n<tool_call>{"name": "read", "arguments": {"path": "src/a.ts"}}</tool_call>\n```',
  ),
  told('cut off in a string', '<tool_call>{"name": "run", "arguments": {"command": "rm -rf /tmp/x', /cut off/),
  told('cut off in its marker', 'Now:\n<tool_cal', /cut off/),
  told('an empty tag', '<tool_call>\n</tool_call>', /could not be read/),
  told('prose only', '<tool_call>read the file src/a.ts</tool_call>', /could not be read/),
  told(
    'a tool that there is not',
    '<tool_call>{"name": "browse", "arguments": {"url": "x"}}</tool_call>',
    /no tool named "browse".*read, search, edit, run/,
  ),
  told('an argument too few', '<tool_call>{"name": "read", "arguments": {}}</tool_call>', /lacks path/),
  told(
    'an argument of another type',
    '<tool_call>{"name": "read", "arguments": {"path": ["a", "b"]}}</tool_call>',
    /path must be a text/,
  ),
  // Qwen3-Coder
  one('elements', '<tool_call>\n<function=read>\n<parameter=path>\nsrc/a.ts\n</parameter>\n</function>\n</tool_call>'),
  one(
    'elements without the tag',
    '<function=read>\n<parameter=path>\nsrc/a.ts\n</parameter>\n</function>\n</tool_call>',
  ),
  one(
    'an element that is not closed',
    '<tool_call>\n<function=read>\n<parameter=path>\nsrc/a.ts\n<parameter=from>\n3\n</function>\n</tool_call>',
    read({ path: 'src/a.ts', from: 3 }),
  ),
  one('elements named by attribute', '<invoke name="read">\n<parameter name="path">src/a.ts</parameter>\n</invoke>'),
  told('an element that is cut off', '<tool_call>\n<function=run>\n<parameter=command>\nrm -rf /tm', /cut off/),
  one('elements of the names themselves', '<read>\n<path>src/a.ts</path>\n</read>'),
  one('an element with attributes', '<read path="src/a.ts" from="2"/>', read({ path: 'src/a.ts', from: 2 })),
  // Others
  one('plain JSON', '{"name": "read", "parameters": {"path": "src/a.ts"}}'),
  one('JSON behind a control token', '<|python_tag|>{"name": "read", "parameters": {"path": "src/a.ts"}}'),
  one('JSON in a fence', '```json\n{"name": "read", "arguments": {"path": "src/a.ts"}}\n```'),
  one('Mistral', '[TOOL_CALLS][{"name": "read", "arguments": {"path": "src/a.ts"}}]'),
  one('Mistral, newer', '[TOOL_CALLS]read[ARGS]{"path": "src/a.ts"}'),
  one('the same without its control tokens', 'read[ARGS]{"path": "src/a.ts"}'),
  one('a call of Python', '[read(path="src/a.ts", from=3)]', read({ path: 'src/a.ts', from: 3 })),
  one('a call of Python in a fence', '```tool_code\nprint(read("src/a.ts"))\n```'),
  one('gpt-oss', '<|channel|>commentary to=functions.read <|constrain|>json<|message|>{"path": "src/a.ts"}<|call|>'),
  one(
    'DeepSeek',
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read\n```json\n{"path": "src/a.ts"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  ),
  one(
    'Kimi',
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.read:0<|tool_call_argument_begin|>{"path": "src/a.ts"}<|tool_call_end|>',
  ),
  one('thought and action', 'Action: read\nAction Input: {"path": "src/a.ts"}'),
  // Quire's own
  one('own form', '<<<call read>>>\npath: src/a.ts\nfrom: 3\n<<<end>>>', read({ path: 'src/a.ts', from: 3 })),
  one('own form, not closed', '<<<call read>>>\npath: src/a.ts\n'),
  one('own form, other brackets and case', '<<CALL Read>>\nPath = "src/a.ts"\n<<END>>'),
  one('own form on one line', '<<<call read>>> path: src/a.ts <<<end>>>'),
  one('own form with attributes', '<<<call read path="src/a.ts">>>\n<<<end>>>'),
  one('own form with JSON', '<<<call read>>>\n{"path": "src/a.ts"}\n<<<end>>>'),
  one('own form, code outside of JSON', `<<<call edit>>>\npath: src/a.ts\n${BLOCKS}\n<<<end>>>`, edit),
  one('own form, code in a fence', `<<<call edit>>>\npath: src/a.ts\n\`\`\`\n${BLOCKS}\n\`\`\`\n<<<end>>>`, edit),
  one('own form, a command', '<<<call run>>>\nnpm test -- --grep "a: b"\n<<<end>>>', run('npm test -- --grep "a: b"')),
  told('own form, cut off in the code', '<<<call edit>>>\npath: src/a.ts\n<<<<<<< SEARCH\nconst a', /cut off/),
  told('own form, no such tool', '<<<call fly>>>\n<<<end>>>', /no tool named "fly"/),
];

/** What looks like a call and is none: it stays as it is. */
export const INNOCENT: string[] = [
  'The model writes `<tool_call>` before a call.',
  '```json\n{"name": "bookshop", "version": "1.0.0"}\n```\nThat is the file.',
  '```html\n<search>\n<form></form>\n</search>\n```',
  'if (a < b && c <d) { return [1, 2]; }',
  '```ts\nread("x");\nconst call = {"name": "read", "arguments": {}};\n```\n\nand so on',
  'search for it, then run (or read) it\nread\nrun it',
  '- [ ] read\n- [x] search\n[link](http://x)\n',
  '{"colour": "red"} and {name} and ["a"]',
  '```\nplain\n```\n```\nanother\n```\n',
  'A list:\n\n{ "a": 1 }\n\n~~~\ncode\n~~~\nend `',
  'Tool: none is needed.\n\nAction: rest.',
  '<div>\n<b>x</b>\n</div>\n<reader>\n',
];
