import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NoFimTokensError } from '../../../src/completion/fimLayouts.ts';
import { buildPrompt, notesRoom, surroundingsOf } from '../../../src/completion/prompt.ts';
import type { CompletionRequest } from '../../../src/completion/request.ts';
import { budgetFor } from '../../../src/completion/window.ts';
import type { ModelInfo, SpecialToken } from '../../../src/engine/protocol/index.ts';
import { modelInfo } from './model.ts';

const ALL: SpecialToken[] = ['bos', 'fimPrefix', 'fimSuffix', 'fimMiddle', 'fimRepo', 'fimSeparator'];
const MARKS: Record<SpecialToken, string> = {
  bos: '<s>',
  fimPrefix: '<P>',
  fimSuffix: '<S>',
  fimMiddle: '<M>',
  fimRepo: '<R>',
  fimSeparator: '<F>',
};

function written(model: ModelInfo, request: CompletionRequest): string {
  const budget = budgetFor(model, 128, 'suffixFirst');
  return buildPrompt(model, request, surroundingsOf(request, budget), budget)
    .flatMap((segment) => {
      if ('turn' in segment) return segment.turn === 'user' ? `[${segment.system}]` : '[answer]';
      return 'special' in segment ? MARKS[segment.special] : segment.text;
    })
    .map((part) => (typeof part === 'string' ? part : `{${part.key} ${part.version} ${part.start}-${part.end}}`))
    .join('');
}

const CHATS = { generates: true, completes: true, chats: true, embeds: false };

const request: CompletionRequest = {
  path: 'src/a.ts',
  repository: 'demo',
  prefix: 'let a = ',
  suffix: '\nlet b;',
  others: [
    { path: 'src/near.ts', content: 'near' },
    { path: 'src/far.ts', content: 'far' },
  ],
};

const OTHERS = '<F>src/far.ts\nfar\n<F>src/near.ts\nnear\n<F>';
/** How each family is asked, by name and architecture; what its vocabulary is spelled like, and whether it chats. */
const LAYOUTS: [name: string, architecture: string, prompt: string, more?: Partial<ModelInfo>][] = [
  ['tiny-code-fim', 'llama', `<R>demo\n${OTHERS}src/a.ts\n<S>\nlet b;<P>let a = <M>`],
  ['Qwen2.5 Coder 1.5B', 'qwen2', `<R>demo\n${OTHERS}src/a.ts\n<P>let a = <S>\nlet b;<M>`],
  [
    'Qwen3-Coder-30B-A3B-Instruct',
    'qwen3moe',
    `[You are a code completion assistant.]<R>demo\n${OTHERS}src/a.ts\n<P>let a = <S>\nlet b;<M>[answer]`,
    { capabilities: CHATS },
  ],
  ['Qwen3 Coder without a template', 'qwen3', `<R>demo\n${OTHERS}src/a.ts\n<P>let a = <S>\nlet b;<M>`],
  ['starcoder2-3b', 'starcoder2', `<R>demo${OTHERS}<P>src/a.ts\nlet a = <S>\nlet b;<M>`],
  [
    'Codestral 22B v0.1',
    'llama',
    '<s><S>\nlet b;<P>+++++ src/far.ts\nfar\n\n+++++ src/near.ts\nnear\n\n+++++ src/a.ts\nlet a = ',
  ],
  ['Seed-Coder-8B-Base', 'llama', '<s><S>\nlet b;<P>let a = <M>', { fimMarkers: 'seed' }],
  ['Mellum-4b-base', 'llama', `<s>${OTHERS}src/a.ts\n<S>\nlet b;<P>let a = <M>`, { fimMarkers: 'starcoder' }],
  [
    'deepseek-coder-1.3b-base',
    'llama',
    '<s>#src/far.ts\nfar\n#src/near.ts\nnear\n<P>#src/a.ts\nlet a = <S>\nlet b;<M>',
  ],
  ['CodeLlama 7B', 'llama', '<s><P>let a = <S>\nlet b;<M>'],
  [
    'codegemma-2b',
    'gemma',
    '<s>src/far.ts\nfar\n<F>src/near.ts\nnear\n<F>src/a.ts\n<P>let a = <S>\nlet b;<M>',
    { fimMarkers: 'qwen' },
  ],
  ['granite-3b-code-base', 'llama', '<P>let a = <S>\nlet b;<M>', { fimMarkers: 'starcoder' }],
  ['granite-4.0-h-micro', 'granitehybrid', '<P>let a = <S>\nlet b;<M>', { fimMarkers: 'qwen' }],
  ['stable-code-3b', 'stablelm', '<s><P>let a = <S>\nlet b;<M>', { fimMarkers: 'starcoder' }],
  ['GLM-4.5-Air', 'glm4moe', '<s><P>let a = <S>\nlet b;<M>', { fimMarkers: 'glm' }],
  ['Falcon-H1-Tiny-Coder-90M', 'falcon-h1', '<s><P>let a = <S>\nlet b;<M>', { fimMarkers: 'falcon' }],
  ['something else', 'llama', '<s><P>let a = <S>\nlet b;<M>'],
  // By their spelling alone.
  ['our-tune', 'llama', '<s><S>\nlet b;<P>let a = <M>', { fimMarkers: 'seed' }],
  [
    'our-qwen-tune',
    'llama',
    '<s>#src/far.ts\nfar\n#src/near.ts\nnear\n<P>#src/a.ts\nlet a = <S>\nlet b;<M>',
    { fimMarkers: 'deepseek' },
  ],
];
for (const [name, architecture, expected, more = {}] of LAYOUTS) {
  test(`${name} is asked in its own layout`, () => {
    const model = modelInfo({ name, architecture, specialTokens: ALL, contextTokens: 8192, ...more });
    assert.equal(written(model, request), expected);
  });
}

