import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChatMemory } from '../../../../src/chat/memory.ts';
import { isPlace, NativeMemory } from '../../../../src/chat/native/recall.ts';
import { promptOf } from '../../../../src/chat/native/turns.ts';
import { memoryTokens } from '../../../../src/chat/prompt/budget.ts';
import { type ActivatedMemory, asPrompt } from '../../../../src/engine/protocol/index.ts';

const count = async (text: string) => text.split(/\s+/).length;
const CONTEXT = 4096;
const { signal } = new AbortController();

function activated(id: number, text: string): ActivatedMemory {
  const item = { id, kind: 'fact', source: 'person', path: null, changed: 0, title: `T${id}` };
  return {
    item: item as ActivatedMemory['item'],
    text,
    tokens: 9,
    inShort: false,
    flash: false,
    score: { total: 0.5, words: 0.5, vector: 0, recency: 0, ranking: 0 },
    why: [],
  };
}

/** The memory is plain; what is between it and the prompt is real. */
function bed(memories: ActivatedMemory[], fails = false) {
  const recalls: Parameters<ChatMemory['recall']>[0][] = [];
  const records: Parameters<ChatMemory['record']>[0][] = [];
  const logged: string[] = [];
  const memory = new NativeMemory(
    {
      async recall(asked) {
        recalls.push(asked);
        if (fails) throw new Error('the engine is away');
        return { memories, decision: 'It fits.', staleSentences: 0 };
      },
      async record(turn) {
        records.push(turn);
      },
    },
    (line) => logged.push(line),
  );
  return { memory, recalls, records, logged };
}

describe('NativeMemory', () => {
  it('gives a question what fits it, framed as in the panel, before the words of the question', async () => {
    const { memory, recalls } = bed([activated(1, 'Deploy from the walrus branch.')]);
    const before = [{ conversation: 'c', message: 'm' }];
    const recalled = await memory.recall('How do we deploy?', before, CONTEXT, count, signal);
    assert.deepEqual(recalls, [
      { query: 'How do we deploy?', conversation: 'c', without: ['turn:c/m'], tokens: memoryTokens(CONTEXT, CONTEXT) },
    ]);
    assert.equal(recalled?.text, asPrompt(recalled!.memories));
    assert.deepEqual(
      recalled?.memories.map(({ item }) => item.id),
      [1],
    );
    const asked = { text: 'How do we deploy?', attachments: [], recalled: recalled?.text };
    const { messages } = await promptOf(asked, [], CONTEXT, count);
    assert.equal(messages.at(-1)?.content, `${recalled?.text}\n\nHow do we deploy?`);
  });

  it('leaves out what does not fit, and answers without where the memory fails or there is no room', async () => {
    const long = 'word '.repeat(memoryTokens(CONTEXT, CONTEXT));
    const { memory } = bed([activated(1, 'Short.'), activated(2, long)]);
    const recalled = await memory.recall('How?', [], CONTEXT, count, signal);
    assert.deepEqual(
      recalled?.memories.map(({ item }) => item.id),
      [1],
    );
    const failing = bed([], true);
    assert.equal(await failing.memory.recall('How?', [], CONTEXT, count, signal), undefined);
    assert.deepEqual(failing.logged, ['nothing was remembered: the engine is away']);
    const small = bed([activated(1, 'Short.')]);
    assert.equal(await small.memory.recall('How?', [], 512, count, signal), undefined);
    assert.deepEqual(small.recalls, []);
  });

  it('remembers whole answers with what was recalled for them, in one conversation', () => {
    const { memory, records } = bed([]);
    const { text, item, ...rest } = activated(3, 'Deploy on Mondays.');
    const turn = { question: 'When?', answer: 'On Mondays.', recalled: [{ ...rest, text, item }], attached: ['a'] };
    const first = memory.record({ ...turn, before: [] });
    assert.ok(isPlace({ ...first }) && !isPlace(undefined) && !isPlace({ conversation: 'c' }));
    const second = memory.record({ ...turn, before: [first], answer: undefined });
    assert.equal(second.conversation, first.conversation);
    assert.notEqual(second.message, first.message);
    assert.deepEqual(records, [{ ...first, question: 'When?', answer: 'On Mondays.', recalled: [3], attached: ['a'] }]);
  });
});
