import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FilterName } from '../../../src/completion/filters/index.ts';
import { explain, type Silence, silenceOf } from '../../../src/completion/silence.ts';
import { refusalAt, type TriggerPlace } from '../../../src/completion/trigger.ts';

const sentence = (silence: Silence, index?: { files: number; pending: number }) => explain(silence, index)?.sentence;
const unsure: Silence = { why: 'unsure', confidence: 0.12, needed: 0.35 };

describe('why an outcome shows nothing', () => {
  const outcome = (rejectedBy: Parameters<typeof silenceOf>[0]['rejectedBy'], shown: string | null = null) =>
    silenceOf({ shown, rejectedBy, right: 0.12, needed: 0.35 });

  it('is what rejected it', () => {
    assert.deepEqual(outcome('unsure'), unsure);
    assert.deepEqual(outcome('repetition'), { why: 'filtered', filter: 'repetition' });
  });

  it('is nothing where it shows something, or was ended from outside', () => {
    assert.equal(outcome(null, 'x;'), null);
    assert.equal(outcome('cancelled'), null);
    assert.equal(outcome('superseded'), null);
  });
});

describe('the explanation', () => {
  it('gives the likelihood and the bar, which never look the same', () => {
    assert.equal(sentence(unsure), 'unsure here (12 %, shown from 35 %)');
    for (const [confidence, needed] of [
      [0.3499, 0.35],
      [0.069, 0.07],
      [0, 0.05],
    ] as const) {
      const [has, needs] = sentence({ why: 'unsure', confidence, needed })!.match(/\d+/g)!.map(Number);
      assert.equal(needs, Math.round(needed * 100));
      assert.ok(has! < needs!, `${has} < ${needs}`);
    }
  });

  it('says how far the project is read where that may be why', () => {
    const index = { files: 312, pending: 4_088 };
    assert.equal(sentence(unsure, index), 'indexing 312 of 4,400 files; unsure here (12 %, shown from 35 %)');
    assert.equal(explain(unsure, index)?.word, 'indexing');
    assert.equal(sentence(unsure, { files: 4_400, pending: 0 }), 'unsure here (12 %, shown from 35 %)');
    assert.equal(sentence({ why: 'ignored' }, index), 'this file is private (ignored by git)');
  });

  it('leaves to the status item what it knows better', () => {
    assert.equal(explain({ why: 'noModel' }), undefined);
    assert.equal(explain({ why: 'off' }), undefined);
  });

  it('has plain words for every reason: no name of ours, no full stop, and each its own', () => {
    const filters: Record<FilterName, true> = {
      markdownFence: true,
      specialTokens: true,
      blank: true,
      unfinishedLine: true,
      unclosedBlock: true,
      repetition: true,
      repeatsNextLines: true,
      nearDuplicate: true,
      suffixOverlap: true,
      openBrackets: true,
      blockClosers: true,
      unmatchedClosers: true,
      tooShort: true,
      insideWord: true,
      repeatsLine: true,
      repeatsAbove: true,
      wrongDepth: true,
      commentLine: true,
      unfinishedExpression: true,
      separators: true,
    };
    const all: Silence[] = [
      unsure,
      ...(Object.keys(filters) as FilterName[]).map((filter) => ({ why: 'filtered', filter }) as const),
      ...(['notWritable', 'ignored', 'secret', 'selection', 'insideWord', 'midLine'] as const).map((why) => ({ why })),
      ...(['emptyFile', 'longLine', 'binary', 'failed', 'otherChosen'] as const).map((why) => ({ why })),
    ];
    const sentences = all.map((silence) => sentence(silence)!);
    assert.equal(new Set(sentences).size, all.length);
    for (const text of sentences) assert.doesNotMatch(text, /[a-z][A-Z]|\.$|undefined/, text);
    for (const { word, hint, remedies } of all.map((silence) => explain(silence)!)) {
      assert.ok(word.length <= 13, word);
      assert.match(hint, /^$|\.$/);
      for (const { command } of remedies) assert.match(command, /^(?:quire|editor\.action)\./);
    }
  });

  it('explains what the trigger refuses, as the cursor stands', () => {
    const place: TriggerPlace = {
      before: '',
      rest: '',
      fileBlank: false,
      cursors: 1,
      selecting: false,
      explicit: false,
    };
    const why = (changed: Partial<TriggerPlace>) => sentence({ why: refusalAt({ ...place, ...changed })! });
    assert.equal(why({ before: 'a = ', rest: 'b + c' }), 'typing in the middle of a line');
    assert.equal(why({ before: 'fo', rest: 'o()' }), 'the cursor is inside a word');
    assert.equal(why({ selecting: true }), 'text is selected, or there is more than one cursor');
    assert.equal(why({ fileBlank: true }), 'nothing is above the cursor yet');
  });
});