test('families of SentencePiece vocabularies have the space before a text where theirs is', () => {
  for (const [name, begins] of [
    ['CodeLlama 7B', 'let a = '],
    ['Codestral 22B v0.1', '+++++ src/far.ts\nfar\n\n'],
    ['codegemma-2b', undefined],
  ] as const) {
    const model = modelInfo({ name, specialTokens: ALL, contextTokens: 8192 });
    const budget = budgetFor(model, 128, 'suffixFirst');
    const segments = buildPrompt(model, request, surroundingsOf(request, budget), budget);
    assert.deepEqual(
      segments.flatMap((one) => ('begins' in one && one.begins ? one.text : [])),
      begins === undefined ? [] : [begins],
    );
  }
});

test("what the engine has is named and not sent, with the file's own line ends", () => {
  const model = modelInfo({
    name: 'Qwen2.5 Coder 1.5B',
    architecture: 'qwen2',
    specialTokens: ALL,
    contextTokens: 8192,
  });
  const known = {
    ...request,
    prefix: 'foo(\r\n',
    suffix: ')]\r\nlet b;',
    before: 1_000,
    document: { key: 'a', version: 3 },
    others: [
      { path: 'near.ts', content: 'one\r\ntwo\r\n\r\n', document: { key: 'n', version: 2 } },
      { path: 'far.ts', content: 'far', document: { key: 'f', version: 1 } },
    ],
  };
  assert.equal(
    written(model, known),
    '<R>demo\n<F>far.ts\n{f 1 0-3}\n<F>near.ts\n{n 2 0-10}<F>src/a.ts\n<P>{a 3 1000-1006}<S>{a 3 1008-1016}<M>',
  );
});

test('notes stand as comments behind the other files, which stay where they are, under a name of the same language', () => {
  const notes = [
    { path: 'src/pool.ts', text: 'PagePool lends out pages.\nlend(count)' },
    { path: null, text: 'Tests need port 8123.' },
  ];
  for (const [name, architecture, block] of [
    ['Qwen2.5 Coder 1.5B', 'qwen2', '<F>notes.ts\n'],
    ['deepseek-coder-1.3b-base', 'llama', '#notes.ts\n'],
  ] as const) {
    const shape = { name, architecture, specialTokens: ALL, contextTokens: 8192 };
    const model = modelInfo({ ...shape, parameters: Number.POSITIVE_INFINITY });
    const comments = '// src/pool.ts: PagePool lends out pages.\n// lend(count)\n// Tests need port 8123.\n';
    const [without, shown] = [written(model, request), written(model, { ...request, notes })];
    assert.equal(shown.replace(block + comments, ''), without);
    assert.ok(shown.indexOf(block) > shown.indexOf('near\n'));
    assert.equal(notesRoom(model, { notes: 7 }), 7);
    // Where the size of the model says so there are none, whatever is asked.
    assert.equal(written(modelInfo(shape), { ...request, notes }), written(modelInfo(shape), request));
  }
  const alone = modelInfo({
    name: 'granite-3b-code-base',
    architecture: 'llama',
    specialTokens: ALL,
    contextTokens: 8192,
  });
  const large = { ...alone, parameters: Number.POSITIVE_INFINITY };
  assert.equal(written(large, { ...request, notes }), written(large, request));
  assert.equal(notesRoom(large, { notes: 7 }), 0);
});

