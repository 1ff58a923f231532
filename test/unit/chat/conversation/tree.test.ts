import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Entry } from '../../../../src/chat/conversation/entries.ts';
import { Conversation } from '../../../../src/chat/conversation/tree.ts';
import { answer, compaction, piece, user } from './entryMakers.ts';

const shown = (conversation: Conversation) => conversation.path().map(({ id }) => id);
const twoTurns = [user('u1', null), answer('a1', 'u1'), user('u2', 'a1'), answer('a2', 'u2')];

test('a conversation is its entries: what is appended is told, and read again gives the same', () => {
  const told: Entry[] = [];
  const conversation = Conversation.begin((entry) => told.push(entry), 'c', 7);
  for (const entry of twoTurns) conversation.append(entry);
  const again = new Conversation('c', told);
  assert.deepEqual(shown(again), ['u1', 'a1', 'u2', 'a2']);
  assert.deepEqual([again.begun, again.changed, again.title, again.head], [7, 7, 'Question u1', 'a2']);
});

test('an edited question is a branch: both stay, and a branch holds one', () => {
  const conversation = new Conversation('c', twoTurns);
  conversation.append(user('v1', conversation.parentForEdited('u1')));
  assert.deepEqual(shown(conversation), ['v1']);
  assert.deepEqual(conversation.siblings('v1'), { index: 1, count: 2, ids: ['u1', 'v1'] });
  conversation.append(answer('b1', 'v1'));
  assert.equal(conversation.select('u1'), true);
  assert.deepEqual(shown(conversation), ['u1', 'a1', 'u2', 'a2']);
  conversation.select('v1');
  assert.deepEqual(shown(conversation), ['v1', 'b1']);
  assert.equal(conversation.select('x'), false);
});

test('a second answer is a branch, and what follows the first stays with it', () => {
  const conversation = new Conversation('c', twoTurns);
  assert.equal(conversation.parentForRegenerated('a1'), 'u1');
  conversation.append(answer('b1', 'u1'));
  assert.deepEqual(shown(conversation), ['u1', 'b1']);
  assert.deepEqual(conversation.siblings('a1'), { index: 0, count: 2, ids: ['a1', 'b1'] });
  conversation.select('a1');
  assert.deepEqual(shown(conversation), ['u1', 'a1', 'u2', 'a2']);
});

test('an answer that used tools is made anew from its question on', () => {
  const call = { id: 't', name: 'read', arguments: {} };
  const conversation = new Conversation('c', [
    user('u1', null),
    compaction('k', 'u1', 'u1'),
    answer('a1', 'k', { text: '', calls: [call] }),
    { type: 'tool', id: 'r', parent: 'a1', at: 1, name: 'read', toolCallId: 't', text: 'x' },
    answer('a2', 'r'),
  ]);
  assert.equal(conversation.parentForRegenerated('a2'), 'k');
});

test('compactions and notes in between do not part siblings', () => {
  const conversation = new Conversation('c', [
    ...twoTurns,
    compaction('k', 'a2', 'u2'),
    user('u3', 'k'),
    { type: 'note', id: 'n', parent: 'a2', at: 1, text: 'note' },
    user('v3', 'n'),
  ]);
  assert.deepEqual(conversation.siblings('v3').ids, ['u3', 'v3']);
});

test('the compaction that counts is the last one that is not undone', () => {
  const conversation = new Conversation('c', [...twoTurns, compaction('k1', 'a2', 'u2'), user('u3', 'k1')]);
  assert.equal(conversation.branch().compaction?.id, 'k1');
  conversation.append(compaction('k2', 'u3', 'u3'));
  assert.equal(conversation.branch().compaction?.id, 'k2');
  conversation.append({ type: 'undo', compaction: 'k2', at: 5 });
  assert.equal(conversation.branch().compaction?.id, 'k1');
  conversation.append({ type: 'undo', compaction: 'k1', at: 6 });
  assert.equal(conversation.branch().compaction, null);
  assert.equal(conversation.isUndone('k1'), true);
  assert.equal(conversation.branch('a2').compaction, null);
});

test('a compaction that was made meanwhile comes behind what came meanwhile, or not at all', () => {
  const conversation = new Conversation('c', twoTurns);
  conversation.append(user('u3', 'a2'));
  conversation.append(piece('a3', 'u3', 'x'));
  assert.equal(conversation.appendAside(compaction('k', 'a2', 'u2')), true);
  conversation.append(answer('a3', 'u3'));
  assert.deepEqual(shown(conversation), ['u1', 'a1', 'u2', 'a2', 'u3', 'a3', 'k']);
  assert.equal(conversation.branch().compaction?.id, 'k');
  conversation.append(user('v1', null));
  assert.equal(conversation.appendAside(compaction('l', 'k', 'u3')), false);
  conversation.append(compaction('m', 'k', 'u3'));
  assert.deepEqual(shown(conversation), ['v1']);
});

