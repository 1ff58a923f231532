import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pace, type Refusal, refusalAt, type TriggerPlace } from '../../../src/completion/trigger.ts';

const spot = (line: string, changes: Partial<TriggerPlace> = {}): TriggerPlace => {
  const [before = '', rest = ''] = line.split('|');
  return { before, rest, fileBlank: false, cursors: 1, selecting: false, explicit: false, ...changes };
};

const PLACES: [what: string, place: TriggerPlace, refusal: Refusal | null][] = [
  ['the end of a line', spot('const a = |'), null],
  ['before auto-closed brackets', spot('foo(|)'), null],
  ['before brackets and a brace', spot('if (|) {'), null],
  ['inside a line', spot('foo(| + 1)'), 'midLine'],
  ['between the braces of a body', spot('useEffect(() => {|}, []);'), null],
  ['between other braces', spot('const a = {|}, b = 1;'), 'midLine'],
  ['inside a word', spot('fo|o'), 'insideWord'],
  ['inside a word with other letters', spot('grü|ße'), 'insideWord'],
  ['a blank line in a file with code', spot('  |'), null],
  ['an empty file', spot('|', { fileBlank: true }), 'emptyFile'],
  ['several cursors', spot('a|', { cursors: 2 }), 'selection'],
  ['a selection', spot('a|', { selecting: true }), 'selection'],
  ['a line of data', spot(`${'x'.repeat(6000)}|`), 'longLine'],
  ['a binary file', spot('a\0b|'), 'binary'],
  ['inside a line, asked for', spot('foo(| + 1)', { explicit: true }), null],
  ['a selection, asked for', spot('a|', { selecting: true, explicit: true }), 'selection'],
];
for (const [what, place, refusal] of PLACES) {
  test(`${what}: ${refusal ?? 'asked'}`, () => assert.equal(refusalAt(place), refusal));
}

const lineEnd = { last: '.', lineEnd: true, fileEnd: true };
const inWord = { last: 'a', lineEnd: false, fileEnd: false };

/** Somebody who types so, with a model that answers so slowly. */
function typed(gap: number, latency = 400): Pace {
  const pace = new Pace();
  for (let key = 0; key < 60; key++) {
    pace.key(key * gap);
    pace.answered(latency);
  }
  return pace;
}

test('nothing is waited where an answer takes a few frames, however fast one types', () => {
  for (const gap of [60, 130, 300]) assert.equal(typed(gap, 45).wait(inWord), 0);
  assert.equal(new Pace().wait(inWord), 0);
});

test('nothing is waited where the answer comes before most next keys', () => {
  assert.equal(typed(250, 150).wait(inWord), 0);
  assert.notEqual(typed(130, 150).wait(inWord), 0);
});

test('where answers are slow the wait follows the typing', () => {
  assert.ok(typed(80).wait(lineEnd) < typed(180).wait(lineEnd));
  assert.ok(Math.abs(typed(150).wait(lineEnd) - 150) < 2);
});

test('where a suggestion is likely wanted, it comes earlier', () => {
  const pace = typed(150);
  assert.ok(pace.wait(lineEnd) < pace.wait({ ...inWord, lineEnd: true }));
  assert.ok(pace.wait({ ...inWord, lineEnd: true }) < pace.wait(inWord));
});

test('answers that nobody waits for to their end count once they take longer than was known', () => {
  const pace = typed(130, 20);
  for (let key = 0; key < 10; key++) pace.abandoned(10);
  assert.equal(pace.wait(inWord), 0);
  for (let key = 0; key < 10; key++) pace.abandoned(130);
  assert.notEqual(pace.wait(inWord), 0);
});

test('after an answer that was far from sure two keys wait for a pause, and then it is asked again', () => {
  const pace = typed(130, 20);
  pace.unsure(0.4);
  assert.equal(pace.wait(inWord), 0);
  pace.unsure(0.1);
  assert.ok(pace.wait(inWord) >= 130 && pace.wait(inWord) >= 130);
  assert.equal(pace.wait(inWord), 0);
});

test('a slow moment is forgotten within some words', () => {
  const pace = typed(130, 200);
  let keys = 0;
  while (pace.wait(inWord) > 0) keys++;
  assert.ok(keys > 5 && keys < 40, `${keys} keys`);
});

test('pauses for thought are not typing', () => {
  const pace = typed(100);
  const before = pace.wait(lineEnd);
  pace.key(100_000);
  assert.equal(pace.wait(lineEnd), before);
});

test('whatever happens, the wait is none, or between 20 and 300 ms', () => {
  const event = fc.oneof(
    fc.nat(5000).map((gap) => ({ gap })),
    fc.nat(60_000).map((answered) => ({ answered })),
    fc.nat(1000).map((abandoned) => ({ abandoned })),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), fc.constantFrom(lineEnd, inWord), (events, place) => {
      const pace = new Pace();
      let now = 0;
      for (const one of events) {
        if ('gap' in one) {
          now += one.gap;
          pace.key(now);
        } else if ('answered' in one) pace.answered(one.answered);
        else pace.abandoned(one.abandoned);
      }
      const wait = pace.wait(place);
      assert.ok(wait === 0 || (wait >= 20 && wait <= 300), `${wait}`);
    }),
  );
});
