import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Attachable,
  answerTokens,
  fitAttachments,
  longestPrompt,
  roomsOf,
  sizesOf,
} from '../../../../src/chat/prompt/budget.ts';
import { attachment } from '../conversation/entryMakers.ts';
import { wordCounter } from './wordCounter.ts';

const lines = (count: number, from = 1): string =>
  Array.from({ length: count }, (_, n) => `const line${n + from} = ${n + from};\n`).join('');

test('rooms at the sizes that models have', () => {
  assert.deepEqual(roomsOf(4096), { fixed: 400, attachments: 1843, answer: 1024, history: 829 });
  assert.deepEqual(roomsOf(16384), { fixed: 400, attachments: 7372, answer: 2048, history: 6564 });
  assert.deepEqual(roomsOf(512), { fixed: 256, attachments: 0, answer: 256, history: 0 });
  assert.deepEqual([longestPrompt(4096), longestPrompt(256)], [3840, 128]);
  assert.deepEqual([answerTokens(4096, 1000), answerTokens(4096, 3800), answerTokens(4096, 5000)], [1024, 296, 0]);
});

test('rooms of any context are within it', () => {
  const property = fc.property(fc.integer({ min: 1, max: 300_000 }), (contextTokens) => {
    const rooms = Object.values(roomsOf(contextTokens));
    assert.ok(rooms.every((room) => room >= 0));
    assert.equal(
      rooms.reduce((sum, room) => sum + room, 0),
      contextTokens,
    );
  });
  fc.assert(property);
});

test('what fits is attached whole', async () => {
  const given = [attachment('a.ts', lines(3)), attachment('b.ts', lines(2))];
  const fitted = await fitAttachments(given, 1000, wordCounter());
  assert.deepEqual([fitted.attachments, fitted.leftOut], [given, []]);
  const sizes = await sizesOf(given, wordCounter());
  assert.equal(fitted.tokens, sizes[0]! + sizes[1]!);
  assert.deepEqual(await fitAttachments([], 10, wordCounter()), { attachments: [], tokens: 0, leftOut: [] });
});

test('a long file is cut to whole lines, which is said, and the rest can be chosen', async () => {
  const { attachments, leftOut, tokens } = await fitAttachments([attachment('a.ts', lines(300))], 200, wordCounter());
  const kept = attachments[0]!.lines![1];
  assert.ok(tokens <= 200 && tokens > 150);
  assert.equal(attachments[0]!.text, lines(kept));
  assert.deepEqual(leftOut, [
    { id: 'a.ts', words: `a.ts: lines ${kept + 1}-300 of 300 left out`, choices: [[kept + 1, 300]] },
  ]);
  assert.equal(attachments[0]!.cut, leftOut[0]!.words);
  assert.equal(attachments[0]!.label, `a.ts:1-${kept}`);
});

test('it is cut around the cursor, and lines are those of the file', async () => {
  const part: Attachable = { ...attachment('a.ts:101-400', lines(300, 101), { lines: [101, 400] }), focus: 250 };
  const { attachments, leftOut } = await fitAttachments([part], 200, wordCounter());
  const [from, to] = attachments[0]!.lines!;
  assert.ok(from < 250 && to > 250);
  assert.match(attachments[0]!.text, /^const line250 = 250;$/m);
  assert.equal(attachments[0]!.text, lines(to - from + 1, from));
  assert.deepEqual(leftOut[0]!.choices, [
    [101, from - 1],
    [to + 1, 400],
  ]);
  assert.equal(leftOut[0]!.words, `a.ts:101-400: lines 101-${from - 1} and lines ${to + 1}-400 left out`);
});

test('a short one stays whole beside a long one, and one of which nothing fits is named', async () => {
  const given = [
    attachment('long.ts', lines(300)),
    attachment('short.ts', lines(2)),
    attachment('min.js', 'x.'.repeat(999)),
  ];
  const { attachments, leftOut } = await fitAttachments(given, 500, wordCounter());
  assert.deepEqual(
    attachments.map(({ id, cut }) => [id, cut !== undefined]),
    [
      ['long.ts', true],
      ['short.ts', false],
    ],
  );
  assert.match(
    leftOut.find(({ id }) => id === 'min.js')!.words,
    /min\.js: left out whole \(\d+ tokens, of which \d+ would fit\)/,
  );
});

test('any attachments: within the room, whole lines in order, and every line is kept or can be chosen', async () => {
  const file = fc.record({
    count: fc.integer({ min: 1, max: 200 }),
    width: fc.integer({ min: 1, max: 30 }),
    focus: fc.option(fc.integer({ min: -5, max: 300 }), { nil: undefined }),
  });
  const property = fc.asyncProperty(
    fc.array(file, { maxLength: 5 }),
    fc.integer({ min: 0, max: 2000 }),
    async (files, room) => {
      const given = files.map(({ count, width, focus }, n): Attachable => {
        const text = Array.from({ length: count }, (_, line) => `${line + 1}${' x'.repeat(width)}`).join('\n');
        return { ...attachment(`${n}.ts`, text), ...(focus === undefined ? {} : { focus }) };
      });
      const counter = wordCounter();
      const { attachments, leftOut, tokens } = await fitAttachments(given, room, counter);
      assert.ok(tokens <= room);
      assert.ok(counter.asked <= 1 + 12 * files.length, String(counter.asked));
      const sizes = await sizesOf(attachments, counter);
      assert.equal(
        tokens,
        sizes.reduce((sum, size) => sum + size, 0),
      );
      for (const [n, { id, text }] of given.entries()) {
        const all = text.split('\n');
        const kept = attachments.find((each) => each.id === id);
        const out = leftOut.find((each) => each.id === id);
        const numbers = kept
          ? kept.text
              .split('\n')
              .filter(Boolean)
              .map((line) => Number.parseInt(line, 10))
          : [];
        for (const [from, to] of out?.choices ?? []) for (let at = from; at <= to; at++) numbers.push(at);
        assert.equal(out === undefined, kept !== undefined && kept.cut === undefined);
        if (all.length > 1 || kept)
          assert.deepEqual(
            [...numbers].sort((a, b) => a - b),
            all.map((_, at) => at + 1),
            `${n}`,
          );
      }
    },
  );
  await fc.assert(property, { numRuns: 200 });
});
