import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AnchorState, CheckedAnchor, MemoryAnchor } from '../../../../../../../src/engine/protocol/index.ts';
import { checkSentences, followed } from '../../../../../../../src/engine/server/services/memory/anchors/sentences.ts';

const HASH = '10'.padEnd(32, 'a');
const anchor = (path: string, symbol: string | null): MemoryAnchor => ({ path, symbol, hash: HASH });

/** One sentence about a place whose code is at another now. */
async function judged(text: string, [from, to]: [MemoryAnchor, MemoryAnchor], state: AnchorState = 'moved') {
  const now: CheckedAnchor = { ...to, state, lines: [1, 2] };
  const [sentence] = await checkSentences({ check: async () => [now] }, [{ text, anchors: [from] }]);
  return sentence!;
}

const symbol = (from: string, to: string): [MemoryAnchor, MemoryAnchor] => [anchor('a.ts', from), anchor('a.ts', to)];
const file = (from: string, to: string): [MemoryAnchor, MemoryAnchor] => [anchor(from, null), anchor(to, null)];

/** What is said, what became of the code, and what is said then; null: nothing, the sentence is in doubt. */
const CASES: [string, string, [MemoryAnchor, MemoryAnchor], string | null][] = [
  ['a name like code', 'maxTokens limits it.', symbol('maxTokens', 'tokenLimit'), 'tokenLimit limits it.'],
  ['a name in quotes', 'It calls `get`.', symbol('A.get', 'A.fetch'), 'It calls `fetch`.'],
  ['a call', 'get() gives it.', symbol('get', 'fetch'), 'fetch() gives it.'],
  ['a whole name', 'A.get gives it.', symbol('A.get', 'A.fetch'), 'A.fetch gives it.'],
  ['a name that is another word too', 'Used to get it.', symbol('A.get', 'A.fetch'), null],
  ['a part of another name', 'getAll and `forget` do.', symbol('get', 'fetch'), 'getAll and `forget` do.'],
  ["another's member", 'See b.maxSize, too.', symbol('maxSize', 'most'), null],
  ['not named', 'The queue is sorted.', symbol('A.sort', 'A.order'), 'The queue is sorted.'],
  ['a renamed class', 'Cache.get gives it.', symbol('Cache.get', 'Recent.get'), 'Recent.get gives it.'],
  ['a class that is named too', 'The Cache uses `get`.', symbol('Cache.get', 'Recent.get'), null],
  ['another file', 'clamp is in src/a.ts.', file('src/a.ts', 'lib/b.ts'), 'clamp is in lib/b.ts.'],
  ["another file's name", 'See a.ts, not aa.ts.', file('src/a.ts', 'src/b.ts'), 'See b.ts, not aa.ts.'],
  ['a file of the same name', 'See lib/a.ts.', file('src/a.ts', 'src/b.ts'), 'See lib/a.ts.'],
];

describe('sentences whose code moved', () => {
  for (const [what, text, places, expected] of CASES) {
    test(what, async () => {
      const sentence = await judged(text, places);
      assert.deepEqual([sentence.isTrue, sentence.text], [expected !== null, expected ?? text]);
    });
  }

  test('are kept with the places where it is now', async () => {
    const sentence = await judged('get() gives it.', symbol('get', 'fetch'));
    assert.deepEqual(followed(sentence), { text: 'fetch() gives it.', anchors: [anchor('a.ts', 'fetch')] });
  });
});

describe('truth of sentences', () => {
  test('all anchors have to hold; a sentence without any is never stale', async () => {
    const states: AnchorState[] = ['holds', 'changed', 'holds', 'moved', 'gone', 'unread'];
    const anchors = states.map((_, at) => anchor(`${at}.ts`, 'x'));
    const groups = [anchors.slice(0, 2), anchors.slice(2, 4), [], anchors.slice(4, 5), anchors.slice(5)];
    let checks = 0;
    const sentences = await checkSentences(
      {
        check: async (all) => {
          checks++;
          return all.map((one, at) => ({ ...one, state: states[at]!, lines: null }));
        },
      },
      groups.map((group, at) => ({ text: `${at}`, anchors: group })),
    );
    assert.deepEqual(
      sentences.map(({ isTrue, anchors }) => [isTrue, anchors.length]),
      [
        [false, 2],
        [true, 2],
        [true, 0],
        [false, 1],
        [false, 1],
      ],
    );
    assert.equal(checks, 1, 'files are read once for all of them');
  });
});
