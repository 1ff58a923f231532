import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import fc from 'fast-check';
import type { CompletionOutcome } from '../../../src/completion/completer.ts';
import { type Place, Suggestions } from '../../../src/completion/suggestions.ts';
import { outcome } from './outcome.ts';
import { place } from './place.ts';

const at = (file: string, path = 'a.ts'): Place => ({ path, ...place(file) });

/** Suggested at the first place; what is found at the second without asking. */
const FOUND: [what: string, from: string, shown: string, now: string, found: string | undefined, tail?: string][] = [
  ['the same place', 'a = |\nb', 'foo(c);', 'a = |\nb', 'foo(c);'],
  ['typed along', 'a = |\nb', 'foo(c);', 'a = fo|\nb', 'o(c);'],
  ['typed otherwise', 'a = |\nb', 'foo(c);', 'a = fx|\nb', undefined],
  ['typed to its end', 'a = |\nb', 'foo(c);', 'a = foo(c);|\nb', undefined],
  ['an auto-closed bracket', 'a = |\nb', 'foo(c);', 'a = foo(|)\nb', 'c', ';'],
  ['an auto-closed bracket, further on', 'a = |\nb', 'foo(c, d);', 'a = foo(c|)\nb', ', d', ';'],
  ['the bracket typed over', 'a = |\nb', 'foo(c);', 'a = foo(c)|\nb', ';'],
  ['an auto-closed quote', 'a = |\nb', "'x' + y;", "a = '|'\nb", 'x', ' + y;'],
  ['another suffix', 'a = |\nb', 'foo(c);', 'a = |\nc', undefined],
  ['another line', 'a = |\nb', 'foo(c);', 'd = |\nb', undefined],
  ['backspace', 'a = |\nb', 'foo(c);', 'a =|\nb', undefined],
  ['several lines, the first typed', '|\n}', 'a();\nb();', 'a();\n|\n}', 'b();'],
];
for (const [what, from, shown, now, found, tail = ''] of FOUND) {
  test(`find: ${what}`, () => {
    const suggestions = new Suggestions();
    suggestions.remember(at(from), outcome(shown));
    const draft = suggestions.find(at(now));
    assert.equal(draft?.text, found);
    if (draft != null) assert.deepEqual([draft.tail, draft.over], [tail, tail === '' ? 0 : 1]);
  });
}

test('an answer around closers is found again, before and after the first typed letter', () => {
  const suggestions = new Suggestions();
  suggestions.remember(at('foo(|)\n'), outcome('a, b', { over: 1, tail: ';' }));
  assert.deepEqual(suggestions.find(at('foo(|)\n')), { text: 'a, b', over: 1, tail: ';' });
  assert.deepEqual(suggestions.find(at('foo(a|)\n')), { text: ', b', over: 1, tail: ';' });
  assert.deepEqual(suggestions.find(at('foo(a, b)|\n')), { text: ';', over: 0, tail: '' });
});

test('that nothing should be shown is known at the very place only', () => {
  const suggestions = new Suggestions();
  suggestions.remember(at('a|'), outcome(null));
  assert.equal(suggestions.find(at('a|')), null);
  assert.equal(suggestions.find(at('ab|')), undefined);
});

test('a request ended from outside is not remembered, another document is another place', () => {
  const suggestions = new Suggestions();
  suggestions.remember(at('a|'), outcome(null, { rejectedBy: 'cancelled' }));
  assert.equal(suggestions.find(at('a|')), undefined);
  suggestions.remember(at('a|'), outcome('b'));
  assert.equal(suggestions.find(at('a|', 'b.ts')), undefined);
  suggestions.clear();
  assert.equal(suggestions.find(at('a|')), undefined);
});

test('wherever one types along, accepting gives the same document', () => {
  const piece = fc.constantFrom('a', 'foo', '(', ')', '{ ', ' }', "'x'", ', ', ';', '\n  ', '[', ']', ' = ');
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 10 }).map((pieces) => pieces.join('')),
      fc.nat(),
      fc.constantFrom('', ')', ' + 1', '\n}\n'),
      (shown, where, after) => {
        const suggestions = new Suggestions();
        const base: Place = { path: 'a.ts', prefix: 'begin\n  ', suffix: after };
        suggestions.remember(base, outcome(shown));
        const typed = shown.slice(0, where % (shown.length + 1));
        const draft = suggestions.find({ ...base, prefix: base.prefix + typed });
        if (draft == null) assert.equal(shown.slice(typed.length).trim(), '');
        else assert.equal(typed + draft.text + after.slice(0, draft.over) + draft.tail, shown);
      },
    ),
    { numRuns: 1000 },
  );
});

test('with an auto-closed bracket, accepting after any typed part gives the same document too', () => {
  const argument = fc.stringMatching(/^[a-z]{1,6}(, [a-z]{1,6}){0,2}$/);
  fc.assert(
    fc.property(argument, fc.constantFrom(';', '', ' || x;', '.then();'), fc.nat(), (inner, more, where) => {
      const suggestions = new Suggestions();
      const shown = `call(${inner})${more}`;
      suggestions.remember(at('|\nnext'), outcome(shown));
      const typed = inner.slice(0, where % inner.length);
      const draft = suggestions.find(at(`call(${typed}|)\nnext`));
      assert.ok(draft != null);
      const kept = draft.over === 0 ? [')', ''] : ['', ')'];
      assert.equal(`call(${typed}${draft.text}${kept[1]}${draft.tail}${kept[0]}`, shown);
    }),
  );
});

/** A request that the test answers. */
function request() {
  let signal: AbortSignal | undefined;
  let say = (_: string) => {};
  const { promise, resolve } = Promise.withResolvers<CompletionOutcome>();
  return {
    run: (ended: AbortSignal, onText: (text: string) => void) => {
      signal = ended;
      say = onText;
      ended.addEventListener('abort', () => resolve(outcome(null, { rejectedBy: 'cancelled' })));
      return promise;
    },
    say: (text: string) => say(text),
    answer: (shown: string) => resolve(outcome(shown)),
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
  assert.deepEqual(await joined, { text: 'cde', over: 0, tail: '' });
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
  assert.equal((await asking)?.rejectedBy, 'cancelled');
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
  assert.equal((await second)?.shown, 'c');
  assert.equal((await first)?.shown, null);
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
  assert.equal(suggestions.find(at('a|')), undefined);
});

test('a suggestion is wrong when something else is typed, right when it is typed to its end', () => {
  const suggestions = new Suggestions();
  suggestions.remember(at('a|'), outcome('bcd'));
  suggestions.show(at('a|'));
  assert.equal(suggestions.left(at('ab|')), undefined);
  suggestions.show(at('ab|'));
  assert.equal(suggestions.left(at('abx|')), 'wrong');
  assert.equal(suggestions.left(at('abxy|')), undefined);
  suggestions.show(at('a|'));
  assert.equal(suggestions.left(at('abcd|')), 'right');
  suggestions.show(at('a|'));
  assert.equal(suggestions.accepted(), true);
  assert.equal(suggestions.accepted(), false);
  assert.equal(suggestions.left(at('z|')), undefined);
});
