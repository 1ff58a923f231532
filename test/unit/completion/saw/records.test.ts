import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ANSWERS, type Place } from '../../../../src/completion/answers.ts';
import type { CompletionOutcome } from '../../../../src/completion/completer.ts';
import { type SeenAnswer, SeenAnswers } from '../../../../src/completion/saw/records.ts';
import { outcome } from '../outcome.ts';

const BEFORE = 'let a = 1;\nlet b = ';
const place = (typed = '', path = 'a.ts'): Place => {
  const prefix = BEFORE + typed;
  return { path, prefix, suffix: '\n', offset: 500 + prefix.length };
};
const answered = (at: Place, shown: string | null, more: Partial<CompletionOutcome> = {}): SeenAnswer => ({
  place: at,
  where: 'a.ts, line 2, column 9',
  model: 'm',
  explicit: false,
  memory: '',
  outcome: outcome(shown, more),
  at: new Date(),
});

describe('SeenAnswers', () => {
  it('tells of the answer that the editor was given, and not of one that came later for another place', () => {
    const answers = new SeenAnswers();
    const first = answered(place(), 'a + 1;');
    answers.note(first);
    answers.gave(place(), true);
    answers.note(answered(place('a + 1;\n'), 'ahead'));
    assert.deepEqual(answers.last, { answer: first, typed: 0 });
    answers.gave(place('a +'), true);
    assert.deepEqual(answers.last, { answer: first, typed: 3 });
  });

  it('tells of an answer that was held back, where nothing was given', () => {
    const answers = new SeenAnswers();
    const shown = answered(place(), 'a + 1;');
    const held = answered(place('x'), null);
    answers.note(shown);
    answers.note(held);
    answers.gave(place('x'), false);
    assert.deepEqual(answers.last, { answer: held, typed: null });
    answers.gave(place(), true);
    assert.equal(answers.last?.answer, shown);
  });

  it('takes the newest of two answers for one place, and none of another file or for other text', () => {
    const answers = new SeenAnswers();
    const [old, now] = [answered(place(), 'a'), answered(place(), 'b')];
    answers.note(old);
    answers.note(now);
    answers.gave(place('', 'b.ts'), true);
    answers.gave(place('c'), true);
    answers.gave({ ...place(), prefix: BEFORE.replace('1', '2') }, true);
    assert.equal(answers.last, undefined);
    answers.gave(place(), true);
    assert.deepEqual(answers.last, { answer: now, typed: 0 });
  });

  it('keeps nothing of what was ended from outside, only the latest ones, and nothing once it is cleared', () => {
    const answers = new SeenAnswers();
    answers.note(answered(place(), null, { rejectedBy: 'cancelled' }));
    answers.note(answered(place(), null, { rejectedBy: 'superseded' }));
    answers.gave(place(), false);
    assert.equal(answers.last, undefined);
    answers.note(answered(place(), 'old'));
    for (let i = 1; i <= ANSWERS; i++) answers.note(answered(place(`${i}`), 'y'));
    answers.gave(place(), true);
    assert.equal(answers.last, undefined);
    answers.gave(place('1'), true);
    assert.ok(answers.last);
    answers.clear();
    assert.equal(answers.last, undefined);
  });

  it('tells late of an answer whose first line was given while the rest of it was written', () => {
    const answers = new SeenAnswers();
    let late = 0;
    answers.onLate = () => late++;
    const before = answered(place('', 'b.ts'), 'a');
    answers.note(before);
    answers.gave(place('', 'b.ts'), true);
    answers.gave(place(), true);
    assert.equal(answers.last?.answer, before);
    answers.note(answered(place('', 'c.ts'), 'a'));
    assert.equal(late, 0);
    const grown = answered(place(), 'a + 1;');
    answers.note(grown);
    assert.equal(answers.last?.answer, grown);
    answers.note(answered(place(), 'once more'));
    assert.equal(answers.last?.answer, grown);
    assert.equal(late, 1);
  });
});
