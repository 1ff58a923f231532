/// <reference lib="dom" />
/** Parts of the chat's view in a real browser: what is dropped, branches, thoughts, tools, the narrowest panel, the first paint. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import type { ChatSnapshot, ShownMessage } from '../../src/chat/view/protocol.ts';
import { ChatServer } from './chatPage.ts';

const results = path.join(import.meta.dirname, '../../test-results/chat-view');

const snapshot: ChatSnapshot = {
  conversation: { id: 'c', title: 'A title that is longer than the narrowest panel is wide' },
  model: { kind: 'ready', name: 'Qwen2.5 Coder 7B', device: 'CPU', contextTokens: 16_384, billions: 7 },
  messages: [],
  turn: { kind: 'idle' },
  queue: [],
  draft: { text: '', attachments: [], offers: [] },
  meter: null,
  commands: [],
  mentions: [],
};

const user: ShownMessage = { id: 'u', role: 'user', text: 'Why?', state: 'whole' };
const answer = (more: Partial<ShownMessage>): ShownMessage => ({
  id: 'a',
  role: 'assistant',
  text: 'Because.',
  state: 'whole',
  ...more,
});

const words = async (at: Locator): Promise<string> => (await at.allInnerTexts()).join(' ').trim();

/** Carries it over a place of the page and lets it go, as the pointer of a person does. */
async function drop(page: Page, place: string, items: Record<string, string>, files: string[] = []): Promise<void> {
  const box = await page.locator(place).boundingBox();
  assert.ok(box, place);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const data = {
    items: Object.entries(items).map(([mimeType, data]) => ({ mimeType, data })),
    files,
    dragOperationsMask: 1,
  };
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x, y, data });
  await session.detach();
}

