import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionOutcome } from '../../../src/completion/completer.ts';
import { type Call, type CompletionTiming, Session } from '../../../src/completion/session.ts';
import { outcome } from './outcome.ts';
import { place } from './place.ts';

/** A session whose engine gives `answers` in turn. */
function sessionWith(answers: (string | null | Error)[]) {
  const timings: CompletionTiming[] = [];
  const judged: string[] = [];
  const session = new Session({
    onComplete: (timing) => timings.push(timing),
    onJudged: (told) => judged.push(told),
  });
  let asked = 0;
  const call = (file: string, more: Partial<Call> = {}): Call => ({
    place: { path: 'a.ts', ...place(file) },
    explicit: false,
    afterAccept: false,
    debounceMs: 0,
    run: async (_, onText) => {
      const answer = answers[asked++];
      assert.notEqual(answer, undefined, 'asked once too often');
      if (answer instanceof Error) throw answer;
      onText(answer ?? '');
      return outcome(answer ?? null);
    },
    ...more,
  });
  const live = new AbortController().signal;
  return {
    session,
    timings,
    judged,
    call,
    suggest: (file: string, more: Partial<Call> = {}, signal = live) => session.suggest(call(file, more), signal),
    get asked() {
      return asked;
    },
  };
}

test('typing along a suggestion asks nothing, typing elsewhere asks anew', async () => {
  const editor = sessionWith(['foo(b);', 'x']);
  assert.equal((await editor.suggest('a = |'))?.text, 'foo(b);');
  assert.equal((await editor.suggest('a = f|'))?.text, 'oo(b);');
  assert.equal((await editor.suggest('a = foo(|)'))?.text, 'b');
  assert.equal(editor.asked, 1);
  assert.equal((await editor.suggest('a = fa|'))?.text, 'x');
  assert.equal((await editor.suggest('a = f|'))?.text, 'oo(b);');
  assert.equal(editor.asked, 2);
  assert.deepEqual(
    editor.timings.map(({ source }) => source),
    ['engine', 'known', 'known', 'engine', 'known'],
  );
});

test('what was rejected at a place is not asked again, but by command it is', async () => {
  const editor = sessionWith([null, 'b']);
  assert.equal(await editor.suggest('a = |'), null);
  assert.equal(await editor.suggest('a = |'), null);
  assert.equal(editor.asked, 1);
  assert.equal((await editor.suggest('a = |', { explicit: true }))?.text, 'b');
  assert.deepEqual([editor.timings[0]?.rejectedBy, editor.timings[0]?.shown], ['blank', false]);
});

test('what is typed, and what is taken, tells whether a suggestion was right', async () => {
  const editor = sessionWith(['foo', 'bar', 'x', 'y', 'z']);
  await editor.suggest('a = |');
  await editor.suggest('a = f|');
  assert.deepEqual(editor.judged, []);
  await editor.suggest('a = foo|');
  assert.deepEqual(editor.judged, ['right']);
  await editor.suggest('a = foo +|');
  assert.deepEqual(editor.judged, ['right', 'wrong']);
  await editor.session.accepted(undefined);
  assert.deepEqual(editor.judged, ['right', 'wrong', 'right']);
  await editor.session.accepted(undefined);
  assert.deepEqual(editor.judged, ['right', 'wrong', 'right'], 'each once');
  // Elsewhere says nothing of it.
  await editor.suggest('b = |');
  await editor.suggest('c = |');
  assert.equal(editor.judged.length, 3);
});

test('a command given again while its request is under way is answered by that request, also with nothing', async () => {
  const editor = sessionWith([]);
  const answer = Promise.withResolvers<CompletionOutcome>();
  let asked = 0;
  const command: Partial<Call> = {
    explicit: true,
    run: () => {
      asked += 1;
      return answer.promise;
    },
  };
  const abort = new AbortController();
  const first = editor.suggest('a = |', command, abort.signal);
  await new Promise(setImmediate);
  const second = editor.suggest('a = |', command);
  abort.abort();
  answer.resolve(outcome(null));
  assert.equal(await first, undefined);
  assert.equal(await second, null);
  assert.equal(asked, 1);
  assert.deepEqual(
    editor.timings.map(({ source, shown }) => [source, shown]),
    [['joined', false]],
  );
});

test('a call that the editor has given up asks nothing', async () => {
  const editor = sessionWith([]);
  const abort = new AbortController();
  const suggesting = editor.suggest('a = |', { debounceMs: 60_000 }, abort.signal);
  abort.abort();
  assert.equal(await suggesting, undefined);
  assert.equal(editor.asked, 0);
  assert.equal(editor.timings.length, 0);
});

test('the suggestion after an accepted one is asked ahead, and the editor joins it', async () => {
  const editor = sessionWith([]);
  const answer = Promise.withResolvers<CompletionOutcome>();
  let asked = 0;
  const next = editor.call('a = foo(b);|\n', {
    run: () => {
      asked += 1;
      return answer.promise;
    },
  });
  const ahead = editor.session.accepted(next);
  const joined = editor.suggest('a = foo(b);|\n', { debounceMs: 60_000 });
  answer.resolve(outcome('\nc();'));
  await ahead;
  assert.equal((await joined)?.text, '\nc();');
  assert.equal(asked, 1);
  await editor.session.accepted(next);
  assert.equal(asked, 1);
  assert.deepEqual(
    editor.timings.map(({ source }) => source),
    ['joined'],
  );
});

test('after an acceptance, and by command, nothing is waited for', async () => {
  const editor = sessionWith(['b', 'c']);
  await editor.suggest('a = |', { afterAccept: true, debounceMs: 2 ** 30 });
  await editor.suggest('b = |', { explicit: true, debounceMs: 2 ** 30 });
  assert.equal(editor.asked, 2);
});

test('an error of the engine reaches the caller, and the next call asks again', async () => {
  const editor = sessionWith([new Error('engine stopped'), 'b']);
  await assert.rejects(editor.suggest('a = |'), /engine stopped/);
  assert.equal((await editor.suggest('a = |'))?.text, 'b');
});

test('another model forgets what the last one said', async () => {
  const editor = sessionWith(['b', 'c']);
  await editor.suggest('a = |');
  editor.session.clear();
  assert.equal((await editor.suggest('a = |'))?.text, 'c');
});
