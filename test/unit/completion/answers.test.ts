import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Answers, type Place } from '../../../src/completion/answers.ts';
import { outcome } from './outcome.ts';
import { place } from './place.ts';

const draft = (text: string) => ({ text, over: 0, tail: '' });
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
    const answers = new Answers(() => 0);
    answers.remember(at(from), outcome(shown));
    const draft = answers.find(at(now));
    assert.equal(draft?.text, found);
    if (draft != null) assert.deepEqual([draft.tail, draft.over], [tail, tail === '' ? 0 : 1]);
  });
}

test('an answer around closers is found again, before and after the first typed letter', () => {
  const answers = new Answers(() => 0);
  answers.remember(at('foo(|)\n'), outcome('a, b', { over: 1, tail: ';' }));
  assert.deepEqual(answers.find(at('foo(|)\n')), { text: 'a, b', over: 1, tail: ';' });
  assert.deepEqual(answers.find(at('foo(a|)\n')), { text: ', b', over: 1, tail: ';' });
  assert.deepEqual(answers.find(at('foo(a, b)|\n')), { text: ';', over: 0, tail: '' });
});

test('that nothing should be shown is known at the very place only', () => {
  const answers = new Answers(() => 0);
  answers.remember(at('a|'), outcome(null));
  assert.equal(answers.find(at('a|')), null);
  assert.equal(answers.find(at('ab|')), undefined);
});

test('a request ended from outside is not remembered, another document is another place', () => {
  const answers = new Answers(() => 0);
  answers.remember(at('a|'), outcome(null, { rejectedBy: 'cancelled' }));
  assert.equal(answers.find(at('a|')), undefined);
  answers.remember(at('a|'), outcome('b'));
  assert.equal(answers.find(at('a|', 'b.ts')), undefined);
  answers.clear();
  assert.equal(answers.find(at('a|')), undefined);
});

test('wherever one types along, accepting gives the same document', () => {
  const piece = fc.constantFrom('a', 'foo', '(', ')', '{ ', ' }', "'x'", ', ', ';', '\n  ', '[', ']', ' = ');
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 10 }).map((pieces) => pieces.join('')),
      fc.nat(),
      fc.constantFrom('', ')', ' + 1', '\n}\n'),
      (shown, where, after) => {
        const answers = new Answers(() => 0);
        const base: Place = { path: 'a.ts', prefix: 'begin\n  ', suffix: after };
        answers.remember(base, outcome(shown));
        const typed = shown.slice(0, where % (shown.length + 1));
        const draft = answers.find({ ...base, prefix: base.prefix + typed });
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
      const answers = new Answers(() => 0);
      const shown = `call(${inner})${more}`;
      answers.remember(at('|\nnext'), outcome(shown));
      const typed = inner.slice(0, where % inner.length);
      const draft = answers.find(at(`call(${typed}|)\nnext`));
      assert.ok(draft != null);
      const kept = draft.over === 0 ? [')', ''] : ['', ')'];
      assert.equal(`call(${typed}${draft.text}${kept[1]}${draft.tail}${kept[0]}`, shown);
    }),
  );
});

test('several texts are offered as far as they go on from what is typed', () => {
  const answers = new Answers(() => 0);
  answers.remember(at('a = |'), { ...outcome('foo(b);'), others: ['fob', 'bar'].map(draft) });
  assert.deepEqual(answers.find(at('a = |')), { ...draft('foo(b);'), others: [draft('fob'), draft('bar')] });
  assert.deepEqual(answers.find(at('a = fo|')), { ...draft('o(b);'), others: [draft('b')] });
  assert.deepEqual(answers.find(at('a = b|')), draft('ar'));
  assert.deepEqual(answers.find(at('a = foo(|)')), { text: 'b', over: 1, tail: ';' });
});

test('what a command brings comes behind what is on screen, each once, three at most', () => {
  const answers = new Answers(() => 0);
  answers.remember(at('a = |'), outcome('foo'));
  assert.equal(answers.find(at('a = |'), true), undefined);
  answers.remember(at('a = |'), { ...outcome('bar'), others: ['foo', 'baz', 'qux'].map(draft) }, true);
  const texts = [draft('bar'), draft('baz')];
  assert.deepEqual(answers.find(at('a = |'), true), { ...draft('foo'), others: texts });
  answers.remember(at('a = f|'), outcome('an'));
  assert.equal(answers.find(at('a = f|'))?.text, 'an');
  assert.equal(answers.find(at('a = f|'), true)?.text, 'oo', 'only what a command asked for');
});

test('that there is nothing is forgotten after a while, and when more is known', () => {
  let now = 0;
  const answers = new Answers(() => now);
  answers.remember(at('a|'), outcome(null));
  now = 4_999;
  assert.equal(answers.find(at('a|')), null);
  now = 5_001;
  assert.equal(answers.find(at('a|')), undefined);
  answers.remember(at('a|'), outcome(null));
  answers.expire();
  assert.equal(answers.find(at('a|')), undefined);
});

test('an edit far away forgets what was answered, a near one does not', () => {
  const answers = new Answers(() => 0);
  answers.remember({ ...at('a|'), offset: 5_000 }, outcome('b'));
  answers.edited('a.ts', 4_000);
  answers.edited('b.ts', 0);
  assert.equal(answers.find(at('a|'))?.text, 'b');
  answers.edited('a.ts', 0);
  assert.equal(answers.find(at('a|')), undefined);
});
