import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { shownMemory } from '../../../src/memory/details.ts';
import { hitLook } from '../../../src/memory/hits.ts';
import { shownUse } from '../../../src/memory/use.ts';
import { item, NOW, sentence } from './items.ts';

const score = { total: 0.7, words: 0.4, vector: 0.25, recency: 0.1, ranking: -0.05 };
const none = () => undefined;
const shown = (fields: Parameters<typeof item>[1], ...sentences: ReturnType<typeof sentence>[]) =>
  shownMemory({ item: item(1, fields), sentences }, none, NOW);

describe('the page of a memory', () => {
  test('says of every sentence what it rests on, in words, and where that is', () => {
    const { sentences } = shown({}, sentence('A does.', ['holds', 'gone']));
    assert.deepEqual(
      sentences[0]!.anchors.map(({ label, lines, words }) => [label, lines, words]),
      [
        ['src/a.ts · A.m', '10-20', 'holds'],
        ['src/a.ts', null, 'gone'],
      ],
    );
    assert.equal(sentences[0]!.isTrue, false);
    // What has no sentences is shown whole.
    assert.deepEqual(shown({ text: 'Whole.' }).sentences, [{ text: 'Whole.', isTrue: true, anchors: [] }]);
  });

  test('says whether it is used at all', () => {
    const words = (...given: Parameters<typeof shown>) => shown(...given).notice?.words ?? '';
    assert.equal(words({}, sentence('A.', ['moved'])), '');
    assert.match(words({}, sentence('A.', ['changed']), sentence('B.')), /under 1 of its 2 sentences/);
    assert.match(words({}, sentence('A.', ['unread'])), /nothing of it is used/);
    assert.match(words({ supersededBy: 3 }), /newer says otherwise/);
    assert.match(words({ kind: 'proposal' }), /only when you have accepted it/);
  });

  test('says what is known of it, and names others by their titles', () => {
    const memory = shownMemory(
      {
        item: item(1, {
          embedder: 'static-256',
          tokens: 900,
          summaryTokens: 90,
          activations: 2,
          activated: NOW,
          recalled: [7, 8],
          supersededBy: 9,
        }),
        sentences: [],
      },
      (id) => (id === 8 ? undefined : `Other ${id}`),
      NOW,
      { score, why: ['names parse'] },
    );
    const facts = Object.fromEntries(memory.facts.map(({ name, value }) => [name, value]));
    assert.match(facts.Used!, /^2 times, last .* \(just now\)$/);
    assert.equal(facts.Size, '900 tokens, 90 tokens in short');
    assert.equal(facts.Embedding, 'static-256');
    assert.equal(facts.Changed, 'never');
    assert.deepEqual(memory.supersededBy, { id: 9, title: 'Other 9' });
    assert.deepEqual(
      memory.recalled.map(({ title }) => title),
      ['Other 7', 'Memory 8, which is forgotten'],
    );
    const { parts, total, why } = memory.score!;
    assert.ok(Math.abs(parts.reduce((sum, { value }) => sum + value, 0) - total) < 1e-9);
    assert.deepEqual(why, ['names parse']);
  });
});

test('a result says its score by parts, and why', () => {
  const look = hitLook(item(1, { title: 'Parser', path: 'src/p.ts' }), { score, why: ['word parse'], sentences: [] });
  assert.equal(look.detail, '0.70 = words 0.40 + meaning 0.25 + recency 0.10 − ranking 0.05 · word parse');
  assert.equal(look.description, 'Fact · src/p.ts');
  const stale = hitLook(item(1), { score, why: [], sentences: [sentence('A.', ['changed'])] });
  assert.match(stale.description, /its code has changed/);
});

test('what was used is shown as it stood in the prompt, also when it is forgotten since', () => {
  const used = (id: number, flash = false) => ({
    id,
    kind: 'fact' as const,
    title: `T${id}`,
    text: 'As told.',
    tokens: 3,
    inShort: true,
    flash,
    score,
    why: ['w'],
  });
  const use = {
    store: 's',
    what: 'For your question',
    asked: 'What\nis it?',
    decision: 'd',
    used: [used(1), used(2, true)],
  };
  const page = shownUse(use, new Set([1]));
  assert.equal(page.asked, 'What is it?');
  assert.deepEqual(
    page.used.map(({ isThere, marks }) => [isThere, marks]),
    [
      [true, ['told in short']],
      [false, ['told in short', 'the turn before']],
    ],
  );
  // The turn before is there for that alone: no score chose it.
  assert.equal(page.used[1]!.score, null);
  assert.equal(page.again, false);
  assert.equal(shownUse({ ...use, without: () => {} }, new Set()).again, true);
});
