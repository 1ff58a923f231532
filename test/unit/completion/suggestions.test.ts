import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { Place } from '../../../src/completion/answers.ts';
import type { CompletionOutcome, Shown } from '../../../src/completion/completer.ts';
import { type Early, Suggestions } from '../../../src/completion/suggestions.ts';
import { outcome } from './outcome.ts';
import { place } from './place.ts';

const at = (file: string, path = 'a.ts'): Place => ({ path, ...place(file) });

/** What a request came to that showed no first line early. */
async function outcomeOf(
  asking: Promise<CompletionOutcome | Early | undefined>,
): Promise<CompletionOutcome | undefined> {
  const came = await asking;
  assert.ok(came === undefined || !('first' in came));
  return came;
}

/** A request that the test answers. */
function request() {
  let signal: AbortSignal | undefined;
  let say = (_: string) => {};
  let sayFirst = (_: Shown) => {};
  const { promise, resolve } = Promise.withResolvers<CompletionOutcome>();
  return {
    run: (ended: AbortSignal, onText: (text: string) => void, onFirst: (first: Shown) => void) => {
      signal = ended;
      say = onText;
      sayFirst = onFirst;
      ended.addEventListener('abort', () => resolve(outcome(null, { rejectedBy: 'cancelled' })));
      return promise;
    },
    say: (text: string) => say(text),
    sayFirst: (text: string) => sayFirst({ text, over: 0, tail: '', right: 0.8 }),
    answer: (shown: string | null) => resolve(outcome(shown)),
    get ended() {
      return signal?.aborted;
    },
  };
}

test('a key that goes along with the request under way waits for it', async () => {
  const suggestions = new Suggestions();
  const asked = request();
  const first = new AbortController();
  const asking = suggestions.ask(at('a|'), asked.run, first.signal);
  asked.say('bc');
  first.abort();
  assert.equal(await asking, undefined);
  const joined = suggestions.join(at('ab|'), new AbortController().signal);
  asked.say('bcd');
  asked.answer('bcde');
  assert.deepEqual(await joined, { offer: { text: 'cde', over: 0, tail: '' } });
  assert.equal(asked.ended, false);
});

test('one that goes ahead of the text waits until the text decides', async () => {
  const suggestions = new Suggestions();
  const asked = request();
  const signal = new AbortController().signal;
  void suggestions.ask(at('a|'), asked.run, signal);
  const along = suggestions.join(at('axy|'), signal);
  asked.say('x');
  asked.say('xz');
  assert.equal(await along, undefined);
});

test('a key that goes elsewhere ends the request at once', async () => {
  const suggestions = new Suggestions();
  const asked = request();
  const asking = suggestions.ask(at('a|'), asked.run, new AbortController().signal);
  asked.say('bc');
  assert.equal(await suggestions.join(at('ax|'), new AbortController().signal), undefined);
  assert.equal(asked.ended, true);
  assert.equal((await outcomeOf(asking))?.rejectedBy, 'cancelled');
});

test('a newer request ends the older one', async () => {
  const suggestions = new Suggestions();
  const older = request();
  const newer = request();
  const signal = new AbortController().signal;
  const first = suggestions.ask(at('a|'), older.run, signal);
  const second = suggestions.ask(at('b|'), newer.run, signal);
  assert.equal(older.ended, true);
  newer.answer('c');
  assert.equal((await outcomeOf(second))?.shown, 'c');
  assert.equal((await outcomeOf(first))?.shown, null);
});

test('a request that nobody waits for ends after the grace time, and not while somebody does', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const suggestions = new Suggestions(400);
    const asked = request();
    const first = new AbortController();
    const asking = suggestions.ask(at('a|'), asked.run, first.signal);
    mock.timers.tick(10_000);
    assert.equal(asked.ended, false);
    first.abort();
    await asking;
    mock.timers.tick(399);
    assert.equal(asked.ended, false);
    mock.timers.tick(1);
    assert.equal(asked.ended, true);

    const ahead = request();
    void suggestions.ask(at('b|'), ahead.run);
    mock.timers.tick(400);
    assert.equal(ahead.ended, true);
  } finally {
    mock.timers.reset();
  }
});

test('a failing request rejects for who waits and is forgotten', async () => {
  const suggestions = new Suggestions();
  const signal = new AbortController().signal;
  const failing = suggestions.ask(at('a|'), () => Promise.reject(new Error('engine stopped')), signal);
  await assert.rejects(failing, /engine stopped/);
  assert.equal(suggestions.underWay(at('a|')), undefined);
  assert.equal(suggestions.answers.find(at('a|')), undefined);
});

