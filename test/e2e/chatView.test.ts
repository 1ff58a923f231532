/// <reference lib="dom" />
/** The chat's view in a real browser, under its real policy: what it draws, what it posts, and what it does not do. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ChatSnapshot, ShownMessage } from '../../src/chat/view/protocol.ts';
import { ChatServer } from './chatPage.ts';
import type { Theme } from './themes.ts';
import { serious } from './viewServer.ts';

const results = path.join(import.meta.dirname, '../../test-results/chat-view');
const THEMES: Theme[] = ['dark', 'light', 'contrast'];

const empty: ChatSnapshot = {
  conversation: { id: 'c1', title: '' },
  model: { kind: 'ready', name: 'Qwen2.5 Coder 7B', device: 'CPU', contextTokens: 16_384, billions: 7 },
  messages: [],
  turn: { kind: 'idle' },
  queue: [],
  draft: { text: '', attachments: [], offers: [] },
  meter: null,
  commands: [
    { name: 'explain', description: 'Explain the selection' },
    { name: 'fix', description: 'Fix the problems' },
  ],
  mentions: [
    { name: 'file', description: 'A file', takesName: true },
    { name: 'problems', description: 'Problems of this file', takesName: false },
  ],
};

const ANSWER = `The parser reads one line at a time, see \`src/parse.ts:10\` and \`next()\`.

## What changes

1. **Errors** are values, as in [the guide](https://example.com/guide/errors):

   \`\`\`ts src/parse.ts
   export function parse(text: string): Result {
     // One pass, no allocation
     return text === '' ? { kind: 'empty', line: 0 } : read(text);
   }
   \`\`\`
2. Tests follow in src/parse.test.ts.

| Case | Before | After |
|:-----|-------:|------:|
| empty | 12 ms | 1 ms |
| long line | 340 ms | 8 ms |

> Nothing else is touched.

- [x] parser
- [ ] printer

\`\`\`sh
npm test
\`\`\`
`;

const full: ChatSnapshot = {
  ...empty,
  conversation: { id: 'c2', title: 'Errors of the parser as values' },
  messages: [
    {
      id: 'u1',
      role: 'user',
      text: 'Make the errors of the parser values, please.',
      state: 'whole',
      branch: { index: 1, count: 3 },
      attachments: [
        { id: 'a', kind: 'file', label: 'src/parse.ts', tokens: 812, alreadyRead: true, href: 'src/parse.ts' },
        {
          id: 'b',
          kind: 'selection',
          label: 'src/read.ts:3-9',
          tokens: 90,
          alreadyRead: false,
          href: 'src/read.ts#L3-L9',
        },
      ],
    },
    {
      id: 'n1',
      role: 'note',
      text: 'Two earlier turns are told to the model in short: 4,120 tokens became 380.',
      state: 'whole',
      actions: [{ id: 'undoCompaction', label: 'Undo' }],
    },
    {
      id: 'm1',
      role: 'assistant',
      text: ANSWER,
      state: 'whole',
      reasoning: { text: 'They want a union.', ms: 3200, open: false },
      blocks: { 0: { kind: 'applied', words: 'applied to src/parse.ts' } },
      usage: {
        promptTokens: 9840,
        cachedTokens: 9528,
        computedTokens: 312,
        generatedTokens: 240,
        firstTokenMs: 400,
        totalMs: 9000,
        model: 'Qwen2.5 Coder 7B',
      },
    },
    { id: 'u2', role: 'user', text: 'And the printer?', state: 'whole' },
    {
      id: 'm2',
      role: 'assistant',
      text: 'The printer',
      state: 'failed',
      error: { message: 'The engine ended while it wrote.', actions: [{ id: 'again', label: 'Go on' }] },
    },
  ],
  turn: { kind: 'reading', done: 400, total: 1000, leftMs: 2600, pausedMs: 180 },
  queue: [{ id: 'q1', text: 'Then write the changelog.' }],
  draft: {
    text: 'Why is it slow?',
    attachments: [
      { id: 'x', kind: 'file', label: 'src/print.ts', tokens: 1240, alreadyRead: false, cut: 'lines 1-80 of 300' },
      { id: 'y', kind: 'problems', label: 'Problems', tokens: 61, alreadyRead: true },
    ],
    offers: [{ id: 'o', label: 'selection src/a.ts:3-9' }],
  },
  meter: {
    fixed: 380,
    attachments: 1301,
    memories: 0,
    history: 8100,
    draft: 59,
    answer: 2048,
    contextTokens: 16_384,
    promptTokens: 9840,
    newTokens: 312,
    readMs: 2000,
  },
};

const noModel: ChatSnapshot = {
  ...empty,
  model: {
    kind: 'none',
    why: 'No chat model is on this machine.',
    choices: [
      {
        id: 'a',
        title: 'Qwen2.5 Coder 3B',
        why: 'Good answers at a speed that suits this processor.',
        facts: '2.0 GB to download, needs 3 GB of memory, Apache-2.0',
        best: true,
      },
      { id: 'b', title: 'Qwen2.5 Coder 1.5B', why: 'Smaller and faster.', facts: '1.1 GB to download', best: false },
    ],
  },
};

const assistant = (text: string, state: ShownMessage['state'] = 'running'): ShownMessage => ({
  id: 'a',
  role: 'assistant',
  text,
  state,
});

describe('the view of the chat', { timeout: 240_000 }, () => {
  const server = new ChatServer();
  before(async () => {
    mkdirSync(results, { recursive: true });
    await server.start();
  });
  after(() => server.stop());

  test('its script is at most 300 KB without what is loaded later', () => {
    const size = (name: string) => statSync(path.join(server.outdir, 'webview', name)).size;
    const now = size('chat.js') + size('chat.shared.js');
    console.log(`chat.js ${now} bytes, later ${size('chat.highlight.js')}`);
    assert.ok(now <= 300_000, `${now} bytes`);
    assert.ok(!readFileSync(path.join(server.outdir, 'webview/chat.js'), 'utf8').includes('hljs-'));
  });

  test('in all themes, narrow and wide, axe finds nothing serious', async () => {
    for (const theme of THEMES) {
      for (const width of [240, 300, 900]) {
        for (const [name, snapshot] of Object.entries({ full, empty, noModel })) {
          const chat = await server.open(snapshot, { theme, width, height: name === 'full' ? 1400 : 700 });
          await chat.page.waitForTimeout(150);
          await chat.page.screenshot({ path: path.join(results, `${name}-${theme}-${width}.png`) });
          assert.deepEqual(await serious(chat.page), [], `${name} ${theme} ${width}`);
          assert.deepEqual(await chat.violations(), [], `${name} ${theme}`);
          assert.deepEqual(chat.errors, []);
          const wide = await chat.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(wide <= 0, `${name} is wider than ${width} px`);
          await chat.close();
        }
      }
    }
  });

  test('an answer that streams: only its last piece is made anew, and a block is coloured when it closes', async () => {
    const chat = await server.open({ ...empty, messages: [assistant('# One\n\nTwo **bold** words.\n\n')] });
    await chat.page.evaluate(() => {
      const counted = { added: [] as string[] };
      new MutationObserver((list) => {
        for (const { addedNodes } of list)
          for (const node of addedNodes)
            if (node instanceof Element && node.matches('.piece, .code')) counted.added.push(node.textContent ?? '');
      }).observe(document.querySelector('.markdown')!, { childList: true });
      Object.assign(window, { counted });
    });
    for (const text of ['Three', ' more\n\n', '```ts a.ts\nconst ', 'x = 1;\n']) {
      await chat.say({ type: 'delta', id: 'a', text });
    }
    assert.equal(await chat.page.locator('.code [class^=hljs]').count(), 0);
    assert.equal(await chat.page.locator('.code .tool').count(), 0);
    await chat.say({ type: 'delta', id: 'a', text: '```\n\nFour' });
    await chat.page.locator('.code .hljs-keyword').waitFor();
    const { added } = await chat.page.evaluate(() => (window as unknown as { counted: { added: string[] } }).counted);
    // The block came once and was added to; what was before it never came again.
    assert.deepEqual(
      added.map((text) => (text.includes('const') ? 'code' : text.trim())),
      ['Three', 'Three more', 'code', 'Four'],
    );
    assert.equal(await chat.page.locator('.markdown strong').textContent(), 'bold');
    await chat.page.locator('.code').hover();
    for (const name of ['Apply', 'Insert at Cursor', 'New File', 'Copy'])
      await chat.page.getByRole('button', { name, exact: true }).click();
    const acts = (await chat.posted()).flatMap((it) =>
      it.type === 'code' ? [`${it.action} ${it.message} ${it.block}`] : [],
    );
    assert.deepEqual(acts, ['apply a 0', 'insert a 0', 'newFile a 0', 'copy a 0']);
    await chat.close();
  });

  test('hostile output does nothing', async () => {
    const hostile = [
      '<script>window.hit = 1</script><img src=x onerror="window.hit = 2"><svg onload="window.hit=3"></svg>',
      '<style>body { display: none }</style><a href="javascript:window.hit=4">raw</a>',
      '[a](javascript:window.hit=5) [b](command:quire.run) [c](data:text/html,x) [d](vscode://x/y) [e](https://evil.test/x) [f](//evil.test) [g](../../etc/passwd) [h](java&#x0a;script:x)',
      '![secret](https://evil.test/leak.png?x=1)',
      '\u001b[31mred\u001b[0m \u202Eright to left',
      `${'> '.repeat(1000)}deep`,
      `${'- '.repeat(1000)}deep`,
      `${'['.repeat(5000)}`,
      `${'*a_'.repeat(4000)}`,
      `|${'a|'.repeat(100)}\n|${'-|'.repeat(100)}\n${`|${'b|'.repeat(100)}\n`.repeat(300)}`,
      '````\n```\nunbalanced',
    ].join('\n\n');
    const chat = await server.open({
      ...empty,
      messages: [assistant(hostile, 'whole'), { ...assistant(`${'x'.repeat(1_000_000)}`, 'whole'), id: 'b' }],
    });
    await chat.page.waitForTimeout(200);
    assert.equal(await chat.page.evaluate(() => (window as unknown as { hit?: number }).hit), undefined);
    assert.deepEqual(chat.foreign, []);
    assert.deepEqual(await chat.violations(), []);
    assert.deepEqual(chat.errors, []);
    const seen = await chat.page.evaluate(() => ({
      tags: [...new Set([...document.querySelectorAll('.markdown *')].map(({ localName }) => localName))].sort(),
      attributes: [...document.querySelectorAll('.markdown *')]
        .flatMap((it) => it.getAttributeNames())
        .filter((name) => /^on|style|href|src/.test(name)),
      open: [...document.querySelectorAll<HTMLElement>('.markdown [data-open]')].map(({ dataset }) => dataset.open),
      text: document.querySelector('.markdown')?.textContent ?? '',
      deepest: Math.max(
        ...[...document.querySelectorAll('.markdown *')].map((it) => {
          let depth = 0;
          for (let at: Element | null = it; at; at = at.parentElement) depth++;
          return depth;
        }),
      ),
      shown: document.body.textContent?.length ?? 0,
    }));
    for (const tag of ['script', 'img', 'svg', 'style', 'iframe']) assert.ok(!seen.tags.includes(tag), tag);
    assert.deepEqual(seen.attributes, []);
    assert.deepEqual(seen.open, ['https://evil.test/x']);
    assert.ok(seen.text.includes('<script>window.hit = 1</script>'));
    assert.ok(seen.text.includes('red ⟨U+202E⟩right to left'));
    assert.ok(seen.text.includes('secret') && !seen.text.includes('leak.png'));
    assert.ok(seen.deepest < 600, `${seen.deepest} deep`);
    assert.ok(seen.shown < 500_000, `${seen.shown} characters`);
    assert.equal(await chat.page.getByRole('button', { name: /^Show all/ }).count(), 1);
    await chat.page.locator('[data-open]').click();
    assert.deepEqual(await chat.last('open'), { type: 'open', href: 'https://evil.test/x' });
    assert.equal(chat.page.url().startsWith(server.origin), true);
    await chat.close();
  });

  test('one notch upward stops following, and nothing drifts while text comes in', async () => {
    const lines = Array.from({ length: 80 }, (_, at) => `Line ${at}.`).join('\n\n');
    const chat = await server.open({ ...empty, messages: [assistant(lines)] });
    const place = () =>
      chat.page.evaluate(() => {
        const box = document.querySelector('.scroll')!;
        return { top: box.scrollTop, left: box.scrollHeight - box.clientHeight - box.scrollTop };
      });
    await chat.say({ type: 'delta', id: 'a', text: '\n\nmore\n\nmore' });
    assert.ok((await place()).left <= 1, 'it follows');
    await chat.page.mouse.move(100, 200);
    await chat.page.mouse.wheel(0, -40);
    await chat.page.waitForTimeout(300);
    const before = await place();
    for (let at = 0; at < 20; at++) await chat.say({ type: 'delta', id: 'a', text: `\n\nComing in ${at}` });
    const then = await place();
    assert.equal(then.top, before.top);
    assert.ok(then.left > before.left);
    await chat.page.getByRole('button', { name: 'To the end' }).click();
    await chat.say({ type: 'delta', id: 'a', text: '\n\nlast' });
    assert.ok((await place()).left <= 1, 'it follows again');
    await chat.close();
  });

  test('500 messages: a key draws nothing of the list', async () => {
    const messages = Array.from(
      { length: 500 },
      (_, at): ShownMessage =>
        at % 2 === 0
          ? { id: `m${at}`, role: 'user', text: `Question ${at}`, state: 'whole' }
          : { id: `m${at}`, role: 'assistant', text: ANSWER, state: 'whole' },
    );
    const chat = await server.open({ ...empty, messages });
    assert.equal(await chat.page.locator('article').count(), 500);
    await chat.page.evaluate(() => {
      const seen = { changes: 0, keys: [] as number[] };
      new MutationObserver((list) => {
        seen.changes += list.length;
      }).observe(document.querySelector('.list')!, {
        subtree: true,
        childList: true,
        attributes: true,
        characterData: true,
      });
      document.querySelector('textarea')!.addEventListener('keydown', () => {
        const at = performance.now();
        requestAnimationFrame(() => setTimeout(() => seen.keys.push(performance.now() - at)));
      });
      Object.assign(window, { seen });
    });
    await chat.page.locator('textarea').click();
    await chat.page.keyboard.type('the quick brown fox jumps over it', { delay: 30 });
    await chat.page.waitForTimeout(250);
    const seen = await chat.page.evaluate(
      () => (window as unknown as { seen: { changes: number; keys: number[] } }).seen,
    );
    const sorted = seen.keys.toSorted((a, b) => a - b);
    console.log(`500 messages: key to frame p50 ${sorted[16]?.toFixed(1)} ms, p95 ${sorted[31]?.toFixed(1)} ms`);
    assert.equal(seen.changes, 0);
    assert.equal((await chat.last('draft'))?.text, 'the quick brown fox jumps over it');
    await chat.close();
  });

  test('by keyboard: menus, sending, queue, steering, stopping, editing', async () => {
    const chat = await server.open({ ...empty, messages: [{ id: 'u', role: 'user', text: 'Before', state: 'whole' }] });
    const { page } = chat;
    const box = page.getByRole('combobox', { name: 'Message' });
    await chat.say({ type: 'focus', what: 'draft' });
    await page.keyboard.press('ArrowUp');
    assert.deepEqual(await chat.last('edit'), { type: 'edit', id: 'u' });
    await chat.say(
      { type: 'setDraft', text: 'Before' },
      { type: 'patch', patch: { draft: { ...empty.draft, text: 'Before', editing: 'u' } } },
    );
    assert.equal(await box.inputValue(), 'Before');
    await page.keyboard.press('Escape');
    assert.deepEqual(await chat.last('edit'), { type: 'edit', id: null });
    await chat.say({ type: 'setDraft', text: '' }, { type: 'patch', patch: { draft: empty.draft } });

    await page.keyboard.type('/');
    assert.deepEqual(await page.getByRole('option').allInnerTexts(), [
      '/explain\nExplain the selection',
      '/fix\nFix the problems',
    ]);
    await page.keyboard.press('ArrowDown');
    assert.equal(
      await page.locator('[aria-selected=true]').getAttribute('id'),
      await box.getAttribute('aria-activedescendant'),
    );
    await page.keyboard.press('Enter');
    assert.equal(await box.inputValue(), '/fix ');
    await page.keyboard.type('in @file:par');
    const asked = await chat.last('mention');
    assert.deepEqual([asked?.kind, asked?.query], ['file', 'par']);
    await chat.say({
      type: 'suggestions',
      request: asked!.request,
      items: [{ kind: 'file', value: 'src/parse.ts', label: 'parse.ts', detail: 'src', alreadyRead: true }],
    });
    await page.keyboard.press('Tab');
    assert.deepEqual(await chat.last('attach'), { type: 'attach', kind: 'file', value: 'src/parse.ts' });
    assert.equal(await box.inputValue(), '/fix in ');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('now');
    assert.equal(await box.inputValue(), '/fix in \nnow');
    // A patch of the draft never takes what is being typed.
    await chat.say({ type: 'patch', patch: { draft: { text: '', attachments: [], offers: [] } } });
    assert.equal(await box.inputValue(), '/fix in \nnow');
    await box.dispatchEvent('keydown', { key: 'Enter', isComposing: true });
    assert.equal(await chat.last('send'), undefined);
    await page.keyboard.press('Enter');
    assert.deepEqual(await chat.last('send'), { type: 'send', text: '/fix in \nnow', how: 'queue' });
    assert.equal(await box.inputValue(), '');

    await chat.say({
      type: 'patch',
      patch: { turn: { kind: 'writing', tokens: 3, tokensPerSecond: 12, pausedMs: 0 } },
    });
    assert.equal(await page.getByRole('status').textContent(), 'Answer started.');
    await page.keyboard.type('other');
    await page.keyboard.press('Control+Enter');
    assert.deepEqual(await chat.last('send'), { type: 'send', text: 'other', how: 'steer' });
    await page.keyboard.press('Escape');
    assert.deepEqual(await chat.last('stop'), { type: 'stop' });
    await chat.say({ type: 'patch', patch: { turn: { kind: 'idle' } } });
    assert.equal(await page.getByRole('status').textContent(), 'Answer finished.');
    await chat.close();
  });

  test('what was typed is there again after a reload, before it was told', async () => {
    const chat = await server.open(empty);
    await chat.page.locator('textarea').fill('half a thou');
    await chat.page.reload();
    await chat.page.waitForFunction(() => (window as unknown as { posted: unknown[] }).posted.length > 0);
    await chat.say({ type: 'snapshot', snapshot: empty });
    assert.equal(await chat.page.locator('textarea').inputValue(), 'half a thou');
    await chat.close();
  });
});
