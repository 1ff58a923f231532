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

function typed(gap: number, keys = 60): Pace {
  const pace = new Pace();
  for (let key = 0; key < keys; key++) pace.key(key * gap);
  return pace;
}

test('the wait follows the typing', () => {
  assert.ok(typed(80).wait(lineEnd) < typed(180).wait(lineEnd));
  assert.ok(Math.abs(typed(150).wait(lineEnd) - 150) < 2);
});

test('where a suggestion is likely wanted, it comes earlier', () => {
  const pace = typed(150);
  assert.ok(pace.wait(lineEnd) < pace.wait({ ...inWord, lineEnd: true }));
  assert.ok(pace.wait({ ...inWord, lineEnd: true }) < pace.wait(inWord));
});

test('a slow model is asked earlier', () => {
  const pace = typed(200);
  const before = pace.wait(inWord);
  for (let answer = 0; answer < 40; answer++) pace.answered(100);
  assert.ok(pace.wait(inWord) < before - 90);
});

test('pauses for thought are not typing', () => {
  const pace = typed(100);
  const before = pace.wait(lineEnd);
  pace.key(100_000);
  assert.equal(pace.wait(lineEnd), before);
});

test('three suggestions in a row that were seen and not taken slow it down; a welcome one ends that', () => {
  const pace = typed(100);
  const before = pace.wait(lineEnd);
  pace.rejected(300);
  pace.rejected(300);
  for (let glimpse = 0; glimpse < 5; glimpse++) pace.rejected(100);
  assert.equal(pace.wait(lineEnd), before);
  pace.rejected(300);
  assert.equal(pace.wait(lineEnd), before * 2);
  for (let more = 0; more < 20; more++) pace.rejected(300);
  assert.equal(pace.wait(lineEnd), before * 4);
  pace.welcome();
  assert.equal(pace.wait(lineEnd), before);
});

test('whatever happens, the wait stays between 20 ms and a second', () => {
  const event = fc.oneof(
    fc.nat(5000).map((gap) => ({ gap })),
    fc.nat(60_000).map((answered) => ({ answered })),
    fc.nat(1000).map((rejected) => ({ rejected })),
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
        else pace.rejected(one.rejected);
      }
      const wait = pace.wait(place);
      assert.ok(wait >= 20 && wait <= 1000, `${wait}`);
    }),
  );
});
