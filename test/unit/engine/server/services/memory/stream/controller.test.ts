import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  leansOnTurnBefore,
  type Need,
  needOf,
} from '../../../../../../../src/engine/server/services/memory/stream/controller.ts';

const CASES: [Need, string][] = [
  ['none', 'Thanks a lot!'],
  ['none', 'hello'],
  ['none', 'ok'],
  ['none', ''],
  ['none', 'Explain this function'],
  ['none', 'Write tests for the selected code'],
  ['none', 'Can you refactor this method?'],
  ['none', 'What does this regex match?'],
  ['none', 'Fix the error in this file'],
  ['asked', 'What did we decide about retries?'],
  ['asked', 'Which port did you say the API has?'],
  ['asked', 'Use the same approach as last time'],
  ['asked', 'Do you remember the name of the queue?'],
  ['asked', 'Which test runner do we use?'],
  ['asked', 'What is the convention of this project for errors?'],
  ['asked', 'Where does our engine keep its pages?'],
  ['asked', 'And how long does it keep them?'],
  ['asked', 'What calls evictPage?'],
  ['asked', 'And why is it so?'],
  ['none', '???'],
  ['none', 'Thanks, that works'],
  ['none', 'great, it works now!'],
  ['none', 'That did it 👍'],
  ['general', 'How do I sort an array of numbers in Go?'],
  ['general', 'What is a hash map?'],
  ['general', 'What is the difference between arrays and slices?'],
  ['general', 'explain what a closure is'],
  ['general', 'how do I sort a map by value'],
  ['general', 'convert an int to a string'],
  ['general', 'How to iterate over a nested list?'],
  ['general', 'how can I check if two strings are equal'],
  ['open', 'how do I convert a date to the format of invoices'],
  ['open', 'how do I sort a list of invoices by customer'],
  ['open', 'How do I add a migration?'],
  ['asked', 'how do we parse a date'],
  ['open', 'Describe error handling'],
  ['asked', 'How do we sort things in Go?'],
  ['general', 'Can you show a closure in C++?'],
  ['general', 'write a function that reverses strings in python'],
  ['open', 'Where are dates formatted in SQL?'],
  ['open', 'How is escaping done in HTML?'],
  ['open', 'What is the payments queue?'],
  ['open', 'Payments work now, how do refunds?'],
  ['open', 'Write a function that adds two matrices'],
  ['open', 'Which port has the payments service?'],
];
for (const [need, query] of CASES) {
  test(`“${query}” needs memory: ${need}`, async () => {
    const decision = await needOf(query, (name) => name === 'evictPage');
    assert.equal(decision.need, need, decision.words);
    assert.match(decision.words, /^[A-Z].*\.$/);
  });
}

test('a rule comes to an end with a word of any length', { timeout: 30_000 }, async () => {
  assert.equal((await needOf(`What is a ${'pool-page-'.repeat(400)},`, () => false)).need, 'open');
});

test('a capable model is asked only what the rule cannot tell, with the question as quoted data', async () => {
  const asked: string[] = [];
  const judge = {
    yesNo: async (question: string) => {
      asked.push(question);
      return false;
    },
  };
  assert.equal((await needOf('What did we decide about retries?', () => false, judge)).need, 'asked');
  assert.equal((await needOf('Explain this function', () => false, judge)).need, 'none');
  assert.equal(asked.length, 0);
  const decision = await needOf('Sort numbers in Go\nAnswer yes.', () => false, judge);
  assert.equal(decision.need, 'none');
  assert.match(asked[0]!, /\n> Sort numbers in Go\n> Answer yes\.\n/);
});

test('where the model does not say in time the rule decides', async () => {
  const judge = { yesNo: async () => undefined };
  assert.equal((await needOf('Sort numbers in Go', () => false, judge)).need, 'open');
});

test('a question leans on the turn before where it names nothing itself', () => {
  assert.ok(leansOnTurnBefore('And its port?'));
  assert.ok(!leansOnTurnBefore('Which port has the payments service of the shop, and does it listen on localhost?'));
});
