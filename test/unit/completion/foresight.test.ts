/** What is asked before the editor asks: when, and that it is then not asked again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call, CompletionTiming } from '../../../src/completion/call.ts';
import type { CompletionOutcome, Shown } from '../../../src/completion/completer.ts';
import { Foresight } from '../../../src/completion/foresight.ts';
import { Session } from '../../../src/completion/session.ts';
import { Suggestions } from '../../../src/completion/suggestions.ts';
import { outcome } from './outcome.ts';
import { place } from './place.ts';

const key = (foresight: Foresight, version: number): boolean => {
  foresight.changed('a', version, true);
  return foresight.moved('a', version);
};

test('a key is foreseen once the editor has asked, and where the cursor is behind what was typed', () => {
  const foresight = new Foresight();
  assert.equal(key(foresight, 1), false, 'it may never ask here');
  foresight.asked(false);
  assert.equal(key(foresight, 2), true);
  assert.equal(foresight.moved('a', 2), false, 'once for a key');
  foresight.changed('a', 3, true);
  assert.equal(foresight.moved('b', 3), false);
  foresight.changed('a', 4, true);
  assert.equal(foresight.moved('a', 5), false, 'the text has changed since');
  foresight.changed('a', 6, false);
  assert.equal(foresight.moved('a', 6), false, 'that was undone');
});

test('nothing is foreseen where the editor does not ask any more, until it does again', () => {
  const foresight = new Foresight();
  foresight.asked(false);
  const foreseen = [1, 2, 3, 4, 5].map((version) => key(foresight, version));
  assert.deepEqual(foreseen, [true, true, false, false, false]);
  foresight.asked(false);
  assert.equal(key(foresight, 6), true);
});

test('nothing is foreseen while an entry of the list of words is chosen: keys change which', () => {
  const foresight = new Foresight();
  foresight.asked(true);
  assert.equal(key(foresight, 1), false);
  foresight.asked(false);
  assert.equal(key(foresight, 2), true);
});

/** A session whose requests are answered by the test; time passes where it says so. */
function session({ debounceMs = null as number | null } = {}) {
  let now = 0;
  const timings: CompletionTiming[] = [];
  const asked: {
    file: string;
    signal: AbortSignal;
    first(text: string): void;
    answer(outcome: CompletionOutcome | Error): void;
  }[] = [];
  const waits: number[] = [];
  const clock = {
    now: () => now,
    wait: async (ms: number) => {
      if (ms > 0) waits.push(ms);
      now += ms;
    },
  };
  const suggestions = new Suggestions(400, clock.now, 0);
  const one = new Session({ onComplete: (timing) => timings.push(timing) }, suggestions, clock);
  const call = (file: string, more: Partial<Call> = {}): Call => ({
    place: { path: 'a.ts', ...place(file) },
    explicit: false,
    afterAccept: false,
    debounceMs,
    run: (signal, _, onFirst) => {
      const { promise, resolve, reject } = Promise.withResolvers<CompletionOutcome>();
      signal.addEventListener('abort', () => resolve(outcome(null, { rejectedBy: 'cancelled' })));
      asked.push({
        file,
        signal,
        first: (text) => onFirst({ text, over: 0, tail: '', right: 1 } as Shown),
        answer: (given) => (given instanceof Error ? reject(given) : resolve(given)),
      });
      return promise;
    },
    ...more,
  });
  const live = new AbortController().signal;
  return {
    timings,
    asked,
    waits,
    pass: (ms: number) => {
      now += ms;
    },
    key: () => one.key(),
    foresee: (file: string) => one.foresee(call(file)),
    suggest: (file: string, more: Partial<Call> = {}) => one.suggest(call(file, more), live),
  };
}

test('the editor goes on with what was foreseen, whether it is answered by then or not', async () => {
  const editor = session();
  editor.foresee('a = |');
  const asking = editor.suggest('a = |');
  editor.asked[0]!.answer(outcome('b;'));
  assert.equal((await asking)?.text, 'b;');

  editor.foresee('c = |');
  editor.asked[1]!.answer(outcome('d;'));
  await Promise.resolve();
  editor.pass(30);
  assert.equal((await editor.suggest('c = |'))?.text, 'd;');
  assert.deepEqual(
    editor.asked.map(({ file }) => file),
    ['a = |', 'c = |'],
  );
  const told = editor.timings.map(({ source, firstTokenMs }) => [source, firstTokenMs]);
  assert.deepEqual(told, [
    ['engine', 7],
    ['engine', 7],
  ]);
});

test('what was foreseen and does not come true is ended', async () => {
  const editor = session();
  editor.foresee('a = |');
  const asking = editor.suggest('b = |');
  // Joining, waiting and asking take a few turns.
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  assert.equal(editor.asked[0]!.signal.aborted, true);
  editor.asked[1]!.answer(outcome('c;'));
  assert.equal((await asking)?.text, 'c;');
});

test('a command asks for itself, whatever was foreseen', async () => {
  const editor = session();
  editor.foresee('a = |');
  const asking = editor.suggest('a = |', { explicit: true });
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  assert.equal(editor.asked.length, 2);
  assert.equal(editor.asked[0]!.signal.aborted, true);
  editor.asked[1]!.answer(outcome('c;'));
  assert.equal((await asking)?.text, 'c;');
});

test('the first line of what was foreseen is shown early', async () => {
  const editor = session();
  editor.foresee('a = |');
  const asking = editor.suggest('a = |');
  editor.asked[0]!.first('[');
  assert.equal((await asking)?.text, '[');
});

test('that it failed is told to the editor, once', async () => {
  const editor = session();
  editor.foresee('a = |');
  editor.asked[0]!.answer(new Error('no engine'));
  await assert.rejects(editor.suggest('a = |'), /no engine/);
  const again = editor.suggest('a = |');
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  editor.asked[1]!.answer(outcome('b;'));
  assert.equal((await again)?.text, 'b;');
});

test('nothing is foreseen where one waits for a pause: by the setting, or because answers take long', async () => {
  const waiting = session({ debounceMs: 100 });
  waiting.foresee('a = |');
  assert.equal(waiting.asked.length, 0);

  const slow = session();
  for (const file of ['a|', 'b|', 'c|', 'd|', 'e|']) {
    slow.key();
    slow.foresee(file);
    const asking = slow.suggest(file);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    slow.pass(900);
    slow.asked.at(-1)!.answer(outcome('x'));
    await asking;
  }
  const before = slow.asked.length;
  slow.foresee('f = |');
  assert.equal(slow.asked.length, before, 'its own time was learned from');
  assert.ok(slow.waits.length > 0);
});

test('what is known, or under way, is not foreseen again', async () => {
  const editor = session();
  editor.foresee('a = |');
  editor.foresee('a = |');
  assert.equal(editor.asked.length, 1);
  const asking = editor.suggest('a = |');
  editor.asked[0]!.answer(outcome('bc'));
  await asking;
  editor.foresee('a = b|');
  assert.equal(editor.asked.length, 1);
});
