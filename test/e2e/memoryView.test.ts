/// <reference lib="dom" />
/** The page of a memory in a real browser, under its real policy: what it draws, what it posts, and that keys are enough. */
import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { shownMemory } from '../../src/memory/details.ts';
import { shownUse } from '../../src/memory/use.ts';
import type { DetailsAsked, DetailsMessage } from '../../src/memory/view/protocol.ts';
import { pageHtml } from '../../src/webview/page.ts';
import { item, NOW, sentence } from '../unit/memory/items.ts';
import type { Theme } from './themes.ts';
import { serious, ViewPage, ViewServer } from './viewServer.ts';

const results = path.join(import.meta.dirname, '../../test-results/memory-view');
const THEMES: Theme[] = ['dark', 'light', 'contrast'];
const score = { total: 0.71, words: 0.42, vector: 0.26, recency: 0.08, ranking: -0.05 };

const file = shownMemory(
  {
    item: item(12, {
      kind: 'file',
      source: 'code',
      made: 'extracted',
      title: 'src/engine/scheduler/plan.ts',
      path: 'src/engine/scheduler/plan.ts',
      tokens: 412,
      summaryTokens: 96,
      activations: 7,
      activated: NOW - 3_600_000,
      pinned: true,
      embedder: 'static-256',
      recalled: [3],
    }),
    sentences: [
      sentence('Plans what each step of the engine computes: keystrokes before chat, chat before background work.', [
        'holds',
        'moved',
      ]),
      sentence('`Planner.admit` refuses what does not fit into the pages that are free.', ['changed']),
      sentence('Exports `budgetOf`, which nothing else in the project uses.', ['gone', 'unread']),
    ],
  },
  (id) => `The memory ${id}`,
  NOW,
  { score, why: ['the words plan, step', 'defines Planner', 'a test file: lower'] },
);
const proposal = shownMemory(
  {
    item: item(5, {
      kind: 'proposal',
      source: 'typing',
      title: 'Tests end with .test.ts',
      text: 'Tests end with .test.ts <b>not bold</b>',
    }),
    sentences: [],
  },
  () => undefined,
  NOW,
);
const superseded = shownMemory(
  { item: item(4, { title: 'We deploy on Mondays', text: 'We deploy on Mondays.', supersededBy: 6 }), sentences: [] },
  () => 'We deploy on Fridays',
  NOW,
);
const used = (id: number, flash = false) => ({
  id,
  kind: 'fact' as const,
  title: `We deploy on Fridays (${id})`,
  text: 'We deploy on Fridays,\nnever on Mondays.',
  tokens: 12,
  inShort: id === 2,
  flash,
  score,
  why: ['the word deploy'],
});
const use = shownUse(
  {
    store: 's',
    what: 'For your question',
    asked: 'When do we deploy?',
    decision: 'The question is about the project.',
    used: [used(1), used(2), used(3, true)],
    without: () => {},
  },
  new Set([1, 3]),
);
const nothing = shownUse(
  {
    store: 's',
    what: 'For the last suggestion',
    asked: 'src/a.ts',
    decision: 'Suggestions are given no memory.',
    used: [],
  },
  new Set(),
);

const PAGES: Record<string, DetailsMessage> = {
  file: { type: 'memory', memory: file },
  proposal: { type: 'memory', memory: proposal },
  superseded: { type: 'memory', memory: superseded },
  use: { type: 'use', use },
  nothing: { type: 'use', use: nothing },
  none: { type: 'none', words: 'This memory is forgotten.' },
};

class MemoryPage extends ViewPage<DetailsMessage, DetailsAsked> {}
const server = new ViewServer('memory', (page) => pageHtml({ ...page, title: 'Memory', element: 'quire-memory' }));
const open = async (message: DetailsMessage, look: { theme?: Theme; width?: number; height?: number } = {}) => {
  const view = await server.openPage((page) => new MemoryPage(page), { width: 760, height: 900, ...look });
  await view.say(message);
  return view;
};

before(async () => {
  mkdirSync(results, { recursive: true });
  await server.start();
});
after(() => server.stop());

test('the script is small, and loads nothing else', () => {
  assert.ok(statSync(path.join(server.outdir, 'webview/memory.js')).size <= 60 * 1024);
});

test('in all themes, narrow and wide, axe finds nothing serious, and the policy is kept', async () => {
  for (const theme of THEMES) {
    for (const width of [300, 760]) {
      for (const [name, message] of Object.entries(PAGES)) {
        const view = await open(message, { theme, width });
        const picture = path.join(results, `${name}-${theme}-${width}.png`);
        await view.page.screenshot({ path: picture, fullPage: true });
        assert.deepEqual(await serious(view.page), [], `${name} ${theme} ${width}`);
        assert.deepEqual([await view.violations(), view.errors, view.foreign], [[], [], []], `${name} ${theme}`);
        const wide = await view.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${name} is wider than ${width} px`);
        await view.close();
      }
    }
  }
});

test('says the state of each anchor in words, and leads to those that are there', async () => {
  const view = await open(PAGES.file!);
  const states = await view.page.locator('.anchors .state').allTextContents();
  assert.deepEqual(
    states.map((words) => words.trim()),
    ['holds', 'moved', 'changed', 'gone', 'not readable'],
  );
  await view.page.getByRole('button', { name: 'src/a.ts · A.m:10-20' }).nth(1).click();
  assert.deepEqual(await view.last('source'), { type: 'source', sentence: 1, anchor: 0 });
  assert.equal(await view.page.locator('.anchors li').nth(3).getByRole('button').count(), 0);
  assert.match((await view.page.locator('.notice').textContent()) ?? '', /under 2 of its 3 sentences/);
  await view.close();
});

test('all of it is reached and pressed by keys', async () => {
  const view = await open(PAGES.proposal!);
  const { keyboard } = view.page;
  for (const [name, asked] of [
    ['Accept', { type: 'accept', id: 5 }],
    ['Pin', { type: 'pin', id: 5, pinned: true }],
    ['Edit', { type: 'edit', id: 5 }],
    ['Forget', { type: 'forget', id: 5 }],
  ] as const) {
    await keyboard.press('Tab');
    assert.equal(((await view.page.locator(':focus').textContent()) ?? '').trim(), name);
    await keyboard.press('Enter');
    assert.deepEqual((await view.posted()).at(-1), asked);
  }
  // What is remembered is text.
  assert.equal(await view.page.locator('b').count(), 0);
  assert.match((await view.page.locator('.sentences').textContent()) ?? '', /<b>not bold<\/b>/);
  await view.close();
});

test('a use shows what stood in the prompt, why, and asks once more without it', async () => {
  const view = await open(PAGES.use!);
  assert.equal(await view.page.locator('h1').textContent(), '3 memories were used');
  // One that is forgotten since cannot be opened.
  assert.equal(await view.page.locator('h2 button').count(), 2);
  await view.page.locator('summary').first().click();
  assert.equal(await view.page.locator('details[open] tr.sum .number').textContent(), '0.71');
  await view.page.getByRole('button', { name: 'Answer again without it' }).nth(1).click();
  assert.deepEqual(await view.last('without'), { type: 'without', id: 2 });
  await view.say(PAGES.superseded!);
  await view.page.getByRole('button', { name: 'We deploy on Fridays' }).click();
  assert.deepEqual(await view.last('open'), { type: 'open', id: 6 });
  await view.close();
});
