/** The parts of the view that need no page. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ChatSnapshot, Meter } from '../../../../src/chat/view/protocol.ts';
import { choices, triggerAt } from '../../../../src/webview/chat/mentions.ts';
import { proseHtml } from '../../../../src/webview/chat/prose.ts';
import { ChatState } from '../../../../src/webview/chat/state.ts';
import { duration, fullness, meterWords, pausedWords, turnWords } from '../../../../src/webview/chat/words.ts';

const snapshot: ChatSnapshot = {
  conversation: { id: 'c', title: '' },
  model: { kind: 'opening' },
  messages: [{ id: 'a', role: 'assistant', text: 'One', state: 'running' }],
  turn: { kind: 'idle' },
  queue: [],
  draft: { text: '', attachments: [], offers: [] },
  meter: null,
  commands: [{ name: 'fix', description: '' }],
  mentions: [
    { name: 'file', description: '', takesName: true },
    { name: 'problems', description: '', takesName: false },
  ],
};

describe('ChatState', () => {
  test('takes deltas, messages and patches in, and says what changed', () => {
    const state = new ChatState();
    assert.deepEqual(state.apply({ type: 'delta', id: 'a', text: 'early' }), []);
    assert.deepEqual(state.apply({ type: 'snapshot', snapshot }), ['snapshot']);
    assert.deepEqual(state.apply({ type: 'delta', id: 'a', text: ' two', reasoning: 'hm' }), ['message:a']);
    assert.equal(state.message('a')?.text, 'One two');
    assert.deepEqual(state.message('a')?.reasoning, { ms: 0, open: true, text: 'hm' });
    assert.deepEqual(state.apply({ type: 'message', message: { id: 'b', role: 'user', text: 'B', state: 'whole' } }), [
      'messages',
    ]);
    assert.deepEqual(state.apply({ type: 'message', message: { id: 'b', role: 'user', text: 'C', state: 'whole' } }), [
      'message:b',
    ]);
    assert.deepEqual(
      state.messages.map(({ text }) => text),
      ['One two', 'C'],
    );
    assert.deepEqual(state.apply({ type: 'patch', patch: { turn: { kind: 'waiting', words: 'w' } } }), ['turn']);
    assert.equal(state.busy, true);
    // The snapshot that was given is the giver's.
    assert.equal(snapshot.messages.length, 1);
  });

  test('does with the first snapshot what was asked before it: where the cursor is to be, and what is to be written', () => {
    const state = new ChatState();
    assert.deepEqual(state.apply({ type: 'setDraft', text: 'Why?' }), []);
    assert.deepEqual(state.apply({ type: 'focus', what: 'lastMessage' }), []);
    assert.deepEqual(state.apply({ type: 'snapshot', snapshot }), ['snapshot', 'setDraft', 'focus']);
    assert.deepEqual([state.draftToTake, state.focus], ['Why?', 'lastMessage']);
    assert.deepEqual(state.apply({ type: 'snapshot', snapshot }), ['snapshot']);
  });
});

describe('the menu of the draft', () => {
  test('opens for a command at the beginning, and for what follows an @ after a space', () => {
    const at = (text: string) => triggerAt(text, text.length, snapshot.mentions);
    assert.deepEqual(at('/fi'), { kind: 'command', from: 0, query: 'fi' });
    assert.equal(at('a /fi'), null);
    assert.equal(at('a@b'), null);
    assert.deepEqual(at('see @pa'), { kind: 'mention', from: 4, query: 'pa', of: null });
    assert.deepEqual(at('@file:src/a'), { kind: 'mention', from: 0, query: 'src/a', of: snapshot.mentions[0] });
    assert.equal(at('@file a'), null);
  });

  test('offers kinds and what was found', () => {
    const found = [{ kind: 'file' as const, value: 'v', label: 'p.ts' }];
    const offered = choices({ kind: 'mention', from: 0, query: 'p', of: null }, snapshot, found);
    assert.deepEqual(
      offered.map(({ label }) => label),
      ['@problems', 'p.ts'],
    );
    assert.deepEqual(offered[0]?.pick, { kind: 'attach', of: 'problems', value: '' });
    const [file] = choices({ kind: 'mention', from: 0, query: 'f', of: null }, snapshot, []);
    assert.deepEqual(file?.pick, { kind: 'insert', text: '@file:' });
  });
});

describe('words', () => {
  const meter: Meter = {
    fixed: 100,
    attachments: 0,
    memories: 0,
    history: 600,
    draft: 40,
    answer: 100,
    contextTokens: 1000,
    promptTokens: 9840,
    newTokens: 312,
    readMs: 2000,
  };

  test('of costs and times', () => {
    assert.equal(meterWords(meter), '312 new of 9,840 tokens, about 2 s');
    assert.equal(meterWords({ ...meter, readMs: null }), '312 new of 9,840 tokens');
    assert.deepEqual([0, 400, 12_400, 80_000, 120_000].map(duration), ['0 s', '0.4 s', '12 s', '1 min 20 s', '2 min']);
    assert.deepEqual(
      [0, 600, 900].map((history) => fullness({ ...meter, history })),
      ['free', 'warn', 'full'],
    );
  });

  test('of what the engine is at', () => {
    const reading = { kind: 'reading' as const, done: 40, total: 100, leftMs: 2600, pausedMs: 180 };
    assert.equal(turnWords(reading), 'Reading 40 %, 3 s left');
    assert.equal(pausedWords(reading), 'Paused 180 ms for your typing');
    assert.equal(turnWords({ kind: 'writing', tokens: 9, tokensPerSecond: 12.2, pausedMs: 0 }), '12 tokens/s');
  });
});

describe('proseHtml', () => {
  test('writes its own tags only', () => {
    assert.equal(proseHtml('a <b onclick=x>&lt; ![alt](http://x/y.png)'), '<p>a &lt;b onclick=x&gt;&lt; alt</p>');
    assert.equal(proseHtml('[x](javascript:y)'), '<p>x (javascript:y)</p>');
    assert.match(proseHtml('[x](src/a.ts#L3)'), /data-open="src\/a.ts#L3"/);
    assert.doesNotMatch(proseHtml('[x](https://a.b "t\\" onclick=\\"y")'), /onclick="/);
  });

  test('what would nest or take quadratic time is bounded', () => {
    const deep = proseHtml(`${'> '.repeat(5000)}a`);
    assert.ok((deep.match(/<blockquote>/g)?.length ?? 0) <= 13);
    for (const text of [
      '['.repeat(100_000),
      '*a_'.repeat(50_000),
      '- '.repeat(20_000),
      '`'.repeat(99_999),
      '<'.repeat(50_000),
    ]) {
      assert.ok(proseHtml(text).length < 30_000, text.slice(0, 5));
    }
  });
});