describe('the parts of the view', { timeout: 240_000 }, () => {
  const server = new ChatServer();
  before(async () => {
    mkdirSync(results, { recursive: true });
    await server.start();
  });
  after(() => server.stop());

  test('files that are dropped anywhere on the panel are attached; text that is, goes into the draft', async () => {
    const chat = await server.open({ ...snapshot, messages: [user, answer({})] });
    const { page } = chat;
    const uris = ['file:///w/src/a.ts', 'file:///w/src/b%20c.ts'];
    const asList = { 'application/vnd.code.uri-list': uris.join('\r\n'), 'text/plain': uris.join('\n') };
    await drop(page, '.scroll', asList);
    assert.deepEqual(await chat.last('drop'), { type: 'drop', uris });
    await drop(page, 'textarea', { ...asList, resourceurls: JSON.stringify([uris[1]]) });
    assert.deepEqual(await chat.last('drop'), { type: 'drop', uris: [uris[1]] });
    assert.equal(await page.locator('textarea').inputValue(), '');
    await drop(page, 'textarea', { 'text/plain': 'dropped words' });
    assert.equal(await page.locator('textarea').inputValue(), 'dropped words');
    await drop(page, '.scroll', { 'text/plain': 'elsewhere', 'text/html': '<b>elsewhere</b>' });
    await drop(page, 'header', { 'application/vnd.code.uri-list': '# a comment' });
    assert.equal((await chat.posted()).filter(({ type }) => type === 'drop').length, 2);
    // As a file manager gives it: the page learns no path.
    await drop(page, '.scroll', {}, [import.meta.filename]);
    assert.deepEqual(await chat.last('dropWithoutPath'), { type: 'dropWithoutPath', names: ['chatViewParts.test.ts'] });
    assert.ok(page.url().startsWith(server.origin));
    assert.deepEqual([chat.errors, chat.foreign], [[], []]);
    await chat.close();
  });

  test('what is longer than the page and comes at once is read from its question on; the offer of models makes room for it', async () => {
    const choice = { id: 'm', title: 'A model', why: 'It is small.', facts: '1 GB', best: true };
    const model = { kind: 'none' as const, why: 'No chat model is on this machine.', choices: [choice] };
    const chat = await server.open({ ...snapshot, model, messages: [] }, { height: 700 });
    const { page } = chat;
    const download = page.getByRole('button', { name: 'Download A model' });
    assert.ok(await download.isVisible());
    const earlier = answer({ id: 'e', text: 'earlier\n\n'.repeat(40) });
    await chat.say({ type: 'messages', messages: [earlier, { ...user, id: 'q' }] });
    assert.ok(!(await download.isVisible()));
    // As it is in a conversation: the answer that was begun becomes the note.
    await chat.say({ type: 'message', message: answer({ id: 'n', text: '', state: 'running' }) });
    await page.locator('article.assistant.running').waitFor();
    const found = { id: 'n', role: 'note' as const, text: 'found\n\n'.repeat(60), state: 'whole' as const };
    await chat.say({ type: 'messages', messages: [earlier, { ...user, id: 'q' }, found] });
    await page.getByRole('button', { name: 'To the end' }).waitFor();
    const top = async (place: string) => (await page.locator(place).boundingBox())!.y;
    assert.ok(Math.abs((await top('article.user')) - (await top('.scroll'))) < 2);
    await page.locator('.no-model summary').first().click();
    assert.ok(await download.isVisible());
    await chat.close();
  });

  test('the pager goes between branches, and not beyond them', async () => {
    const chat = await server.open({
      ...snapshot,
      messages: [{ ...user, branch: { index: 0, count: 3 } }, answer({ branch: { index: 2, count: 3 } })],
    });
    const { page } = chat;
    const pager = (role: string) => page.locator(`article.${role} .pager`);
    const step = (role: string, name: string) => pager(role).getByRole('button', { name, exact: true });
    assert.equal(await pager('user').getAttribute('aria-label'), 'Version 1 of 3');
    assert.ok(await step('user', 'Previous version').isDisabled());
    assert.ok(await step('assistant', 'Next version').isDisabled());
    await step('user', 'Next version').press('Enter');
    assert.deepEqual(await chat.last('page'), { type: 'page', id: 'u', index: 1 });
    await step('assistant', 'Previous version').click();
    assert.deepEqual(await chat.last('page'), { type: 'page', id: 'a', index: 1 });
    const other = { ...user, id: 'v', text: 'And how?', branch: { index: 1, count: 3 } };
    await chat.say({ type: 'messages', messages: [other] });
    assert.deepEqual(await page.locator('article .plain').allInnerTexts(), ['And how?']);
    assert.equal(await words(pager('user')), '2/3');
    await chat.say({ type: 'messages', messages: [user, answer({})] });
    assert.equal(await page.locator('.pager').count(), 0);
    await chat.close();
  });

  test('thoughts are open to be read, and stand apart from the answer; calls of tools are told in lines', async () => {
    const thought = 'They ask <b>why</b>.';
    const chat = await server.open({
      ...snapshot,
      messages: [
        user,
        answer({ id: 't', text: '', state: 'running', reasoning: { text: thought, ms: 0, open: true } }),
      ],
    });
    const { page } = chat;
    const details = page.locator('details.reasoning');
    assert.equal(await words(details.locator('summary')), 'Thinking…');
    await chat.say({ type: 'delta', id: 't', reasoning: ' It is simple.' });
    await details.locator('summary').press('Enter');
    assert.equal(await words(details.locator('.plain')), `${thought} It is simple.`);
    assert.equal(await details.locator('b').count(), 0);
    // What is opened stays so while it goes on.
    await chat.say({ type: 'delta', id: 't', text: 'Because' });
    assert.ok(await details.locator('.plain').isVisible());
    await chat.say({ type: 'patch', patch: { turn: { kind: 'waiting', words: 'Using read' } } });
    assert.match(await words(page.locator('quire-turn')), /Using read/);
    await chat.say(
      {
        type: 'messages',
        messages: [
          user,
          answer({ id: 't', text: '', reasoning: { text: thought, ms: 3200, open: false } }),
          { id: 'n', role: 'note', text: 'Read `src/a.ts`, lines 1 to 40.', state: 'whole' },
          answer({ text: 'It adds.' }),
        ],
      },
      { type: 'patch', patch: { turn: { kind: 'idle' } } },
    );
    assert.match(await words(details.locator('summary')), /Thought for 3(\.2)? s/);
    assert.deepEqual(
      await page.locator('article').evaluateAll((all) => all.map((one) => one.className.split(' ')[1])),
      ['user', 'assistant', 'note', 'assistant'],
    );
    const note = page.locator('article.note');
    assert.match(await words(note), /Read src\/a\.ts, lines 1 to 40\./);
    await note.locator('[data-open]').click();
    assert.deepEqual(await chat.last('open'), { type: 'open', href: 'src/a.ts' });
    assert.doesNotMatch(await words(page.locator('.list')), /<<</);
    await page.screenshot({ path: path.join(results, 'tools.png') });
    await chat.close();
  });

  test('in the narrowest panel nothing is to be scrolled sideways but code and tables', async () => {
    const long = `/home/somebody/projects/${'a-long-name/'.repeat(6)}index.test.ts`;
    const chat = await server.open(
      {
        ...snapshot,
        messages: [
          {
            ...user,
            text: `${long} ${'x'.repeat(300)}`,
            branch: { index: 1, count: 3 },
            attachments: [
              {
                id: 'f',
                kind: 'file',
                label: long,
                tokens: 812,
                alreadyRead: true,
                cut: 'its last 400 lines are left out',
              },
            ],
          },
          answer({
            text: `See \`${long}\` and ${'y'.repeat(300)}.\n\n\`\`\`ts ${long}\nconst a = '${'z'.repeat(300)}';\n\`\`\`\n\n|${' head |'.repeat(9)}\n|${'-|'.repeat(9)}\n|${' cell |'.repeat(9)}\n`,
            reasoning: { text: 'w'.repeat(300), ms: 3200, open: false },
            blocks: { 0: { kind: 'refused', words: `${long} is not what the block was made from any more.` } },
            branch: { index: 0, count: 12 },
            usage: {
              promptTokens: 109_840,
              cachedTokens: 99_528,
              computedTokens: 10_312,
              generatedTokens: 2_240,
              firstTokenMs: 400,
              totalMs: 93_000,
              model: 'Qwen2.5 Coder 7B',
            },
          }),
          {
            id: 'n',
            role: 'note',
            text: `Not read: ${long}`,
            state: 'whole',
            actions: [{ id: 'undo', label: 'Undo' }],
          },
          answer({
            id: 'e',
            state: 'failed',
            error: {
              message: `No room at ${long}.`,
              actions: [
                { id: 'r', label: 'Try again' },
                { id: 'c', label: 'Choose another model' },
              ],
            },
          }),
        ],
        turn: { kind: 'reading', done: 4_000, total: 100_000, leftMs: 260_000, pausedMs: 1_800 },
        queue: [{ id: 'q', text: 'Then write the changelog, and everything else that there is to be written.' }],
        draft: {
          text: '',
          attachments: [{ id: 'd', kind: 'selection', label: `${long}:3-900`, tokens: 12_400, alreadyRead: true }],
          offers: [{ id: 'o', label: `selection ${long}:3-9` }],
          refusal: `${long} is secret, or ignored by git.`,
        },
        meter: {
          fixed: 380,
          attachments: 11_301,
          history: 80_100,
          memories: 0,
          draft: 59,
          answer: 2_048,
          contextTokens: 131_072,
          promptTokens: 109_840,
          newTokens: 10_312,
          readMs: 200_000,
          leftOut: `the last 400 lines of ${long}`,
        },
      },
      { width: 250, height: 900 },
    );
    const { page } = chat;
    await page.locator('details.reasoning summary').click();
    await page.locator('.code .hljs-keyword').waitFor();
    await page.screenshot({ path: path.join(results, 'narrowest.png') });
    const sideways = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('*')]
        .filter((one) => one.scrollWidth > one.clientWidth && /auto|scroll/.test(getComputedStyle(one).overflowX))
        .map((one) => one.closest('pre, table')?.localName ?? (one.querySelector('table') ? 'table' : one.className)),
    );
    assert.deepEqual([...new Set(sideways)].sort(), ['pre', 'table']);
    const outside = await page.evaluate(() =>
      [...document.querySelectorAll('article, button, textarea, summary, .chip, .footer, header, footer')]
        .filter((one) => !one.closest('pre, table, .unseen') && one.getBoundingClientRect().right > innerWidth + 0.5)
        .map((one) => `${one.localName}.${one.className} ${one.textContent?.trim().slice(0, 40)}`),
    );
    assert.deepEqual(outside, []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 250);
    await chat.close();
  });

  test('the first paint, measured', async () => {
    const times: number[] = [];
    for (let run = 0; run < 5; run++) {
      const chat = await server.open({ ...snapshot, messages: [user, answer({})] });
      const [paint] = await chat.page.evaluate(() =>
        performance.getEntriesByName('first-contentful-paint').map(({ startTime }) => startTime),
      );
      assert.ok(paint, 'something was painted');
      times.push(paint);
      await chat.close();
    }
    times.sort((a, b) => a - b);
    console.log(
      `first paint: median ${times[2]!.toFixed(0)} ms, from ${times[0]!.toFixed(0)} to ${times[4]!.toFixed(0)} ms`,
    );
  });
});