test('a suggestion is wrong when something else is typed, right when it is typed to its end', () => {
  const suggestions = new Suggestions();
  suggestions.answers.remember(at('a|'), outcome('bcd'));
  suggestions.show(at('a|'));
  assert.equal(suggestions.left(at('ab|')), undefined);
  suggestions.show(at('ab|'));
  assert.equal(suggestions.left(at('abx|')), 'wrong');
  assert.equal(suggestions.left(at('abxy|')), undefined);
  suggestions.show(at('a|'));
  assert.equal(suggestions.left(at('abcd|')), 'right');
  suggestions.show(at('a|'));
  assert.equal(suggestions.gone(), true);
  assert.equal(suggestions.gone(), false);
  assert.equal(suggestions.left(at('z|')), undefined);
});

test('of several suggestions any may be typed', () => {
  const suggestions = new Suggestions();
  suggestions.answers.remember(at('a|'), outcome('bcd', { others: [{ text: 'xyz', over: 0, tail: '', right: 0.1 }] }));
  suggestions.show(at('a|'));
  assert.equal(suggestions.left(at('axy|')), undefined);
  assert.equal(suggestions.left(at('axyz|')), 'right');
});

test('what is asked ahead goes on though nobody waits, until something else is typed', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const suggestions = new Suggestions(400);
    const ahead = request();
    void suggestions.ask(at('ab|'), ahead.run, undefined, { ahead: true });
    mock.timers.tick(60_000);
    assert.equal(ahead.ended, false);
    assert.equal(await suggestions.join(at('ax|'), new AbortController().signal), undefined);
    assert.equal(ahead.ended, true);
  } finally {
    mock.timers.reset();
  }
});

test('a command does not wait for what was asked without one', async () => {
  const suggestions = new Suggestions();
  const asked = request();
  const signal = new AbortController().signal;
  void suggestions.ask(at('a|'), asked.run, signal);
  assert.equal(await suggestions.join(at('a|'), signal, true), undefined);
  assert.equal(asked.ended, true);
});

/** Somebody typed on, up to `text`, while it was asked behind `a`; its first line is there, and the rest follows. */
function typedOn(text: string) {
  const suggestions = new Suggestions(60_000, () => 0, 0);
  const asked = request();
  const first = new AbortController();
  void suggestions.ask(at('a|'), asked.run, first.signal);
  first.abort();
  const joining = suggestions.join(at(text), new AbortController().signal);
  asked.say('b();\nc');
  asked.sayFirst('b();');
  return { joining, answer: () => asked.answer('b();\nc();'), find: () => suggestions.answers.find(at(text))?.text };
}

test('who typed on while it was asked sees its first line early too, as far as it is not typed', async () => {
  const { joining, answer, find } = typedOn('ab|');
  const joined = await joining;
  assert.deepEqual(joined?.offer, { text: '();', over: 0, tail: '' });
  answer();
  assert.equal(await joined?.rest, true);
  assert.equal(find(), '();\nc();');
});

test('who typed on behind its first line waits for the rest', async () => {
  const { joining, answer } = typedOn('ab();|');
  await new Promise((resolve) => setTimeout(resolve, 5));
  answer();
  assert.equal((await joining)?.offer?.text, '\nc();');
});

/** A first line, and what the whole answer then was. @returns what is shown at first, what is known in the end, and whether it grew. */
async function early(first: string, whole: string | null, waits = 0) {
  const suggestions = new Suggestions(0, () => 0, waits);
  const asked = request();
  const asking = suggestions.ask(at('a|'), asked.run, new AbortController().signal);
  asked.say(first);
  asked.sayFirst(first);
  if (waits > 0) asked.answer(whole);
  const came = await asking;
  const known = suggestions.answers.find(at('a|'))?.text;
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(asked.ended, false, 'the rest goes on');
  asked.answer(whole);
  const grown = came && 'rest' in came ? await came.rest : undefined;
  return { early: came && 'first' in came, known, grown, last: suggestions.answers.find(at('a|'))?.text };
}

test('a first line is shown while the rest is written, and then all of it', async () => {
  assert.deepEqual(await early('b();', 'b();\nc();'), { early: true, known: 'b();', grown: true, last: 'b();\nc();' });
});

test('a first line that is on screen stays, whatever the rest comes to', async () => {
  for (const whole of [null, 'x();', 'b', 'b();']) {
    assert.deepEqual(await early('b();', whole), { early: true, known: 'b();', grown: false, last: 'b();' });
  }
});

test('a whole answer that is there soon is shown at once', async () => {
  const { early: wasEarly, last } = await early('b();', 'b();\nc();', 60_000);
  assert.deepEqual([wasEarly, last], [false, 'b();\nc();']);
});

test('who types along a first line, or takes it, comes to the rest', async () => {
  const suggestions = new Suggestions(0, () => 0, 0);
  const asked = request();
  const signal = new AbortController().signal;
  const asking = suggestions.ask(at('a|'), asked.run, signal);
  asked.say('b();\n');
  asked.sayFirst('b();');
  await asking;
  assert.equal(suggestions.answers.find(at('ab|'))?.text, '();');
  assert.equal(suggestions.answers.find(at('ab();|')), undefined);
  const joined = suggestions.join(at('ab();|'), signal);
  asked.answer('b();\nc();');
  assert.equal((await joined)?.offer?.text, '\nc();');
});
