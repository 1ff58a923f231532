import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Place } from '../../../src/completion/answers.ts';
import type { Call, Clock, CompletionTiming } from '../../../src/completion/call.ts';
import type { CompletionOutcome, Shown } from '../../../src/completion/completer.ts';
import { Session } from '../../../src/completion/session.ts';
import { Suggestions } from '../../../src/completion/suggestions.ts';
import { outcome } from './outcome.ts';
import { place } from './place.ts';

/** A session whose engine gives `answers` in turn. */
function sessionWith(answers: (string | null | Error)[]) {
  const timings: CompletionTiming[] = [];
  const judged: string[] = [];
  const events: string[] = [];
  const session = new Session({
    onComplete: (timing) => timings.push(timing),
    onJudged: (told) => judged.push(told),
    onEvent: ({ what, characters }) => events.push(characters > 0 ? `${what} ${characters}` : what),
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
    events,
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

/** Where the cursor is in a file written with a mark, as an editor with offsets has it. */
const cursor = (file: string) => ({ place: { path: 'a.ts', ...place(file), offset: place(file).prefix.length } });
const other = (text: string) => ({ text, over: 0, tail: '', right: 0.2 });

test('by command there are several, and what was on screen stays the first', async () => {
  const editor = sessionWith(['foo']);
  await editor.suggest('a = |');
  let asked = 0;
  const command = {
    explicit: true,
    run: async () => {
      asked++;
      return outcome('bar', { others: [other('foo'), other('baz')] });
    },
  };
  const several = await editor.suggest('a = |', command);
  assert.deepEqual([several?.text, several?.others?.map(({ text }) => text)], ['foo', ['bar', 'baz']]);
  // Looking through them, and typing along one of them, asks nothing.
  assert.equal((await editor.suggest('a = |', command))?.others?.length, 2);
  assert.equal((await editor.suggest('a = ba|'))?.text, 'r');
  assert.equal((await editor.suggest('a = fo|'))?.text, 'o');
  assert.equal(asked, 1);
});

test('what is put away is not shown again while the same stands there, but by command it is', async () => {
  const editor = sessionWith(['foo(b);', 'foo(b);', 'x', 'foo(b);']);
  await editor.suggest('a = |\n');
  const at = (file: string): Place => ({ path: 'a.ts', ...place(file) });
  assert.equal(editor.session.dismissed(at('elsewhere|')), false);
  assert.equal(editor.session.dismissed(at('a = |\n')), true);
  assert.equal(editor.session.dismissed(at('a = |\n')), false);
  assert.equal(await editor.suggest('a = |\n'), null);
  assert.equal(editor.timings.at(-1)?.rejectedBy, 'rejected');
  assert.equal(editor.session.withheld({ path: 'a.ts', ...place('a = |\n') }), 'rejected');
  assert.equal(await editor.suggest('a = f|\n'), null, 'a key of it');
  assert.equal(editor.asked, 1, 'nothing is asked for that');
  // Something near it changed.
  assert.equal((await editor.suggest('b();\na = |\n'))?.text, 'foo(b);');
  assert.equal((await editor.suggest('a = |\n', { explicit: true }))?.text, 'foo(b);');
  assert.deepEqual(editor.judged, ['wrong']);
});

test('what is put away after a part of it was typed is not shown there again', async () => {
  const editor = sessionWith(['foo(bar);', 'x']);
  await editor.suggest('a = |\n');
  await editor.suggest('a = foo(b|\n');
  assert.equal(editor.session.dismissed({ path: 'a.ts', ...place('a = foo(b|\n') }), true);
  assert.equal(await editor.suggest('a = foo(b|\n'), null);
  assert.equal(await editor.suggest('a = |\n'), null);
  assert.equal(editor.asked, 1);
});

test('what is typed over is rejected, what a slip of the finger hides is not', async () => {
  const editor = sessionWith(['foo', 'x', 'bar', 'z', 'baz', 'y']);
  await editor.suggest('a = |');
  await editor.suggest('a = g|');
  assert.equal((await editor.suggest('a = |'))?.text, 'foo');
  await editor.suggest('a = gar|');
  await editor.suggest('a = garn|');
  assert.equal(await editor.suggest('a = |'), null);
});

test('what was just deleted is not offered, whoever asks', async () => {
  const editor = sessionWith(['value;', 'value;']);
  const before = 'a = value;|\n';
  editor.session.read('a.ts', 0, before.replace('|', ''));
  for (let end = 10; end > 4; end--) editor.session.edited('a.ts', { offset: end - 1, length: 1, text: '' });
  assert.equal(await editor.suggest('', { ...cursor('a = |\n') }), null);
  assert.equal(editor.timings.at(-1)?.rejectedBy, 'deleted');
  assert.equal(await editor.suggest('', { ...cursor('a = |\n'), explicit: true }), null);
  assert.equal(editor.session.withheld(cursor('a = |\n').place), 'deleted');
});

test('undo right after an accept: it is not offered again, and counts as taken back', async () => {
  const editor = sessionWith(['foo(b);', 'c();']);
  editor.session.read('a.ts', 0, 'a = \n');
  await editor.suggest('', cursor('a = |\n'));
  editor.session.edited('a.ts', { offset: 4, length: 0, text: 'foo(b);' });
  await editor.session.accepted({ ...editor.call(''), ...cursor('a = foo(b);|\n') }, 'foo(b);');
  await editor.suggest('', cursor('a = foo(b);|\n'));
  editor.session.edited('a.ts', { offset: 4, length: 7, text: '' }, 'undone');
  assert.equal(await editor.suggest('', cursor('a = |\n')), null);
  assert.equal(editor.asked, 2, 'nothing is asked for that');
  editor.session.edited('a.ts', { offset: 4, length: 0, text: 'foo(b);' }, 'redone');
  assert.equal((await editor.suggest('', cursor('a = foo(b);|\n')))?.text, 'c();');
  assert.deepEqual(editor.events, ['shown', 'taken 7', 'shown', 'takenBack 7', 'shown']);
});

test('what is taken is told from what is typed, whoever is heard first', async () => {
  const editor = sessionWith(['foo;', 'bar;', 'x', 'y']);
  await editor.suggest('', cursor('a = |\n'));
  editor.session.edited('a.ts', { offset: 4, length: 0, text: 'foo;' });
  await editor.suggest('', cursor('a = foo;|\n'));
  await editor.session.accepted(undefined, 'foo;');
  assert.deepEqual(editor.events, ['shown', 'taken 4', 'shown']);
  editor.session.edited('a.ts', { offset: 4, length: 4, text: '' }, 'undone');
  assert.equal(editor.events.at(-1), 'takenBack 4');
});

test('words that are taken are told from keys', async () => {
  const editor = sessionWith(['foo bar;']);
  await editor.suggest('', cursor('a = |\n'));
  editor.session.edited('a.ts', { offset: 4, length: 0, text: 'foo ' });
  await editor.suggest('', cursor('a = foo |\n'));
  editor.session.edited('a.ts', { offset: 8, length: 0, text: 'b' });
  await editor.suggest('', cursor('a = foo b|\n'));
  editor.session.edited('a.ts', { offset: 9, length: 0, text: 'ar;' });
  await editor.session.accepted(undefined, 'ar;');
  assert.deepEqual(editor.events, ['shown', 'takenPart 4', 'taken 3']);
});

/** A clock on which time passes at once, or not at all. */
const clock = (passes: boolean): Clock => ({
  now: () => 0,
  wait: (_, signal) =>
    passes ? Promise.resolve() : new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
});

test('what comes behind a suggestion is asked while it is on screen', async () => {
  const asked: string[] = [];
  const session = new Session({ onComplete: () => {} }, undefined, clock(true));
  const callAt = (file: string, answer: string): Call => ({
    ...cursor(file),
    explicit: false,
    afterAccept: false,
    debounceMs: 0,
    run: async () => {
      asked.push(file);
      return outcome(answer);
    },
    after: (full, over) => {
      assert.equal(over, 0);
      return { ...callAt(file.replace('|', `${full}|`), 'next();'), after: () => undefined };
    },
  });
  const { signal } = new AbortController();
  await session.suggest(callAt('a = |\n', 'b;'), signal);
  await new Promise(setImmediate);
  assert.deepEqual(asked, ['a = |\n', 'a = b;|\n']);
  // Taken, it is there at once.
  await session.accepted(callAt('a = b;|\n', 'never'));
  assert.equal((await session.suggest(callAt('a = b;|\n', 'never'), signal))?.text, 'next();');
  assert.equal(asked.filter((file) => file === 'a = b;|\n').length, 1);
});

test('nothing is asked ahead while keys are typed', async () => {
  const session = new Session({ onComplete: () => {} }, undefined, clock(false));
  let ahead = 0;
  const call: Call = {
    ...cursor('a = |\n'),
    explicit: true,
    afterAccept: false,
    debounceMs: 0,
    run: async () => outcome('b;'),
    after: () => {
      ahead++;
      return undefined;
    },
  };
  await session.suggest(call, new AbortController().signal);
  session.key();
  await new Promise(setImmediate);
  assert.equal(ahead, 0);
});

test('a first line is shown early, and told of when there is more', async () => {
  const grown: Place[] = [];
  const session = new Session(
    { onComplete: () => {}, onGrown: (place) => grown.push(place) },
    new Suggestions(400, () => 0, 0),
  );
  const answer = Promise.withResolvers<CompletionOutcome>();
  const call: Call = {
    ...cursor('a\n|\n'),
    explicit: false,
    afterAccept: false,
    debounceMs: 0,
    run: (_, onText, onFirst) => {
      onText('b();\nc');
      onFirst(other('b();'));
      return answer.promise;
    },
  };
  const { signal } = new AbortController();
  assert.equal((await session.suggest(call, signal))?.text, 'b();');
  assert.equal(grown.length, 0);
  answer.resolve(outcome('b();\nc();'));
  await new Promise(setImmediate);
  assert.deepEqual(grown, [call.place]);
  assert.equal((await session.suggest(call, signal))?.text, 'b();\nc();');
});

test('so is one that was asked for a key before', async () => {
  const grown: Place[] = [];
  const session = new Session(
    { onComplete: () => {}, onGrown: (place) => grown.push(place) },
    new Suggestions(60_000, () => 0, 0),
  );
  const answer = Promise.withResolvers<CompletionOutcome>();
  const asked = Promise.withResolvers<(first: Shown) => void>();
  const call = (text: string): Call => ({
    ...cursor(text),
    explicit: false,
    afterAccept: false,
    debounceMs: 0,
    run: (_, onText, onFirst) => {
      onText('b();\nc');
      asked.resolve(onFirst);
      return answer.promise;
    },
  });
  const key = new AbortController();
  void session.suggest(call('a\n|\n'), key.signal);
  const sayFirst = await asked.promise;
  key.abort();
  const next = call('a\nb|\n');
  const suggested = session.suggest(next, new AbortController().signal);
  sayFirst(other('b();'));
  assert.equal((await suggested)?.text, '();');
  answer.resolve(outcome('b();\nc();'));
  await new Promise(setImmediate);
  assert.deepEqual(grown, [next.place]);
});