test('pieces of other places stand between the other files and the file, in their order', () => {
  const context = [
    { source: 'similar' as const, path: 'src/like.ts', text: 'like();\n' },
    { source: 'edits' as const, path: 'src/near.ts.diff', text: '-old\n+near\n' },
  ];
  for (const [name, architecture, block] of [
    ['Qwen2.5 Coder 7B', 'qwen2', '<F>src/like.ts\nlike();\n<F>src/near.ts.diff\n-old\n+near\n'],
    ['Codestral 22B v0.1', 'llama', '+++++ src/like.ts\nlike();\n\n+++++ src/near.ts.diff\n-old\n+near\n\n'],
  ] as const) {
    const model = modelInfo({ name, architecture, specialTokens: ALL, contextTokens: 8192, parameters: 7e9 });
    const shown = written(model, { ...request, context });
    assert.equal(shown.replace(block, ''), written(model, request));
    assert.ok(shown.indexOf(block) > shown.indexOf('near\n'));
  }
});

test('a small context shows no other files', () => {
  assert.equal(written(modelInfo(), request), '<F>src/a.ts\n<S>\nlet b;<P>let a = <M>');
});

test('a chat model without the tokens writes the file, and goes on with it at the cursor', () => {
  const capabilities = { ...CHATS, completes: false };
  const model = modelInfo({ name: 'chatty', specialTokens: ['bos'], capabilities, contextTokens: 8192 });
  assert.equal(
    written(model, { ...request, languageId: 'typescript' }),
    '[You complete code as its author would. You answer with code alone, without a word about it.]' +
      'src/far.ts:\n```\nfar\n```\n\nsrc/near.ts:\n```\nnear\n```\n\n' +
      'This is how src/a.ts ends:\n```\n\nlet b;\n```\n\n' +
      'Write src/a.ts in one block of code, whole, up to and with that end.[answer]```typescript\nlet a = ',
  );
  const last = written(model, { path: 'a.md', prefix: '```ts\nlet a;\n```\n', suffix: '' });
  assert.match(last, /Write a\.md in one block of code\.\[answer\]````\n```ts/);
});

test('a next-edit model is refused, and said to be one', () => {
  const capabilities = { ...CHATS, completes: false, edits: true };
  const model = modelInfo({ name: 'Sweep Next Edit 1.5B', specialTokens: ALL, capabilities });
  assert.throws(() => written(model, request), /Sweep Next Edit 1\.5B cannot complete.*next-edit model/);
});

test('a model without the tokens is refused in words', () => {
  const model = modelInfo({ name: 'chatty', specialTokens: ['bos'] });
  assert.throws(
    () => written(model, request),
    (error) => error instanceof NoFimTokensError && /chatty cannot complete code/.test(error.message),
  );
  const codestral = modelInfo({ name: 'codestral', specialTokens: ['fimPrefix', 'fimSuffix'] });
  assert.doesNotThrow(() => written(codestral, request));
});

test('text is LF, and only text that may give way is marked so', () => {
  const crlf = { path: 'a.ts', prefix: 'a\r\nb', suffix: 'c\r\nd' };
  const near = surroundingsOf(crlf, budgetFor(modelInfo(), 128, 'suffixFirst'));
  assert.deepEqual(buildPrompt(modelInfo(), crlf, near, { others: 0, files: 2, notes: 0 }), [
    { special: 'fimSeparator' },
    { text: 'a.ts\n', of: 'path' },
    { special: 'fimSuffix' },
    { text: 'c\nd', of: 'after', cut: 'end', cursor: 'after' },
    { special: 'fimPrefix' },
    { text: 'a\nb', of: 'before', cut: 'start', cursor: 'before' },
    { special: 'fimMiddle' },
  ]);
});

test('auto-closed brackets come and go without a change of the suffix', () => {
  const model = modelInfo();
  const open = written(model, { path: 'a.ts', prefix: 'foo(', suffix: ')\nbar();' });
  assert.equal(open, written(model, { path: 'a.ts', prefix: 'foo(', suffix: '\nbar();' }));
  assert.ok(written(model, { path: 'a.ts', prefix: 'foo(', suffix: 'x)\n' }).includes('x)\n'));
});

test('suffix first: typing in a long file keeps the prompt up to the typed text for at least 90 % of the keys', () => {
  const file = Array.from({ length: 2000 }, (_, row) => `const n${row} = ${row};`).join('\n');
  const key = fc.constantFrom('a', 'b', ' ', '=', '\n', '(', '.');
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: file.length }),
      fc.array(key, { minLength: 100, maxLength: 200 }),
      (cursor, keys) => {
        const suffix = file.slice(cursor);
        let prefix = file.slice(0, cursor);
        const ask = () => written(modelInfo(), { path: 'a.ts', prefix, suffix }).slice(0, -'<M>'.length);
        let last = ask();
        let kept = 0;
        for (const typed of keys) {
          prefix += typed;
          const next = ask();
          if (next.startsWith(last)) kept += 1;
          last = next;
        }
        assert.ok(kept >= keys.length * 0.97, `${kept} of ${keys.length}`);
      },
    ),
    { numRuns: 40 },
  );
});