test('a compaction that keeps from a lost message does not count', () => {
  const conversation = new Conversation('c', [...twoTurns, compaction('k', 'a2', 'lost')]);
  assert.equal(conversation.branch().compaction, null);
});

test('pieces of an answer that was never finished are an answer that was stopped', () => {
  const conversation = new Conversation('c', [
    user('u1', null),
    piece('a1', 'u1', 'Hel', { reasoning: 'why' }),
    piece('a1', 'u1', 'lo', { at: 10 }),
  ]);
  assert.deepEqual(conversation.message('a1'), {
    type: 'assistant',
    id: 'a1',
    parent: 'u1',
    at: 3,
    text: 'Hello',
    state: 'stopped',
    reasoning: { text: 'why', ms: 7 },
  });
  assert.equal(conversation.head, 'a1');
  conversation.append(answer('a1', 'u1', { text: 'Hello.' }));
  conversation.append(piece('a1', 'u1', 'late'));
  assert.deepEqual(conversation.path(), [user('u1', null), answer('a1', 'u1', { text: 'Hello.' })]);
});

test('a branch that is shown while an answer is written elsewhere stays shown', () => {
  const conversation = new Conversation('c', [...twoTurns, user('v2', 'a1'), piece('b2', 'v2', 'x')]);
  conversation.select('u2');
  conversation.append(answer('b2', 'v2'));
  assert.equal(conversation.head, 'a2');
});

test('lost lines do not lose what follows them', () => {
  const conversation = new Conversation('c', [
    user('u1', null),
    user('u2', 'lost'),
    answer('a2', 'u2'),
    user('v2', 'lost'),
  ]);
  assert.deepEqual(shown(conversation), ['u1', 'v2']);
  assert.deepEqual(conversation.siblings('v2').ids, ['u2', 'v2']);
  conversation.select('u2');
  assert.deepEqual(shown(conversation), ['u1', 'u2', 'a2']);
});

test('what became of a code block is its last outcome, and a title can be given back', () => {
  const conversation = new Conversation('c', twoTurns);
  conversation.append({ type: 'block', message: 'a1', block: 0, kind: 'applied', words: 'applied to a.ts', at: 9 });
  conversation.append({ type: 'block', message: 'a1', block: 2, kind: 'refused', words: 'no', at: 9 });
  conversation.append({ type: 'block', message: 'a1', block: 0, kind: 'undone', words: 'undone', at: 9 });
  assert.deepEqual(conversation.blocks('a1'), {
    0: { kind: 'undone', words: 'undone' },
    2: { kind: 'refused', words: 'no' },
  });
  conversation.append({ type: 'title', title: 'Mine', at: 9 });
  assert.equal(conversation.title, 'Mine');
  conversation.append({ type: 'title', title: '', at: 9 });
  assert.equal(conversation.title, 'Question u1');
});

test('any turns: every message can be reached, and reading again shows the same', () => {
  const step = fc.record({ kind: fc.constantFrom('ask', 'edit', 'again', 'select', 'piece'), pick: fc.nat() });
  const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const told: Entry[] = [];
    const conversation = Conversation.begin((entry) => told.push(entry), 'c', 1);
    for (const [n, { kind, pick }] of steps.entries()) {
      const all = conversation.all();
      const some = all[pick % Math.max(1, all.length)];
      if (kind === 'ask' || !some) {
        const parent = conversation.parentForQuestion();
        conversation.append(user(`u${n}`, parent));
        conversation.append(answer(`a${n}`, `u${n}`));
      } else if (kind === 'edit' && some.type === 'user') {
        conversation.append(user(`u${n}`, conversation.parentForEdited(some.id)));
      } else if (kind === 'again' && some.type === 'assistant') {
        conversation.append(answer(`a${n}`, conversation.parentForRegenerated(some.id)!));
      } else if (kind === 'piece' && some.type === 'user') conversation.append(piece(`p${n}`, some.id, 'x'));
      else conversation.select(some.id);
      const path = conversation.path();
      assert.equal(path[0]?.parent ?? null, null);
      assert.equal(path.at(-1)?.id ?? null, conversation.head);
    }
    const again = new Conversation('c', told);
    assert.deepEqual(again.path(), conversation.path());
    assert.deepEqual(again.all(), conversation.all());
    for (const { id } of conversation.all()) {
      again.select(id);
      assert.ok(again.path().some((message) => message.id === id));
      const { index, ids, count } = again.siblings(id);
      assert.deepEqual([ids[index], ids.length], [id, count]);
    }
  });
  fc.assert(property, { numRuns: 200 });
});
