import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeOf } from '../../../../../../src/engine/server/services/memory/judge.ts';
import type { SummaryModel } from '../../../../../../src/engine/server/services/memory/summaries/summaryModel.ts';

/** Says one text after another, then nothing until it is stopped. */
function modelThatSays(...texts: string[]): SummaryModel & { asked: { grammar: string; maxTokens: number }[] } {
  const asked: { grammar: string; maxTokens: number }[] = [];
  return {
    asked,
    generate: ({ grammar, maxTokens, signal }) => {
      asked.push({ grammar, maxTokens });
      const text = texts.shift();
      if (text !== undefined) return Promise.resolve({ text, tokens: 30 });
      return new Promise((_, reject) => {
        const stop = () => reject(signal!.reason);
        if (signal!.aborted) stop();
        else signal!.addEventListener('abort', stop);
      });
    },
  };
}

test('a model is asked for yes or no and nothing else', async () => {
  const model = modelThatSays('yes', 'no', 'perhaps');
  const judge = judgeOf(model, 60_000);
  assert.deepEqual(
    [await judge.yesNo('a?'), await judge.yesNo('b?'), await judge.yesNo('c?')],
    [true, false, undefined],
  );
  assert.deepEqual(model.asked[0], { grammar: 'root ::= "yes" | "no"\n', maxTokens: 4 });
});

test('a model that is slow or fails has said nothing, and all questions share the time there is', async () => {
  const judge = judgeOf(modelThatSays(), 1);
  // Who waits for a timer alone does not keep a process.
  const alive = setInterval(() => {}, 1_000);
  assert.deepEqual(await Promise.all([judge.yesNo('a?'), judge.yesNo('b?')]), [undefined, undefined]);
  assert.equal(await judge.yesNo('c?'), undefined);
  clearInterval(alive);
  const failing = judgeOf({ generate: () => Promise.reject(new Error('The workspace was closed.')) });
  assert.equal(await failing.yesNo('a?'), undefined);
});
