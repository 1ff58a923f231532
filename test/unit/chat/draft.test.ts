/** What a draft is said to cost: with what it names, as soon as that is found. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Draft, type Question, type Weighed } from '../../../src/chat/draft.ts';

/** @param search takes so long. @returns how many attachments were in what was weighed, each time. */
function draftOf(t: TestContext, search: () => Promise<void>): { draft: Draft; weighed: number[] } {
  const weighed: number[] = [];
  const found = { id: 'f', kind: 'codebase' as const, label: 'a.ts:1-9', text: 'found' };
  const draft = new Draft({
    async asSent(question: Question) {
      await search();
      return { ...question, attachments: [found] };
    },
    async weigh({ attachments }) {
      weighed.push(attachments.length);
      return { meter: { promptTokens: attachments.length }, attachments: new Map() } as unknown as Weighed;
    },
    readAhead: async () => {},
    offers: () => [],
    changed: () => {},
  });
  t.after(() => draft.stop());
  return { draft, weighed };
}

test('is weighed once, with what a quick search finds', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { draft, weighed } = draftOf(t, async () => {});
  draft.typed('Where? @codebase');
  t.mock.timers.tick(150);
  await new Promise(setImmediate);
  assert.deepEqual([weighed, draft.meter?.promptTokens], [[1], 1]);
});

test('is weighed without it while a search takes long, and then with it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const searched = Promise.withResolvers<void>();
  const { draft, weighed } = draftOf(t, () => searched.promise);
  draft.typed('Where? @codebase');
  t.mock.timers.tick(150);
  await new Promise(setImmediate);
  assert.deepEqual(weighed, []);
  t.mock.timers.tick(450);
  await new Promise(setImmediate);
  assert.deepEqual([weighed, draft.meter?.promptTokens], [[0], 0]);
  searched.resolve();
  await new Promise(setImmediate);
  assert.deepEqual([weighed.slice(0, 2), draft.meter?.promptTokens], [[0, 1], 1]);
});
