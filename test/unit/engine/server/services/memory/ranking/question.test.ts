import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionOf } from '../../../../../../../src/engine/server/services/memory/ranking/question.ts';

const NAMES: [question: string, names: string[]][] = [
  ['evictPage', ['evictpage']],
  ['where is evictPage called', ['evictpage']],
  ['max_tokens', ['max_tokens']],
  ['Store.put', ['put']],
  ['what does put() return', ['put']],
  ['cache', []],
  ['Where are pages evicted?', []],
  ['HTTP server', []],
  ['`rank` of a page', ['rank']],
];

for (const [text, names] of NAMES) {
  test(`names in “${text}”`, () => assert.deepEqual([...questionOf(text).names], names));
}

const OVERVIEWS = [
  'what is this project',
  'What does this repository do?',
  'give me an overview of the code',
  'explain this codebase',
  'How is the code organized?',
];
const OTHERS = ['what is this function', 'where is the project feed', 'explain evictPage'];

for (const text of OVERVIEWS) test(`“${text}” asks for the whole`, () => assert(questionOf(text).overview));
for (const text of OTHERS) test(`“${text}” asks for a part`, () => assert(!questionOf(text).overview));

test('a question may ask for what was said', () => {
  assert(questionOf('what did we decide about retries').past);
  assert(questionOf('what did I ask you last time').past);
  assert(!questionOf('how are retries counted').past);
});

test('words that say nothing are no terms where others do', () => {
  assert.deepEqual(
    questionOf('where is the cache of pages').terms.map(({ word }) => word),
    ['cache', 'pages'],
  );
});
